//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Runs an operation that ends when it is cancelled, and cancels it when its time is over.
///
/// The operation is awaited in any case, so nothing is left running; one that does not heed cancellation makes this
/// late. For work that nobody can vouch for, such as a driver of the user's, there is `Overtime` in GroundworkNIO.
///
/// - Parameters:
///   - limit: The time it has.
///   - clock: What measures it. `ContinuousClock` keeps a little memory for every sleep until its time has come, even if
///     the sleep has been cancelled; where there are many calls, use `EventLoopClock` of GroundworkNIO.
///   - operation: The work.
/// - Returns: What the operation returned, even if it did so after it was cancelled: what has been done is not lost.
/// - Throws: ``TimeLimitExceeded`` if the operation threw after its time was over; else what the operation threw.
package func withTimeLimit<Value: Sendable>(
    _ limit: Duration,
    clock: any Clock<Duration>,
    _ operation: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: LimitedEvent<Value>.self) { group in
        group.addTask { .returned(try await operation()) }
        group.addTask {
            do { try await clock.sleep(for: limit) } catch { return .stoppedWaiting }
            return .timeIsOver
        }
        defer { group.cancelAll() }
        var isLate = false
        do {
            while let event = try await group.next() {
                switch event {
                case .returned(let value): return value
                case .stoppedWaiting: break
                case .timeIsOver:
                    isLate = true
                    group.cancelAll()
                }
            }
        } catch {
            throw isLate ? TimeLimitExceeded(limit: limit) : error
        }
        preconditionFailure("the operation is one of the two tasks, and returns or throws")
    }
}

/// Runs an operation that ends when it is cancelled, and cancels it at a deadline.
///
/// Like ``withTimeLimit(_:clock:_:)``. Without a deadline it only runs the operation.
package func withTimeLimit<Value: Sendable>(
    until deadline: Deadline?,
    clock: any Clock<Duration>,
    _ operation: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    guard let deadline else { return try await operation() }
    return try await withTimeLimit(deadline.remaining, clock: clock, operation)
}

private enum LimitedEvent<Value: Sendable>: Sendable {
    case returned(Value)
    case timeIsOver
    /// The clock was cancelled: the operation has ended, or the caller was cancelled and so was the operation.
    case stoppedWaiting
}
