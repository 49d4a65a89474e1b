//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Logging
import Synchronization
import Testing

@testable import CredentialRefresh

@Suite(.timeLimit(.minutes(1)))
struct RefreshedCredentialTests {
    struct Broken: Error, Equatable { var number: Int }

    /// A clock that stands, and a source that gives what it is told to.
    final class World: Sendable {
        struct State {
            var now: Int64 = 1_000_000
            var calls = 0
            var outcome: Result<ExpiringCredential<String>, Broken> = .failure(Broken(number: 0))
        }

        let state = Mutex(State())

        var calls: Int { self.state.withLock { $0.calls } }

        func pass(_ seconds: Int64) { self.state.withLock { $0.now += seconds } }

        func give(_ value: String, lifetime: Int64?, refresh: Int64? = nil) {
            self.state.withLock { state in
                let now = state.now
                state.outcome = .success(
                    ExpiringCredential(value, expiration: lifetime.map { now + $0 }, refresh: refresh.map { now + $0 })
                )
            }
        }

        func fail(_ number: Int) { self.state.withLock { $0.outcome = .failure(Broken(number: number)) } }
    }

    private let world = World()
    private let kept: RefreshedCredential<String>

    init() {
        let world = self.world
        self.kept = RefreshedCredential(
            name: "tokens",
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            now: { world.state.withLock { $0.now } },
            random: { 0.5 },
            source: {
                try world.state.withLock { state in
                    state.calls += 1
                    return try state.outcome.get()
                }
            }
        )
    }

    @Test("A failure is remembered for a second: a burst of callers does not fall upon the source")
    func failureIsRemembered() async throws {
        self.world.fail(1)
        for _ in 0..<100 { await #expect(throws: Broken(number: 1)) { try await self.kept.value() } }
        #expect(self.world.calls == 1)
        self.world.pass(1)
        await #expect(throws: Broken(number: 1)) { try await self.kept.value() }
        #expect(self.world.calls == 1)
        self.world.pass(1)
        self.world.give("A", lifetime: nil)
        #expect(try await self.kept.value() == "A")
        #expect(self.world.calls == 2)
    }

    @Test("A clock that is set back does not make a failure last")
    func clockGoesBack() async throws {
        self.world.fail(1)
        await #expect(throws: Broken(number: 1)) { try await self.kept.value() }
        self.world.pass(-3_600)
        self.world.give("A", lifetime: nil)
        #expect(try await self.kept.value() == "A")
    }

    @Test("A credential that is still good is used when the refresh fails, to its last second and no longer")
    func goodOneIsUsed() async throws {
        self.world.give("A", lifetime: 3_600)
        #expect(try await self.kept.value() == "A")
        self.world.fail(2)
        self.world.pass(3_600 - 30)
        #expect(try await self.kept.value() == "A")
        #expect(self.world.calls == 2)
        // Remembered: no call.
        #expect(try await self.kept.value() == "A")
        #expect(self.world.calls == 2)
        self.world.pass(29)
        #expect(try await self.kept.value() == "A")
        #expect(self.world.calls == 3)
        self.world.pass(1)
        await #expect(throws: Broken(number: 2)) { try await self.kept.value() }
        self.world.pass(2)
        self.world.give("B", lifetime: 3_600)
        #expect(try await self.kept.value() == "B")
    }

    @Test("A credential that a service refused is not used again, though it has not expired")
    func refusedOneIsNotUsed() async throws {
        self.world.give("A", lifetime: 3_600)
        #expect(try await self.kept.value() == "A")
        self.kept.invalidate { $0 == "B" }
        #expect(try await self.kept.value() == "A")
        self.kept.invalidate { $0 == "A" }
        self.world.fail(3)
        await #expect(throws: Broken(number: 3)) { try await self.kept.value() }
    }

    @Test("The issuer's own time for the next one counts; in the last minute it no longer does")
    func issuersTime() async throws {
        self.world.give("A", lifetime: 86_400, refresh: 43_200)
        #expect(try await self.kept.value() == "A")
        self.world.pass(43_199)
        #expect(try await self.kept.value() == "A")
        #expect(self.world.calls == 1)
        self.world.pass(1)
        self.world.give("B", lifetime: 3_600, refresh: 1_000_000)
        #expect(try await self.kept.value() == "B")
        self.world.pass(3_539)
        #expect(try await self.kept.value() == "B")
        #expect(self.world.calls == 2)
        self.world.pass(1)
        self.world.give("C", lifetime: 3_600)
        #expect(try await self.kept.value() == "C")
    }

    @Test("No description shows what is kept")
    func secrecy() async throws {
        self.world.give("hidden", lifetime: nil)
        _ = try await self.kept.value()
        var text = ""
        dump(self.kept, to: &text)
        dump(ExpiringCredential("hidden", expiration: 1), to: &text)
        text += "\(self.kept) \(String(reflecting: self.kept)) \(ExpiringCredential("hidden", expiration: nil))"
        #expect(!text.contains("hidden"))
    }

    @Test(
        "The window before the end depends on the lifetime",
        arguments: [
            (900, 300), (1_200, 300), (1_201, 900), (5_399, 900), (5_400, 3_600), (43_200, 3_600), (100, 50),
        ] as [(Int64, Int64)]
    )
    func window(lifetime: Int64, window: Int64) {
        let schedule = RefreshSchedule(expiration: 1_000 + lifetime, now: 1_000)
        let end = 1_000 + lifetime
        #expect(schedule.advice(at: end - window - 1) == .use)
        let last = min(60, window)
        #expect(schedule.advice(at: end - last) == .mustRefresh)
        #expect(schedule.advice(at: end - window) == (last == window ? .mustRefresh : .mayRefresh))
    }
}
