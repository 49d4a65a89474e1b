//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import Groundwork
import NIOConcurrencyHelpers

/// One attempt of an activity: the activity itself in a child task, its heartbeats and its deadline in two others.
final class ActivityExecution: Sendable {
    /// How an attempt ended.
    enum Ending: Sendable {
        case returned([Payload])
        case threw(any Error)
    }

    /// Stores what is large in the details of one heartbeat, sends it, and says what the server answered.
    ///
    /// Details that cannot be stored are an `ExternalStorageError`; then nothing has been sent.
    typealias SendHeartbeat = @Sendable (_ details: [Payload]) async throws -> HeartbeatAnswer
    /// Encodes the details of a heartbeat.
    ///
    /// It is called only if they are sent.
    typealias Details = @Sendable () async throws -> [Payload]

    enum HeartbeatAnswer: Hashable, Sendable {
        case goOn
        case cancel(ActivityCancellationReason)
    }

    private struct State: Sendable {
        var throttle: HeartbeatThrottle<Details>
        var lastHeartbeat: ContinuousClock.Instant?
        var reason: ActivityCancellationReason?
        var heartbeatError: (any Error)?
    }

    private let state: NIOLockedValueBox<State>
    private let cancelled = OneShot()
    private let wakeUps: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation
    private let deadline: LocalDeadline
    private let heartbeatTimeout: Duration?
    private let clock: WorkerClock
    private let sendHeartbeat: SendHeartbeat

    init(
        deadline: LocalDeadline,
        heartbeatInterval: Duration,
        heartbeatTimeout: Duration? = nil,
        clock: WorkerClock,
        sendHeartbeat: @escaping SendHeartbeat
    ) {
        self.state = NIOLockedValueBox(State(throttle: HeartbeatThrottle(interval: heartbeatInterval)))
        (self.wakeUps, self.wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        self.deadline = deadline
        self.heartbeatTimeout = heartbeatTimeout.flatMap { $0 > .zero ? $0 : nil }
        self.clock = clock
        self.sendHeartbeat = sendHeartbeat
    }

    var cancellationReason: ActivityCancellationReason? { self.state.withLockedValue { $0.reason } }

    /// Why heartbeats cannot be sent, if the attempt was cancelled for that.
    var heartbeatError: (any Error)? { self.state.withLockedValue { $0.heartbeatError } }

    /// Cancels the activity, unless it has been cancelled before.
    func cancel(_ reason: ActivityCancellationReason) {
        self.state.withLockedValue { $0.reason = $0.reason ?? reason }
        self.cancelled.fire()
    }

    /// Takes a heartbeat of the activity; it is sent when the throttle lets it.
    func heartbeat(_ details: @escaping Details) {
        let now = self.clock.now()
        self.state.withLockedValue { state in
            state.lastHeartbeat = now
            state.throttle.record(details)
        }
        self.wakeUp.yield()
    }

    /// Runs the activity to its end.
    ///
    /// Cancelling the task that calls it cancels the activity, like ``cancel(_:)``, but gives no reason.
    func run(_ body: @escaping @Sendable () async throws -> [Payload]) async -> Ending {
        await withDiscardingTaskGroup { helpers in
            helpers.addTask { await self.watchDeadline() }
            helpers.addTask { await self.sendHeartbeats() }
            let ending = await self.cancelled.cancelling { () -> Ending in
                do {
                    return .returned(try await body())
                } catch {
                    return .threw(error)
                }
            }
            helpers.cancelAll()
            return ending
        }
    }

    /// Sends the newest details that the server does not have, if there are any.
    ///
    /// To be called when ``run(_:)`` has returned. Failures are of no interest any more: the report of the attempt
    /// follows, and says how the attempt ended, not that details of it could not be stored (ES-F6).
    func flushHeartbeats() async {
        guard let details = self.state.withLockedValue({ $0.throttle.takeUnsent() }) else { return }
        _ = try? await self.sendInTime(details())
    }
}

extension ActivityExecution {
    private func watchDeadline() async {
        while let end = self.deadline.guardTime(lastHeartbeat: self.state.withLockedValue { $0.lastHeartbeat }) {
            guard end > self.clock.now() else { return self.cancel(.timedOut) }
            do { try await self.clock.sleep(end) } catch { return }
        }
    }

    private func sendHeartbeats() async {
        for await _ in self.wakeUps {
            sending: while !Task.isCancelled {
                switch self.state.withLockedValue({ $0.throttle.next(at: self.clock.now()) }) {
                case .rest: break sending
                case .wait(let instant): do { try await self.clock.sleep(instant) } catch { return }
                case .send(let details): await self.send(details)
                }
            }
        }
    }

    private func send(_ details: Details) async {
        do {
            let answer = try await self.sendInTime(self.encoded(details))
            self.state.withLockedValue { $0.throttle.sent(at: self.clock.now()) }
            if case .cancel(let reason) = answer { self.cancel(reason) }
        } catch let error as Unencodable {
            self.heartbeatFailed(error.cause)
        } catch let error as ExternalStorageError {
            self.heartbeatFailed(error)
        } catch {
            // Whether the server has it is not known. The next interval brings the next try.
            self.state.withLockedValue { $0.throttle.lost(at: self.clock.now()) }
        }
    }

    /// Details that cannot be encoded.
    private struct Unencodable: Error {
        var cause: any Error
    }

    private func encoded(_ details: Details) async throws -> [Payload] {
        do {
            return try await details()
        } catch {
            guard !(error is CancellationError) else { throw error }
            throw Unencodable(cause: error)
        }
    }

    /// The attempt ends with the failure of a heartbeat (ES-F6).
    private func heartbeatFailed(_ error: any Error) {
        self.state.withLockedValue { state in
            _ = state.throttle.takeUnsent()
            state.heartbeatError = state.heartbeatError ?? error
        }
        self.cancel(.heartbeatFailed)
    }

    /// A heartbeat that takes longer than the heartbeat timeout is worth nothing any more.
    private func sendInTime(_ details: [Payload]) async throws -> HeartbeatAnswer {
        guard let limit = self.heartbeatTimeout else { return try await self.sendHeartbeat(details) }
        let end = self.clock.now() + limit
        return try await withThrowingTaskGroup(of: HeartbeatAnswer.self) { group in
            group.addTask { try await self.sendHeartbeat(details) }
            group.addTask {
                try await self.clock.sleep(end)
                throw HeartbeatTooLate()
            }
            defer { group.cancelAll() }
            guard let answer = try await group.next() else { throw CancellationError() }
            return answer
        }
    }
}

/// A heartbeat that did not arrive within the heartbeat timeout.
private struct HeartbeatTooLate: Error {}
