//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
import TemporalAPI
import WorkflowEngine

extension WorkflowContext {
    /// Starts a Nexus operation, and waits until its handler has started it or has ended it at once.
    ///
    /// - Parameters:
    ///   - name: The operation.
    ///   - service: The service that has it.
    ///   - endpoint: The endpoint that leads to the handler, as the server's operator has named it.
    ///   - options: Timeouts, headers, what a cancellation does to it.
    ///   - input: Its input.
    ///   - type: The type of its result.
    ///   - function: The function of the call, for who asks where a workflow waits.
    ///   - file: Its file.
    ///   - line: Its line.
    /// - Returns: The operation.
    /// - Throws: ``TemporalFailure`` of the kind `nexusOperation` if it did not start: its cause is what the handler
    ///   failed with, a timeout, or a cancellation. ``TemporalError/Code/conversionFailed``.
    public func startNexusOperation<Input: Sendable, Output: Sendable>(
        _ name: String,
        service: String,
        endpoint: String,
        options: NexusOperationOptions = NexusOperationOptions(),
        input: Input,
        returning type: Output.Type = Output.self,
        function: String = #function,
        file: String = #fileID,
        line: Int = #line
    ) async throws -> NexusOperationHandle<Output> {
        let call = StartNexusOperationInput(
            workflow: self.view,
            endpoint: endpoint,
            service: service,
            operation: name,
            options: options,
            input: input
        )
        return try await CallPlace(function, file, line).during {
            try await intercepted(
                call,
                by: self.view.interceptors,
                { try await $0.startNexusOperation($1, next: $2) },
                { try await self.startNexusOperation($0) }
            )
        }
    }

    private func startNexusOperation<Output: Sendable>(
        _ call: StartNexusOperationInput
    ) async throws -> NexusOperationHandle<Output> {
        let name = WorkflowRun.nexusOperation(call.operation, of: call.service)
        self.values.references.note(.nexusOperation, name, as: Output.self)
        let summary = try self.summary(call.options.summary)
        let operation = try await self.converted {
            try await self.run.startNexusOperation(
                call.options.command(call, input: self.values.payload(for: call.input).message),
                cancellation: call.options.cancellationType.engine,
                summary: summary
            )
        }
        return NexusOperationHandle(operation: operation, view: self.view, values: self.values)
    }

    /// Runs a Nexus operation to its end; see
    /// ``startNexusOperation(_:service:endpoint:options:input:returning:function:file:line:)``.
    ///
    /// <!-- not compiled: a part of a workflow -->
    /// ```swift
    /// let receipt: String = try await context.executeNexusOperation(
    ///     "charge",
    ///     service: "Payments",
    ///     endpoint: "payments",
    ///     input: order
    /// )
    /// ```
    ///
    /// - Parameters:
    ///   - name: The operation.
    ///   - service: The service that has it.
    ///   - endpoint: The endpoint that leads to the handler, as the server's operator has named it.
    ///   - options: Timeouts, headers, what a cancellation does to it.
    ///   - input: Its input.
    ///   - type: The type of its result.
    ///   - function: The function of the call, for who asks where a workflow waits.
    ///   - file: Its file.
    ///   - line: Its line.
    /// - Returns: Its result.
    /// - Throws: As ``NexusOperationHandle/result(function:file:line:)``.
    public func executeNexusOperation<Input: Sendable, Output: Sendable>(
        _ name: String,
        service: String,
        endpoint: String,
        options: NexusOperationOptions = NexusOperationOptions(),
        input: Input,
        returning type: Output.Type = Output.self,
        function: String = #function,
        file: String = #fileID,
        line: Int = #line
    ) async throws -> Output {
        try await self.startNexusOperation(
            name,
            service: service,
            endpoint: endpoint,
            options: options,
            input: input,
            returning: type,
            function: function,
            file: file,
            line: line
        ).result(function: function, file: file, line: line)
    }
}

/// A Nexus operation that a workflow has started.
public struct NexusOperationHandle<Output: Sendable>: Sendable {
    let operation: StartedNexusOperation
    let view: WorkflowContextView
    let values: WorkflowValues

    /// What its handler calls it; nil for an operation that ended at once.
    public var token: String? { self.operation.token.isEmpty ? nil : self.operation.token }

    /// Waits for its end.
    ///
    /// A cancellation of the task that waits does to the operation what its options say.
    ///
    /// - Parameters:
    ///   - function: The function of the call, for who asks where a workflow waits.
    ///   - file: Its file.
    ///   - line: Its line.
    /// - Returns: Its result.
    /// - Throws: ``TemporalFailure`` of the kind `nexusOperation`, with the reason as its cause.
    ///   ``TemporalError/Code/conversionFailed``.
    public func result(
        function: String = #function,
        file: String = #fileID,
        line: Int = #line
    ) async throws -> Output {
        do {
            let place = CallPlace(function, file, line)
            guard let payload = try await place.during({ try await self.view.run.result(of: self.operation) }) else {
                return try self.values.decode(ProtoPayloads(), as: Output.self)
            }
            return try self.values.decode(.with { $0.payloads = [payload] }, as: Output.self)
        } catch {
            throw self.values.error(for: error)
        }
    }
}

/// How a Nexus operation is run for a workflow.
public struct NexusOperationOptions: Sendable {
    /// What a cancellation of a task that waits for an operation does to it.
    public enum CancellationType: Sendable {
        /// The operation is not told, and the workflow goes on at once with a cancellation.
        case abandon
        /// Its cancellation is requested, and the workflow goes on at once with a cancellation.
        case tryCancel
        /// Its cancellation is requested, and the workflow waits for its end.
        case waitCancellationCompleted
        /// Its cancellation is requested, and the workflow waits until the handler has taken the request, or refused
        /// it.
        case waitCancellationRequested

        var engine: NexusCancellation {
            switch self {
            case .abandon: .abandon
            case .tryCancel: .tryCancel
            case .waitCancellationCompleted: .waitUntilEnded
            case .waitCancellationRequested: .waitUntilRequested
            }
        }
    }

    /// The longest time from its schedule to its end, retries of its start included; the server's limit if nil.
    public var scheduleToCloseTimeout: Duration?
    /// The longest time until its handler has started it, or ended it at once; a server may be too old to know it.
    public var scheduleToStartTimeout: Duration?
    /// The longest time from its start to its end; a server may be too old to know it.
    public var startToCloseTimeout: Duration?
    /// What the handler is told beside the input, as texts; they stand in history as they are.
    public var headers: [String: String]
    /// What a cancellation does to it.
    public var cancellationType: CancellationType
    /// What the user interface shows.
    public var summary: String?

    /// Creates options.
    ///
    /// - Parameters:
    ///   - scheduleToCloseTimeout: The longest time from its schedule to its end.
    ///   - headers: What the handler is told beside the input.
    ///   - cancellationType: What a cancellation does to it.
    ///   - summary: What the user interface shows.
    public init(
        scheduleToCloseTimeout: Duration? = nil,
        headers: [String: String] = [:],
        cancellationType: CancellationType = .waitCancellationCompleted,
        summary: String? = nil
    ) {
        self.scheduleToCloseTimeout = scheduleToCloseTimeout
        self.headers = headers
        self.cancellationType = cancellationType
        self.summary = summary
    }

    func command(_ call: StartNexusOperationInput, input: ProtoPayload) -> API.ScheduleNexusOperation {
        .with { command in
            command.endpoint = call.endpoint
            command.service = call.service
            command.operation = call.operation
            command.input = input
            command.nexusHeader = self.headers
            if let scheduleToCloseTimeout { command.scheduleToCloseTimeout = scheduleToCloseTimeout.message }
            if let scheduleToStartTimeout { command.scheduleToStartTimeout = scheduleToStartTimeout.message }
            if let startToCloseTimeout { command.startToCloseTimeout = startToCloseTimeout.message }
        }
    }
}
