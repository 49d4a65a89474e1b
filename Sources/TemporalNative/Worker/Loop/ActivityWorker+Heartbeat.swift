//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Groundwork
import Logging
import NIOConcurrencyHelpers
import SwiftProtobuf
import TemporalAPI

extension ActivityWorker {
    /// Tells the server of the worker, at once and then regularly, until the task is cancelled.
    func reportRegularly(_ capabilities: WorkerEnd.NamespaceCapabilities) async {
        guard let interval = self.configuration.workerHeartbeatInterval, capabilities.workerHeartbeats else { return }
        while !Task.isCancelled {
            await self.report(status: self.end.stopping.hasFired ? .shuttingDown : .running, capabilities)
            guard (try? await self.clock.sleep(for: interval)) != nil else { return }
        }
    }

    /// Sends one heartbeat of the worker, if the server wants any.
    ///
    /// A failure is logged, and that is all.
    func report(status: Temporal_Api_Enums_V1_WorkerStatus, _ capabilities: WorkerEnd.NamespaceCapabilities) async {
        guard self.configuration.workerHeartbeatInterval != nil, capabilities.workerHeartbeats else { return }
        let report = self.makeReport(status: status)
        do {
            try await self.service.heartbeat(
                of: .with { request in
                    request.namespace = self.namespace
                    request.identity = self.identity.identity
                    request.workerHeartbeat = [report.message]
                }
            )
        } catch {
            self.logger.debug("The heartbeat of the worker was lost", metadata: ["error": "\(error)"])
        }
    }

    /// What the worker says of itself now; the next interval begins here.
    func makeReport(status: Temporal_Api_Enums_V1_WorkerStatus) -> WorkerReport {
        let now = self.clock.now()
        let (ticks, memory) = (HostUsage.currentTicks(), HostUsage.currentMemoryUsage())
        return self.state.withLockedValue { state in
            defer {
                state.lastReport = now
                state.lastTicks = ticks
            }
            return WorkerReport(
                identity: self.identity,
                status: status,
                now: .now,
                sinceLast: state.lastReport.map { $0.duration(to: now) },
                running: state.counters.running,
                processed: state.counters.processed,
                failed: state.counters.failed,
                interval: state.counters.takeInterval(),
                polling: self.polls.underWay,
                lastPoll: self.polls.lastAnswer,
                processorUsage: ticks?.usage(since: state.lastTicks) ?? 0,
                memoryUsage: memory ?? 0
            )
        }
    }
}
