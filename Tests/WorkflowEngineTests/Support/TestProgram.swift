//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation
import SwiftProtobuf
import Synchronization
import TemporalAPI
import WorkflowEngine

/// A workflow made of closures, with state that they share and a trace of what they did.
///
/// `@unchecked Sendable`: touched by the thread that runs the workflow only.
final class TestProgram: WorkflowProgram, @unchecked Sendable {
    typealias Main = @Sendable (WorkflowRun, TestProgram) async throws -> String
    typealias Handler = @Sendable (String, String, WorkflowRun, TestProgram) async throws -> String

    struct Failed: Error {
        var message: String
    }

    /// Thrown to continue as new.
    struct ContinuedAsNew: Error {
        var type: String
    }

    /// What the main part returned.
    var result = ""
    var trace: [String] = []
    var count = 0
    let body: Main
    var onSignal: Handler
    var onUpdate: Handler
    var validate: @Sendable (String, TestProgram) throws -> Void
    /// Whether there is no handler for updates, so that even accepted ones are rejected.
    let rejects: @Sendable () -> Bool

    init(
        onSignal: @escaping Handler = { _, _, _, program in
            program.count += 1
            return ""
        },
        onUpdate: @escaping Handler = { _, argument, _, _ in argument },
        validate: @escaping @Sendable (String, TestProgram) throws -> Void = { _, _ in },
        rejects: @escaping @Sendable () -> Bool = { false },
        _ body: @escaping Main
    ) {
        self.body = body
        self.onSignal = onSignal
        self.onUpdate = onUpdate
        self.validate = validate
        self.rejects = rejects
    }

    func start(in run: WorkflowRun, with started: API.Started) throws {}

    func main(in run: WorkflowRun) async -> WorkflowEnding {
        do {
            self.result = try await self.body(run, self)
            return .completed(.text(self.result))
        } catch {
            return Self.ending(error, run)
        }
    }

    static func ending(_ error: any Error, _ run: WorkflowRun) -> WorkflowEnding {
        switch error {
        case let error as ContinuedAsNew: .continuedAsNew(.with { $0.workflowType.name = error.type })
        case is CancellationError where run.isCancelRequested: .cancelled
        case let error as OperationFailure where run.isCancelRequested && error.failure.cause.isCancellation: .cancelled
        case let error as OperationFailure: .failed(error.failure)
        case let error as Failed: .failed(.with { $0.message = error.message })
        default:
            .taskFailed(WorkflowTaskFailure(cause: .workflowWorkerUnhandledFailure, message: "\(error)"))
        }
    }

    func handle(_ signal: API.Signal, in run: WorkflowRun) async -> WorkflowEnding? {
        do {
            _ = try await self.onSignal(signal.signalName, signal.input.text, run, self)
            return nil
        } catch {
            return Self.ending(error, run)
        }
    }

    func judge(_ request: API.UpdateRequest, validates: Bool, in run: WorkflowRun) -> UpdateDecision {
        let argument = request.input.args.text
        if self.rejects() { return .rejected(.with { $0.message = "there is no such update" }) }
        if validates {
            do { try self.validate(argument, self) } catch { return .rejected(.with { $0.message = "\(error)" }) }
        }
        return .accepted {
            do {
                return .completed(.text(try await self.onUpdate(request.input.name, argument, run, self)))
            } catch let error as Failed {
                return .failed(.with { $0.message = error.message })
            } catch let error as OperationFailure {
                return .failed(error.failure)
            } catch {
                return .taskFailed(WorkflowTaskFailure(cause: .workflowWorkerUnhandledFailure, message: "\(error)"))
            }
        }
    }

    func answer(_ query: API.Query, in run: WorkflowRun) -> API.QueryResult {
        .with { result in
            result.resultType = .answered
            result.answer = .text(self.trace.joined(separator: " "))
        }
    }
}

extension API.Payloads {
    static func text(_ text: String) -> Self {
        .with { $0.payloads = [.with { $0.data = Data(text.utf8) }] }
    }

    var text: String { self.payloads.first.map { String(decoding: $0.data, as: UTF8.self) } ?? "" }
}

extension API.Failure {
    var isCancellation: Bool {
        if case .canceledFailureInfo = self.failureInfo { true } else { false }
    }
}

extension WorkflowRun {
    /// Runs an activity with a name and nothing else.
    func activity(_ name: String, _ cancellation: ActivityCancellation = .tryCancel) async throws -> String {
        try await self.executeActivity(
            .with { $0.activityType = .with { $0.name = name } },
            cancellation: cancellation
        )?.text ?? ""
    }

    func local(_ name: String, _ cancellation: ActivityCancellation = .tryCancel) async throws -> String {
        var activity = LocalActivity()
        activity.type = name
        return try await self.executeLocalActivity(activity, cancellation: cancellation)?.text ?? ""
    }

    func nexus(_ name: String, _ cancellation: NexusCancellation = .waitUntilEnded) async throws -> String {
        let operation = try await self.startNexusOperation(
            .with {
                $0.endpoint = "endpoint"
                $0.service = "service"
                $0.operation = name
            },
            cancellation: cancellation
        )
        let result = try await self.result(of: operation)
        return operation.token + String(decoding: result?.data ?? Data(), as: UTF8.self)
    }

    func child(_ id: String, _ cancellation: ChildCancellation = .waitUntilEnded) async throws -> String {
        let child = try await self.startChild(
            .with {
                $0.workflowID = id
                $0.workflowType = .with { $0.name = "Child" }
            },
            cancellation: cancellation
        )
        return try await self.result(of: child)?.text ?? ""
    }
}

/// Does something on a thread that runs no task, as the engine wants it.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Swift.Result { try body() }) }
    }
}

/// Something that a test changes while it runs.
///
/// `@unchecked Sendable`: used by one thread at a time.
final class Box<Value>: @unchecked Sendable {
    var value: Value

    init(_ value: Value) {
        self.value = value
    }
}
