//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Groundwork
import Logging
import SwiftProtobuf
import TemporalAPI

extension ActivityWorker {
    /// How long polls may stay open that the server has promised to end.
    static let pollsMayStay = Duration.seconds(10)

    /// Waits for the shutdown to begin and leads through it: polls end, the server is told, and when the grace period is
    /// over, activities are cancelled.
    ///
    /// The task is cancelled when nothing runs any more.
    func drain(_ capabilities: WorkerEnd.NamespaceCapabilities) async {
        await self.end.stopping.wait()
        self.logger.info("The worker shuts down")
        await withDiscardingTaskGroup { group in
            group.addTask { await self.endPolls(capabilities) }
            group.addTask {
                guard (try? await self.clock.sleep(for: self.configuration.gracefulShutdownPeriod)) != nil else {
                    return
                }
                self.running.cancelAll(.workerShutdown)
            }
        }
    }

    /// Gives polls up at once, unless the server ends them itself, without losing a task that it has just handed out.
    private func endPolls(_ capabilities: WorkerEnd.NamespaceCapabilities) async {
        if !capabilities.workerPollCompleteOnShutdown { self.end.pollsEnd.fire() }
        await shielded(on: self.executor) { await self.tellShutdown(capabilities) }
        try? await self.clock.sleep(for: Self.pollsMayStay)
        self.end.pollsEnd.fire()
    }

    /// Best effort: a server that does not hear it finds out by itself.
    private func tellShutdown(_ capabilities: WorkerEnd.NamespaceCapabilities) async {
        let heartbeat = capabilities.workerHeartbeats ? self.makeReport(status: .shuttingDown).message : nil
        do {
            try await self.service.shutDown(
                .with { request in
                    request.namespace = self.namespace
                    request.identity = self.identity.identity
                    request.reason = "graceful shutdown"
                    request.workerInstanceKey = self.identity.instanceKey
                    request.taskQueue = self.taskQueue
                    request.taskQueueTypes = [.activity]
                    if let heartbeat { request.workerHeartbeat = heartbeat }
                }
            )
        } catch {
            self.logger.debug("The server could not be told of the shutdown", metadata: ["error": "\(error)"])
        }
    }
}
