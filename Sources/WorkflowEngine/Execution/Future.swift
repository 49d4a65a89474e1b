//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// A value that comes once, and those who wait for it.
///
/// `@unchecked Sendable`: touched by the thread that runs the workflow only, as everything of a run.
final class Future<Value: Sendable>: @unchecked Sendable {
    private struct Waiter {
        var continuation: CheckedContinuation<Void, Never>
        var place: CallPlace?
    }

    let subject: Awaited
    private(set) var result: Result<Value, any Error>?
    private var waiters: [Waiter] = []

    init(_ subject: Awaited) {
        self.subject = subject
    }

    var isResolved: Bool { self.result != nil }
    var hasWaiters: Bool { !self.waiters.isEmpty }
    /// Where each of those stands who wait.
    var places: [CallPlace?] { self.waiters.map(\.place) }

    /// Resolves it; whoever waits becomes ready to run, in the order in which they came.
    ///
    /// The first time counts.
    func resolve(_ result: Result<Value, any Error>) {
        guard self.result == nil else { return }
        self.result = result
        let waiters = self.waiters
        self.waiters = []
        for waiter in waiters { waiter.continuation.resume() }
    }

    fileprivate func add(_ continuation: CheckedContinuation<Void, Never>, at place: CallPlace?) {
        self.waiters.append(Waiter(continuation: continuation, place: place))
    }
}

/// A future, whatever it holds.
protocol AnyFuture: AnyObject {
    var subject: Awaited { get }
    var places: [CallPlace?] { get }
    var isResolved: Bool { get }
    var hasWaiters: Bool { get }
    func fail(_ error: any Error)
}

extension Future: AnyFuture {
    func fail(_ error: any Error) { self.resolve(.failure(error)) }
}

extension WorkflowRun {
    /// Waits for a future.
    ///
    /// - Parameters:
    ///   - future: The future.
    ///   - place: Where the call stands that waits; that of the current task if nil.
    ///   - cancel: What a cancellation of the task does; it may resolve the future, or let it come.
    /// - Returns: The value.
    /// - Throws: What the future fails with.
    func value<Value: Sendable>(
        of future: Future<Value>,
        at place: CallPlace? = nil,
        cancel: @escaping @Sendable () -> Void
    ) async throws -> Value {
        if future.result == nil {
            await withTaskCancellationHandler {
                await withCheckedContinuation { waiter in
                    guard future.result == nil else {
                        waiter.resume()
                        return
                    }
                    future.add(waiter, at: place ?? Self.place)
                }
            } onCancel: {
                // On the thread that cancels, which is the one that runs the workflow unless the code has escaped.
                guard self.executor.isCurrent else {
                    self.executor.noteEscape()
                    return
                }
                cancel()
            }
        }
        guard let result = future.result else { preconditionFailure("a waiter was resumed without a result") }
        return try result.get()
    }
}
