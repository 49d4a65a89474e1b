//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import Groundwork
internal import NIOConcurrencyHelpers
internal import NIOCore
internal import NIOPosix

/// Runs work that has to answer in time, whoever wrote it, and owns the work that does not.
///
/// A child task cannot be left behind: its parent waits for it, and work that does not heed cancellation (a driver that
/// blocks, a callback that never comes) would make every time limit above it void. So this work runs in a task of its
/// own, and the structure is this: the task belongs to an `Overtime`, which somebody with a lifetime owns (a server that
/// runs, the scope of a connection) and ends with ``finish(within:)``, which waits for whatever has been left behind.
/// ``with(maximumLeftBehind:_:)`` is that as a scope.
package final class Overtime: Sendable {
    private struct State {
        var running: Set<UInt64> = []
        var leftBehind: Set<UInt64> = []
        var lastID: UInt64 = 0
        /// Those who wait until nothing runs.
        var finishing: [TimedAttempt<Void>] = []
    }

    private let maximumLeftBehind: Int
    private let state = NIOLockedValueBox(State())

    /// Creates an owner that owns nothing yet.
    ///
    /// - Parameter maximumLeftBehind: When so much work has been left behind and goes on, new work is refused: each
    ///   holds memory, and what has blocked so often will block again.
    package init(maximumLeftBehind: Int = 1_000) {
        self.maximumLeftBehind = maximumLeftBehind
    }

    /// Runs a body with an owner, and waits at its end for what was left behind in it.
    package static func with<Value>(
        maximumLeftBehind: Int = 1_000,
        _ body: (Overtime) async throws -> Value
    ) async rethrows -> Value {
        let overtime = Overtime(maximumLeftBehind: maximumLeftBehind)
        do {
            let value = try await body(overtime)
            await overtime.finish()
            return value
        } catch {
            await overtime.finish()
            throw error
        }
    }

    /// How much work goes on that has been left behind, for metrics.
    package var leftBehind: Int { self.state.withLockedValue { $0.leftBehind.count } }

    /// Runs work, and ends by the deadline whether the work has ended or not.
    ///
    /// When the deadline passes or the caller is cancelled, the work is cancelled, and has the grace to end by itself, as
    /// work that heeds cancellation does; then it is left behind.
    ///
    /// - Parameters:
    ///   - deadline: When the work has to be done; nil for no such instant, cancellation is heeded all the same.
    ///   - grace: How long the work may take to end once it was cancelled; the caller is that much late at most.
    ///   - executor: Where the work runs. A task of its own does not inherit its caller's preference.
    ///   - operation: The work.
    /// - Returns: What the work returned, also within the grace.
    /// - Throws: ``TimeLimitExceeded`` if the deadline has passed and the work did not return a value.
    ///   `CancellationError` if the caller was cancelled and the work is left behind. ``TooMuchOvertime`` if no new work
    ///   is taken, then nothing has begun. Else what the work threw.
    package func run<Value: Sendable>(
        until deadline: Deadline?,
        grace: Duration = .milliseconds(100),
        executor: (any TaskExecutor)? = nil,
        _ operation: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let id = try self.begin()
        let attempt = TimedAttempt<Value>()
        let task = Task(executorPreference: executor) {
            let result: Result<Value, any Error>
            do { result = .success(try await operation()) } catch { result = .failure(error) }
            // Ended before the caller goes on, which then finds nothing left behind.
            self.end(id)
            attempt.end(result)
        }
        let eventLoop = MultiThreadedEventLoopGroup.singleton.any()
        let timer = deadline.map { deadline in
            eventLoop.scheduleTask(in: TimeAmount(deadline.remaining)) {
                attempt.deadlinePassed { task.cancel() }
                eventLoop.scheduleTask(in: TimeAmount(grace)) { attempt.giveUp() }
            }
        }
        defer { timer?.cancel() }
        let outcome = await withTaskCancellationHandler {
            await attempt.outcome()
        } onCancel: {
            task.cancel()
            eventLoop.scheduleTask(in: TimeAmount(grace)) { attempt.giveUp() }
        }
        switch outcome {
        case .ended(.success(let value), _): return value
        case .ended(.failure, isLate: true): throw TimeLimitExceeded()
        case .ended(.failure(let error), isLate: false): throw error
        case .leftBehind(let isLate):
            self.leaveBehind(id)
            if isLate { throw TimeLimitExceeded() }
            throw CancellationError()
        }
    }

    /// Waits for all work that was left behind.
    ///
    /// Cancellation does not end it: nobody would own the work then.
    ///
    /// - Parameter limit: How long to wait at most, for a process that ends anyway; nil for as long as it takes.
    /// - Returns: How much work goes on.
    @discardableResult
    package func finish(within limit: Duration? = nil) async -> Int {
        let attempt = TimedAttempt<Void>()
        let isIdle = self.state.withLockedValue { state in
            if !state.running.isEmpty { state.finishing.append(attempt) }
            return state.running.isEmpty
        }
        guard !isIdle else { return 0 }
        let timer = limit.map { limit in
            MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: TimeAmount(limit)) { attempt.giveUp() }
        }
        defer { timer?.cancel() }
        _ = await attempt.outcome()
        return self.leftBehind
    }

    private func begin() throws(TooMuchOvertime) -> UInt64 {
        let id = self.state.withLockedValue { state -> UInt64? in
            guard state.leftBehind.count < self.maximumLeftBehind else { return nil }
            state.lastID += 1
            state.running.insert(state.lastID)
            return state.lastID
        }
        guard let id else { throw TooMuchOvertime(leftBehind: self.maximumLeftBehind) }
        return id
    }

    private func leaveBehind(_ id: UInt64) {
        self.state.withLockedValue { state in
            // It may have ended this moment.
            if state.running.contains(id) { state.leftBehind.insert(id) }
        }
    }

    private func end(_ id: UInt64) {
        let finishing = self.state.withLockedValue { state -> [TimedAttempt<Void>] in
            state.running.remove(id)
            state.leftBehind.remove(id)
            guard state.running.isEmpty else { return [] }
            defer { state.finishing = [] }
            return state.finishing
        }
        for attempt in finishing { attempt.end(.success(())) }
    }
}

/// So much work goes on after its time that no new work is taken.
package struct TooMuchOvertime: Error, Hashable, CustomStringConvertible {
    /// How much work goes on.
    package var leftBehind: Int

    package var description: String {
        "\(self.leftBehind) calls go on that have neither ended in time nor when they were cancelled: what they call hangs"
    }
}
