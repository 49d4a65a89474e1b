//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Groundwork
import Logging
import Metrics
import NIOConcurrencyHelpers
import SwiftProtobuf
import TemporalAPI

extension ActivityWorker {
    typealias NamespaceCapabilities = Temporal_Api_Namespace_V1_NamespaceInfo.Capabilities

    /// Asks for the namespace, so that a wrong one is an error at once and not a worker that never gets a task.
    ///
    /// - Returns: What the server can do; nil if the worker has been shut down or has given up.
    func start() async -> NamespaceCapabilities? {
        await self.stopping.cancelling {
            var backoff = PollBackoff()
            while !Task.isCancelled {
                do {
                    return try await self.service.describeNamespace().namespaceInfo.capabilities
                } catch let error as TemporalError where [.unimplemented, .permissionDenied].contains(error.code) {
                    // It is only good manners, and not every identity that may poll may ask.
                    return NamespaceCapabilities()
                } catch {
                    guard await self.goesOn(after: error, &backoff) else { return nil }
                }
            }
            return nil
        }
    }

    /// Polls until there is a task.
    ///
    /// - Returns: The task; nil if the worker shuts down.
    func nextTask() async -> ActivityTask? {
        guard !self.stopping.hasFired, var backoff = try? await self.pollers.take() else { return nil }
        // Whoever waits for a poller finds out by getting one, and hands it on.
        defer { self.pollers.giveBack(backoff) }
        guard !self.stopping.hasFired else { return nil }
        let before = backoff
        let (task, after) = await self.pollsEnd.cancelling { [self] in
            var backoff = before
            return (await self.poll(&backoff), backoff)
        }
        backoff = after
        return task
    }

    private func poll(_ backoff: inout PollBackoff) async -> ActivityTask? {
        while !Task.isCancelled && !self.stopping.hasFired {
            do {
                try await self.clock.sleep(for: self.takeFromRate())
                let task = try await self.pollOnce()
                backoff.answered()
                if !task.taskToken.isEmpty { return task }
                self.metrics.pollNoTask.increment()
            } catch {
                guard await self.goesOn(after: error, &backoff) else { return nil }
            }
        }
        return nil
    }

    private func pollOnce() async throws -> ActivityTask {
        self.pollsChanged { $0.pollBegan() }
        defer { self.pollsChanged { $0.pollEnded() } }
        let task = try await self.service.poll(self.pollRequest)
        let now = Google_Protobuf_Timestamp.now
        self.state.withLockedValue { $0.lastPoll = now }
        return task
    }

    private var pollRequest: Temporal_Api_Workflowservice_V1_PollActivityTaskQueueRequest {
        .with { request in
            request.namespace = self.namespace
            request.taskQueue = .with { queue in
                queue.name = self.taskQueue
                queue.kind = .normal
            }
            request.identity = self.identity.identity
            request.workerInstanceKey = self.identity.instanceKey
            if let deployment = self.identity.deployment { request.deploymentOptions = deployment.message }
            if let rate = self.configuration.maxTaskQueueActivitiesPerSecond {
                request.taskQueueMetadata = .with { $0.maxTasksPerSecond = .init(rate) }
            }
        }
    }

    private func takeFromRate() -> Duration {
        self.state.withLockedValue { state in state.rate?.take(at: self.clock.now()) ?? .zero }
    }

    private func pollsChanged(_ change: (inout WorkerCounters) -> Void) {
        self.state.withLockedValue { state in
            change(&state.counters)
            // Under the lock, so that the value that is recorded last is the one that holds.
            self.metrics.pollers.record(state.counters.polling)
        }
    }

    /// Waits after a failed call.
    ///
    /// - Returns: Whether to call again. If not, the worker has given up or the task is cancelled.
    private func goesOn(after error: any Error, _ backoff: inout PollBackoff) async -> Bool {
        guard !Task.isCancelled, !(error is CancellationError) else { return false }
        switch backoff.failed(PollBackoff.Trouble(error), at: self.clock.now()) {
        case .giveUp:
            self.giveUp(error)
            return false
        case .wait(let duration):
            self.logger.warning("A poll failed", metadata: ["error": "\(error)", "retry-in": "\(duration)"])
            return (try? await self.clock.sleep(for: duration)) != nil
        }
    }
}
