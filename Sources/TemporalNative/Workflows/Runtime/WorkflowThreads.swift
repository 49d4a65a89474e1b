//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Groundwork
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// The threads on which workflow code runs, and nothing else: code that does not yield holds up no connection.
///
/// As many as there are processors, for all workers of the process. One that is held up is left to its code and replaced.
final class WorkflowThreads: Sendable {
    static let shared = WorkflowThreads(count: System.coreCount)

    private let threads: Pool<NIOThreadPool>
    private let watchdog: Watchdog

    /// - Parameters:
    ///   - count: How many threads there are.
    ///   - timers: Where the time is kept.
    init(count: Int, timers: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton) {
        self.watchdog = Watchdog(loop: timers.next())
        self.threads = Pool((0..<count).map { _ in Self.makeThread() })
    }

    private static func makeThread() -> NIOThreadPool {
        let thread = NIOThreadPool(numberOfThreads: 1)
        thread.start()
        return thread
    }

    /// Does something that blocks, and waits for it.
    ///
    /// - Parameters:
    ///   - limit: How long to wait. A pause of the whole process counts as an eighth of it at most.
    ///   - body: What to do.
    ///   - late: What to do with its result if it came too late; on the thread of `body`.
    /// - Returns: What `body` returned; nil if it did not return in time, or if the task was cancelled before it began.
    func run<Result: Sendable>(
        within limit: Duration,
        _ body: @escaping @Sendable () -> Result,
        late: @escaping @Sendable (Result) -> Void
    ) async -> Result? {
        guard let thread = try? await self.threads.take() else { return nil }
        let outcome = NIOLockedValueBox<Result?>(nil)
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let waiter = NIOLockedValueBox<CheckedContinuation<Void, Never>?>(continuation)
            let watched = self.watchdog.begin(TimeAmount(limit)) {
                guard let continuation = waiter.withLockedValue({ $0.take() }) else { return }
                self.threads.giveBack(Self.makeThread())
                continuation.resume()
            }
            thread.submit { _ in
                let result = body()
                self.watchdog.end(watched)
                guard let continuation = waiter.withLockedValue({ $0.take() }) else {
                    late(result)
                    thread.shutdownGracefully { _ in }
                    return
                }
                self.threads.giveBack(thread)
                // Through a lock, which the thread sanitizer sees; of the continuation's hand-over it reported races.
                outcome.withLockedValue { $0 = result }
                continuation.resume()
            }
        }
        return outcome.withLockedValue { $0 }
    }

    /// Runs what became ready after its run was given up.
    func runStrays(of executor: @escaping @Sendable () -> Void) {
        NIOThreadPool.singleton.submit { _ in executor() }
    }
}
