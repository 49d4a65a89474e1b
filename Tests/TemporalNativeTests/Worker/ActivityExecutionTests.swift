//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageTesting
import Groundwork
import NIOConcurrencyHelpers
import TemporalNativeTesting
import Testing

@testable import TemporalNative

@Suite("One attempt: the activity, its heartbeats, its deadline", .timeLimit(.minutes(1)))
struct ActivityExecutionTests {
    private func execution(
        _ time: HandClock,
        startToClose: Duration? = nil,
        heartbeat: Duration? = nil,
        interval: Duration = .seconds(8),
        heartbeatTimeout: Duration? = nil,
        send: @escaping ActivityExecution.SendHeartbeat = { _ in .goOn }
    ) -> ActivityExecution {
        ActivityExecution(
            deadline: LocalDeadline(
                started: time.now,
                startToClose: startToClose,
                scheduleToClose: nil,
                waited: .zero,
                heartbeat: heartbeat
            ),
            heartbeatInterval: interval,
            heartbeatTimeout: heartbeatTimeout,
            clock: time.clock,
            sendHeartbeat: send
        )
    }

    @Test("It returns what the activity returns, and throws what it throws")
    func endings() async throws {
        let payload = Payload.sample(1, sizeInBytes: 10)
        guard case .returned(let payloads) = await self.execution(HandClock()).run({ [payload] }) else {
            Issue.record("it returned")
            return
        }
        #expect(payloads == [payload])
        guard case .threw(let error) = await self.execution(HandClock()).run({ throw ApplicationFailure("no") }) else {
            Issue.record("it threw")
            return
        }
        #expect(error is ApplicationFailure)
    }

    @Test("Cancelling cancels the activity's task; the first reason stays")
    func cancelling() async {
        let execution = self.execution(HandClock())
        let ending = await execution.run {
            execution.cancel(.paused)
            execution.cancel(.canceled)
            await OneShot().wait()
            try Task.checkCancellation()
            return []
        }
        #expect(ending.kind == .threwCancellation)
        #expect(execution.cancellationReason == .paused)
    }

    @Test("An activity that is silent for its heartbeat timeout and five seconds is cancelled")
    func silence() async {
        let time = HandClock()
        let execution = self.execution(time, startToClose: .seconds(100), heartbeat: .seconds(10))
        let ending = await withTaskGroup(of: ActivityExecution.Ending?.self) { group in
            group.addTask {
                await execution.run {
                    await OneShot().wait()
                    throw CancellationError()
                }
            }
            group.addTask {
                await time.sleeps.first(of: .seconds(15))
                time.advance(by: .seconds(14))
                execution.heartbeat { [] }
                time.advance(by: .seconds(1))
                // The heartbeat came at 14 s: 24 s, and five more.
                await time.sleeps.first(of: .seconds(14))
                time.advance(by: .seconds(14))
                return nil
            }
            var ending: ActivityExecution.Ending?
            for await result in group { ending = result ?? ending }
            return ending
        }
        #expect(ending?.kind == .threwCancellation)
        #expect(execution.cancellationReason == .timedOut)
    }

    @Test("Details are encoded and sent once for each heartbeat that is sent, not for each that is made")
    func throttling() async throws {
        let time = HandClock()
        let sent = NIOLockedValueBox<[Int]>([])
        let encoded = TestCounter()
        let arrivals = TestCounter()
        let execution = self.execution(time) { details in
            sent.withLockedValue { $0.append(details.count) }
            arrivals.increment()
            return .goOn
        }
        let payload = Payload.sample(1, sizeInBytes: 10)
        let make: @Sendable (Int) -> ActivityExecution.Details = { count in
            {
                encoded.increment()
                return Array(repeating: payload, count: count)
            }
        }
        _ = await execution.run {
            execution.heartbeat(make(1))
            try await arrivals.wait(for: 1)
            for count in 2...5 { execution.heartbeat(make(count)) }
            await time.sleeps.first(of: .seconds(8))
            time.advance(by: .seconds(8))
            try await arrivals.wait(for: 2)
            execution.heartbeat(make(6))
            return []
        }
        #expect(sent.withLockedValue { $0 } == [1, 5])
        #expect(encoded.value == 2)
        await execution.flushHeartbeats()
        #expect(sent.withLockedValue { $0 } == [1, 5, 6])
    }

    @Test("Details that cannot be encoded cancel the activity, and say why")
    func encoding() async {
        let execution = self.execution(HandClock())
        let ending = await execution.run {
            execution.heartbeat { throw ApplicationFailure("no such encoding") }
            await OneShot().wait()
            return []
        }
        #expect(execution.cancellationReason == .heartbeatFailed)
        #expect(execution.heartbeatError is ApplicationFailure)
        #expect(ending.kind == .returned)
    }

    @Test("ES-F6 Details that cannot be stored cancel the activity, and say why")
    func storing() async {
        let execution = self.execution(HandClock()) { _ in
            throw ExternalStorageError(code: .unavailable, message: "the store is down")
        }
        let ending = await execution.run {
            execution.heartbeat { [] }
            await OneShot().wait()
            try Task.checkCancellation()
            return []
        }
        #expect(ending.kind == .threwCancellation)
        #expect(execution.cancellationReason == .heartbeatFailed)
        #expect((execution.heartbeatError as? ExternalStorageError)?.code == .unavailable)
    }

    @Test("ES-F6 Details that cannot be stored when they are flushed change nothing about how the attempt ended")
    func flushing() async {
        let execution = self.execution(HandClock()) { _ in
            throw ExternalStorageError(code: .unavailable, message: "the store is down")
        }
        execution.heartbeat { [] }
        await execution.flushHeartbeats()
        #expect(execution.cancellationReason == nil)
        #expect(execution.heartbeatError == nil)
    }

    @Test("A heartbeat that takes longer than the heartbeat timeout is given up, and the next one tried")
    func slowHeartbeat() async {
        let time = HandClock()
        let attempts = TestCounter()
        let execution = self.execution(time, interval: .seconds(8), heartbeatTimeout: .seconds(10)) { _ in
            attempts.increment()
            guard attempts.value == 1 else { return .goOn }
            await OneShot().wait()
            throw CancellationError()
        }
        _ = await execution.run {
            execution.heartbeat { [] }
            await time.sleeps.first(of: .seconds(10))
            time.advance(by: .seconds(10))
            await time.sleeps.first(of: .seconds(8))
            time.advance(by: .seconds(8))
            try await attempts.wait(for: 2)
            return []
        }
        #expect(attempts.value == 2)
    }

    @Test("The server's answer cancels")
    func answers() async {
        let execution = self.execution(HandClock()) { _ in .cancel(.reset) }
        _ = await execution.run {
            execution.heartbeat { [] }
            await OneShot().wait()
            return []
        }
        #expect(execution.cancellationReason == .reset)
    }

    @Test("A heartbeat that is lost is tried again after the interval")
    func lost() async {
        let time = HandClock()
        let attempts = TestCounter()
        let execution = self.execution(time) { _ in
            attempts.increment()
            if attempts.value == 1 { throw TemporalError(code: .unavailable, message: "") }
            return .goOn
        }
        _ = await execution.run {
            execution.heartbeat { [] }
            await time.sleeps.first(of: .seconds(8))
            time.advance(by: .seconds(8))
            try await attempts.wait(for: 2)
            return []
        }
        #expect(attempts.value == 2)
    }
}
