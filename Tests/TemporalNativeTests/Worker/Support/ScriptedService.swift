//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageGRPC
import ExternalStorageTesting
import NIOConcurrencyHelpers
import SwiftProtobuf
import TemporalAPI

@testable import TemporalNative

/// The server's part in tests of a worker: hands out tasks and takes reports.
final class ScriptedService: ActivityService {
    /// What the worker told the server.
    enum Report: Sendable {
        case completed(Temporal_Api_Workflowservice_V1_RespondActivityTaskCompletedRequest)
        case failed(Temporal_Api_Workflowservice_V1_RespondActivityTaskFailedRequest)
        case canceled(Temporal_Api_Workflowservice_V1_RespondActivityTaskCanceledRequest)
        case heartbeat(Temporal_Api_Workflowservice_V1_RecordActivityTaskHeartbeatRequest)
        case worker(Temporal_Api_Worker_V1_WorkerHeartbeat)
        case shutDown(Temporal_Api_Workflowservice_V1_ShutdownWorkerRequest)
    }

    typealias HeartbeatAnswer = Temporal_Api_Workflowservice_V1_RecordActivityTaskHeartbeatResponse

    private struct State {
        var tasks: [ActivityTask] = []
        var pollErrors: [TemporalError] = []
        var polling = 0
        var mostPolling = 0
        var requests: [Temporal_Api_Workflowservice_V1_PollActivityTaskQueueRequest] = []
        var waiting: [Int: CheckedContinuation<ActivityTask, any Error>] = [:]
        var lastID = 0
        var left: Set<Int> = []
        var heartbeatAnswers: [Result<HeartbeatAnswer, TemporalError>] = []
        var completionErrors: [TemporalError] = []
        var failureErrors: [TemporalError] = []
        var callersOwn: [String] = []
        var namespaceErrors: [TemporalError] = []
        /// Whether polls end at once, as those that the shutdown has found did.
        var isShutDown = false
    }

    private let state = NIOLockedValueBox(State())
    let capabilities: Temporal_Api_Namespace_V1_NamespaceInfo.Capabilities
    let reports: AsyncStream<Report>
    private let reported: AsyncStream<Report>.Continuation
    /// Counts the polls that began.
    let polls = TestCounter()

    init(workerHeartbeats: Bool = false, pollsComplete: Bool = false) {
        (self.reports, self.reported) = AsyncStream.makeStream()
        self.capabilities = .with { capabilities in
            capabilities.workerHeartbeats = workerHeartbeats
            capabilities.workerPollCompleteOnShutdown = pollsComplete
        }
    }

    var mostPolling: Int { self.state.withLockedValue { $0.mostPolling } }
    var polling: Int { self.state.withLockedValue { $0.polling } }
    var pollRequests: [Temporal_Api_Workflowservice_V1_PollActivityTaskQueueRequest] {
        self.state.withLockedValue { $0.requests }
    }

    // MARK: - The test's side

    func offer(_ task: ActivityTask) {
        let poll = self.state.withLockedValue { state -> CheckedContinuation<ActivityTask, any Error>? in
            if let id = state.waiting.keys.min() { return state.waiting.removeValue(forKey: id) }
            state.tasks.append(task)
            return nil
        }
        poll?.resume(returning: task)
    }

    func failNextPolls(_ errors: TemporalError...) {
        self.state.withLockedValue { $0.pollErrors += errors }
    }

    func failDescribingNamespace(_ errors: TemporalError...) {
        self.state.withLockedValue { $0.namespaceErrors += errors }
    }

    func answerHeartbeats(_ answers: Result<HeartbeatAnswer, TemporalError>...) {
        self.state.withLockedValue { $0.heartbeatAnswers += answers }
    }

    func failNextCompletion(_ error: TemporalError) {
        self.state.withLockedValue { $0.completionErrors.append(error) }
    }

    /// Refuses reports of failures and cancellations.
    func failNextFailure(_ error: TemporalError) {
        self.state.withLockedValue { $0.failureErrors.append(error) }
    }

    /// The calls of which the worker itself reports that something could not be stored, so that the transport does not.
    var callersOwn: [String] { self.state.withLockedValue { $0.callersOwn } }

    private func noteCaller(_ method: String) {
        guard StorageFailureRecord.isReportedByCaller else { return }
        self.state.withLockedValue { $0.callersOwn.append(method) }
    }

    private func refuseFailure() throws {
        let error = self.state.withLockedValue { state in
            state.failureErrors.isEmpty ? nil : state.failureErrors.removeFirst()
        }
        if let error { throw error }
    }

    /// The next report, in the order in which they came.
    func nextReport() async -> Report? {
        var iterator = self.reports.makeAsyncIterator()
        return await iterator.next()
    }

    // MARK: - The worker's side

    func describeNamespace() async throws -> Temporal_Api_Workflowservice_V1_DescribeNamespaceResponse {
        let error = self.state.withLockedValue { state in
            state.namespaceErrors.isEmpty ? nil : state.namespaceErrors.removeFirst()
        }
        if let error { throw error }
        return .with { $0.namespaceInfo.capabilities = self.capabilities }
    }

    func poll(
        _ request: Temporal_Api_Workflowservice_V1_PollActivityTaskQueueRequest
    ) async throws -> ActivityTask {
        let id = self.state.withLockedValue { state in
            state.requests.append(request)
            state.polling += 1
            state.mostPolling = max(state.mostPolling, state.polling)
            state.lastID += 1
            return state.lastID
        }
        defer { self.state.withLockedValue { $0.polling -= 1 } }
        self.polls.increment()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result: Result<ActivityTask, any Error>? = self.state.withLockedValue { state in
                    if state.left.remove(id) != nil { return .failure(CancellationError()) }
                    if !state.pollErrors.isEmpty { return .failure(state.pollErrors.removeFirst()) }
                    if !state.tasks.isEmpty { return .success(state.tasks.removeFirst()) }
                    if state.isShutDown { return .success(ActivityTask()) }
                    state.waiting[id] = continuation
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            let continuation = self.state.withLockedValue { state in
                let continuation = state.waiting.removeValue(forKey: id)
                if continuation == nil { state.left.insert(id) }
                return continuation
            }
            continuation?.resume(throwing: CancellationError())
        }
    }

    func heartbeat(
        _ request: Temporal_Api_Workflowservice_V1_RecordActivityTaskHeartbeatRequest
    ) async throws -> HeartbeatAnswer {
        self.noteCaller("heartbeat")
        self.reported.yield(.heartbeat(request))
        let answer = self.state.withLockedValue { state in
            state.heartbeatAnswers.isEmpty ? nil : state.heartbeatAnswers.removeFirst()
        }
        return try answer?.get() ?? .init()
    }

    func complete(_ request: Temporal_Api_Workflowservice_V1_RespondActivityTaskCompletedRequest) async throws {
        let error = self.state.withLockedValue { state in
            state.completionErrors.isEmpty ? nil : state.completionErrors.removeFirst()
        }
        if let error { throw error }
        self.reported.yield(.completed(request))
    }

    func fail(_ request: Temporal_Api_Workflowservice_V1_RespondActivityTaskFailedRequest) async throws {
        self.noteCaller("fail")
        try self.refuseFailure()
        self.reported.yield(.failed(request))
    }

    func cancel(_ request: Temporal_Api_Workflowservice_V1_RespondActivityTaskCanceledRequest) async throws {
        self.noteCaller("cancel")
        try self.refuseFailure()
        self.reported.yield(.canceled(request))
    }

    func heartbeat(of request: Temporal_Api_Workflowservice_V1_RecordWorkerHeartbeatRequest) async throws {
        for heartbeat in request.workerHeartbeat { self.reported.yield(.worker(heartbeat)) }
    }

    /// A server that ends polls by itself does it here.
    func shutDown(_ request: Temporal_Api_Workflowservice_V1_ShutdownWorkerRequest) async throws {
        self.reported.yield(.shutDown(request))
        guard self.capabilities.workerPollCompleteOnShutdown else { return }
        let polls = self.state.withLockedValue { state in
            defer { state.waiting = [:] }
            // One that has begun may not wait yet.
            state.isShutDown = true
            return state.waiting.values.map { $0 }
        }
        for poll in polls { poll.resume(returning: ActivityTask()) }
    }
}
