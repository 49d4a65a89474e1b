//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageTesting
import Logging
import TemporalNative
import TemporalNativeTesting
import Testing

@Suite("Activities without a server", .timeLimit(.minutes(1)))
struct ActivityEnvironmentTests {
    /// Counts down, one heartbeat a number, and waits at the end until it is cancelled.
    private static let countdown = Activity("countdown") { (from: Int) async throws -> String in
        let context = try #require(ActivityContext.current)
        let start = try await context.heartbeatDetails(as: Int?.self) ?? from
        for number in stride(from: start, through: 1, by: -1) { context.heartbeat(number) }
        while context.cancellationReason == nil, !Task.isCancelled { await Task.yield() }
        return "\(context.cancellationReason?.description ?? "") in attempt \(context.info.attempt)"
    }

    @Test("Values, heartbeats, those of the attempt before, and a cancellation with its reason")
    func heartbeats() async throws {
        let environment = try await ActivityEnvironment(
            info: ActivityInfo(activityType: "countdown", attempt: 2),
            heartbeatDetails: [3]
        )
        async let result: String = environment.run(Self.countdown, input: 5)
        var heard: [Int?] = []
        for await heartbeat in environment.heartbeatStream {
            heard.append(heartbeat.detail())
            if heard.count == 3 { break }
        }
        environment.cancel(.paused)
        #expect(try await result == "paused in attempt 2")
        #expect(heard == [3, 2, 1])
        #expect(environment.heartbeats.count == 3)
    }

    @Test("A timeout comes when the test lets time pass, and not before", arguments: [true, false])
    func timeout(isSilent: Bool) async throws {
        var info = ActivityInfo(activityType: "countdown")
        if isSilent { info.heartbeatTimeout = .seconds(30) } else { info.startToCloseTimeout = .seconds(30) }
        let environment = try await ActivityEnvironment(info: info)
        async let result: String = environment.run(Self.countdown, input: 1)
        for await _ in environment.heartbeatStream { break }
        environment.advanceTime(by: .seconds(34))
        environment.advanceTime(by: .seconds(1))
        #expect(try await result == "timedOut in attempt 1")
    }

    @Test("A heartbeat counts before anybody hears of it: the time that passes then comes after it")
    func order() async throws {
        var info = ActivityInfo(activityType: "countdown")
        info.heartbeatTimeout = .seconds(30)
        let (clock, payloads) = (HandClock(), PayloadContext())
        let trial = ActivityTrial(
            info: info,
            payloads: payloads,
            previousDetails: [],
            heard: { _ in clock.advance(by: .seconds(35)) },
            client: nil,
            clock: clock.clock,
            logger: Logger(label: "test")
        )
        let result = try await trial.run(Self.countdown, payloads.encode(1))
        #expect(try await payloads.decode(result, as: String.self) == "timedOut in attempt 1")
    }

    @Test("What an activity throws, the test gets; it is told of a shutdown, and is not cancelled for that")
    func errors() async throws {
        let environment = try await ActivityEnvironment()
        let failing = Activity("failing") { (text: String) async throws -> Void in
            await ActivityContext.current?.workerShutdownBegan()
            throw ApplicationFailure(text, type: Task.isCancelled ? "Cancelled" : "Planned")
        }
        environment.beginWorkerShutdown()
        let failure = await #expect(throws: ApplicationFailure.self) {
            try await environment.run(failing, input: "as planned", returning: Void.self)
        }
        #expect(failure?.type == "Planned")
        #expect(failure?.message == "as planned")
    }

    @Test("Stored values come from the storage that the test gives, and go there")
    func stored() async throws {
        let driver = InMemoryStorageDriver()
        var configuration = ExternalStorage.Configuration()
        configuration.threshold = .all
        let storage = try ExternalStorage(driver: driver, configuration: configuration)
        let environment = try await ActivityEnvironment(externalStorage: storage)
        let double = Activity("double") { (text: Stored<String>) async throws -> Stored<String> in
            try await .store(text.value() + text.value())
        }
        let result: Stored<String> = try await environment.run(double, input: "ab")
        #expect(result.isReference)
        #expect(try await result.value() == "abab")
        #expect(driver.objects.count == 1)
    }
}
