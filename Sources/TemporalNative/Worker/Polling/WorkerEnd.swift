//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Groundwork
import Logging
import NIOConcurrencyHelpers
import TemporalAPI

/// When a worker ends, and why: what it does with workflows and with activities ends together.
final class WorkerEnd: Sendable {
    typealias NamespaceCapabilities = Temporal_Api_Namespace_V1_NamespaceInfo.Capabilities

    /// No new tasks.
    let stopping = OneShot()
    /// Open polls are given up.
    let pollsEnd = OneShot()
    private let fatal = NIOLockedValueBox<(any Error)?>(nil)
    private let clock: WorkerClock
    private let logger: Logger

    init(clock: WorkerClock, logger: Logger) {
        self.clock = clock
        self.logger = logger
    }

    /// Begins to shut down: no new tasks; what runs has the grace period.
    func begin() {
        self.stopping.fire()
    }

    /// Ends the worker because it cannot do its work.
    private func giveUp(_ error: any Error) {
        self.logger.critical("The worker gives up", metadata: ["error": "\(error)"])
        self.fatal.withLockedValue { $0 = $0 ?? error }
        self.begin()
    }

    /// - Throws: Why the worker has given up, if it has.
    func check() throws {
        if let error = self.fatal.withLockedValue({ $0 }) { throw error }
    }

    /// Waits after a failed call.
    ///
    /// - Returns: Whether to call again. If not, the worker has given up or the task is cancelled.
    func goesOn(after error: any Error, _ backoff: inout PollBackoff) async -> Bool {
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

    /// Asks for the namespace, so that a wrong one is an error at once and not a worker that never gets a task.
    ///
    /// - Parameter describe: The call.
    /// - Returns: What the server can do; nil if the worker has been shut down or has given up.
    func capabilities(
        _ describe: @escaping @Sendable () async throws -> Temporal_Api_Workflowservice_V1_DescribeNamespaceResponse
    ) async -> NamespaceCapabilities? {
        await self.stopping.cancelling {
            var backoff = PollBackoff()
            while !Task.isCancelled {
                do {
                    return try await describe().namespaceInfo.capabilities
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
}
