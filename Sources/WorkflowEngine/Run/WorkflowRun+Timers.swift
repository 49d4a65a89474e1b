//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
import TemporalAPI

/// `@unchecked Sendable`: touched by the thread that runs the workflow only.
final class TimerOperation: @unchecked Sendable {
    let id: String
    let future: Future<Void>
    /// As long as history has not confirmed it; it knows the operation, so that this must not own it.
    weak var command: PendingCommand?
    /// Whether history has its end, of which the code will hear in this task: then there is nothing to cancel.
    var hasEnded = false

    init(id: String, future: Future<Void>) {
        self.id = id
        self.future = future
    }
}

extension WorkflowRun {
    /// Waits for a timer of the server.
    ///
    /// - Parameters:
    ///   - duration: How long; at least a millisecond, so that there always is a timer in history.
    ///   - summary: What the user interface shows.
    /// - Throws: `CancellationError`; the timer is cancelled then.
    package func sleep(for duration: Duration, summary: API.Payload? = nil) async throws {
        try await self.enterWaiting()
        try Task.checkCancellation()
        self.lastIDs.timer += 1
        let id = "\(self.lastIDs.timer)"
        let timer = TimerOperation(id: id, future: self.future(.timer(id: id)))
        var command = API.Command()
        command.commandType = .startTimer
        command.startTimerCommandAttributes = .with { attributes in
            attributes.timerID = timer.id
            attributes.startToFireTimeout = max(duration, .milliseconds(1)).message
        }
        if let summary { command.userMetadata = .with { $0.summary = summary } }
        let pending = PendingCommand(command) { [unowned self] event in self.timers[event.eventID] = timer }
        timer.command = pending
        self.add(pending)
        try await self.value(of: timer.future) { self.cancel(timer) }
    }

    private func cancel(_ timer: TimerOperation) {
        guard !timer.future.isResolved, !timer.hasEnded else { return }
        if !self.takeBack(timer.command) {
            var cancel = API.Command()
            cancel.commandType = .cancelTimer
            cancel.cancelTimerCommandAttributes = .with { $0.timerID = timer.id }
            // The server drops a timer that fires meanwhile.
            self.add(
                PendingCommand(cancel) { [unowned self] event in
                    self.timers[event.timerCanceledEventAttributes.startedEventID] = nil
                }
            )
        }
        timer.future.resolve(.failure(CancellationError()))
    }

    /// Waits until a condition is true.
    ///
    /// It is evaluated when all other code has come to rest, and one waiter after the other is woken, so that what comes
    /// after it can rely on it.
    ///
    /// - Parameters:
    ///   - predicate: The condition; it must not change anything.
    ///   - place: Where the call stands; that of the current task if nil.
    /// - Throws: `CancellationError`.
    package func condition(_ predicate: @escaping () -> Bool, at place: CallPlace? = nil) async throws {
        try await self.enterWaiting()
        try Task.checkCancellation()
        self.lastIDs.condition += 1
        let id = self.lastIDs.condition
        let future = Future<Void>(.condition)
        self.conditions.append(Condition(id: id, predicate: predicate, future: future))
        try await self.value(of: future, at: place) {
            self.conditions.removeAll { $0.id == id }
            future.resolve(.failure(CancellationError()))
        }
    }

    /// Does something that a cancellation of the current task does not reach.
    package func shielded<Result: Sendable>(
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await self.enterWaiting()
        return try await Task(executorPreference: self.executor) { try await body() }.value
    }
}

extension Duration {
    /// The duration as a message, in whole nanoseconds.
    var message: Google_Protobuf_Duration {
        let (seconds, attoseconds) = self.components
        return Google_Protobuf_Duration(seconds: seconds, nanos: Int32(attoseconds / 1_000_000_000))
    }
}
