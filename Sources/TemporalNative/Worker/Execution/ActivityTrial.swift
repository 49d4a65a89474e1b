//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import ExternalStorageCore
import Groundwork
package import Logging

/// One attempt of an activity without a server: what a test of an activity runs it with.
package final class ActivityTrial: Sendable {
    private let context: ActivityContext
    private let execution: ActivityExecution
    private let workerShutdown = OneShot()

    /// - Parameters:
    ///   - info: What the activity is told.
    ///   - payloads: Converter and storage.
    ///   - previousDetails: What the last attempt said in its last heartbeat.
    ///   - heard: Is told of each heartbeat, once it counts.
    ///   - client: The client that the activity asks.
    ///   - clock: What timeouts are measured with.
    ///   - logger: Where logs go.
    package init(
        info: ActivityInfo,
        payloads: PayloadContext,
        previousDetails: [Payload],
        heard: @escaping @Sendable ([any Sendable]) -> Void,
        client: TemporalClient?,
        clock: WorkerClock,
        logger: Logger
    ) {
        self.execution = ActivityExecution(
            deadline: LocalDeadline(
                started: clock.now(),
                startToClose: info.startToCloseTimeout,
                scheduleToClose: info.scheduleToCloseTimeout,
                waited: .zero,
                heartbeat: info.heartbeatTimeout
            ),
            heartbeatInterval: .zero,
            heartbeatTimeout: info.heartbeatTimeout,
            clock: clock,
            sendHeartbeat: { _ in .goOn }
        )
        self.context = ActivityContext(
            info: info,
            headers: [:],
            payloads: payloads,
            attemptLogger: AttemptLogger(logger, info),
            previousDetails: previousDetails,
            execution: self.execution,
            interceptors: [HeartbeatListener(heard: heard)],
            workerShutdown: self.workerShutdown,
            clientOrNone: client
        )
    }

    /// Runs an activity, as a worker does.
    package func run(_ activity: Activity, _ input: [Payload]) async throws -> [Payload] {
        switch await self.execution.run({ try await self.context.run(activity, input) }) {
        case .returned(let result): return result
        case .threw(let error): throw self.execution.heartbeatError ?? error
        }
    }

    package func cancel(_ reason: ActivityCancellationReason) { self.execution.cancel(reason) }
    package func beginShutdown() { self.workerShutdown.fire() }

    private struct HeartbeatListener: WorkerInterceptor {
        var heard: @Sendable ([any Sendable]) -> Void

        func heartbeat(_ input: HeartbeatInput, next: (HeartbeatInput) -> Void) {
            // It counts before anybody hears of it, who may let time pass.
            next(input)
            self.heard(input.details)
        }
    }
}
