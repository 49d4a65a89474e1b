//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSSigning
import Logging
import Synchronization
import Testing

@testable import AWSCredentials

@Suite(.timeLimit(.minutes(1)))
struct CachedAWSCredentialsTests {
    struct Broken: Error {}

    final class Time: Sendable {
        private let state = Mutex<Int64>(1_000_000)

        var now: Int64 {
            get { self.state.withLock { $0 } }
            set { self.state.withLock { $0 = newValue } }
        }
    }

    private let time = Time()
    private let source = ScriptedSource()
    private let cache: CachedAWSCredentials

    init() {
        let time = self.time
        self.cache = CachedAWSCredentials(
            wrapping: self.source,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            now: { time.now },
            random: { 0.5 }
        )
    }

    private func key(_ name: String, lifetime: Int64? = 3_600) -> AWSCredentials {
        AWSCredentials(
            accessKeyID: name,
            secretAccessKey: "secret",
            expiration: lifetime.map { self.time.now + $0 }
        )
    }

    private func waitForWaiters(_ count: Int) async {
        while self.cache.waiters != count { await Task.yield() }
    }

    /// Puts credentials in.
    private func fill(_ credentials: AWSCredentials) async throws {
        async let first = self.cache.credentials()
        await self.source.answer(.success(credentials))
        #expect(try await first == credentials)
    }

    @Test("Callers that come at the same time share one call of the source; later ones need none")
    func singleFlight() async throws {
        let key = self.key("A")
        try await withThrowingTaskGroup(of: AWSCredentials.self) { group in
            for _ in 0..<10 { group.addTask { try await self.cache.credentials() } }
            await self.waitForWaiters(10)
            await self.source.answer(.success(key))
            for try await credentials in group { #expect(credentials == key) }
        }
        #expect(try await self.cache.credentials() == key)
        #expect(self.source.calls == 1)
    }

    @Test("A failure is thrown to those who waited, and kept for a second")
    func failure() async throws {
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask { await #expect(throws: Broken.self) { try await self.cache.credentials() } }
            }
            await self.waitForWaiters(3)
            await self.source.answer(.failure(Broken()))
        }
        await #expect(throws: Broken.self) { try await self.cache.credentials() }
        #expect(self.source.calls == 1)
        self.time.now += 2
        try await self.fill(self.key("B"))
        #expect(self.source.calls == 2)
    }

    @Test("A caller that is cancelled ends at once and does not disturb the others, not even if it came first")
    func oneLeaves() async throws {
        let key = self.key("A")
        let first = Task { try await self.cache.credentials() }
        await self.waitForWaiters(1)
        async let second = self.cache.credentials()
        await self.waitForWaiters(2)
        first.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
        await self.source.answer(.success(key))
        #expect(try await second == key)
        #expect(self.source.calls == 1)
        #expect(self.source.cancelled == 0)
    }

    @Test("The last caller to be cancelled cancels the call of the source, which has ended when it returns")
    func lastLeaves() async throws {
        let callers = (0..<3).map { _ in Task { try await self.cache.credentials() } }
        await self.waitForWaiters(3)
        await self.source.waitForCalls(1)
        for caller in callers { caller.cancel() }
        for caller in callers { await #expect(throws: CancellationError.self) { try await caller.value } }
        #expect(self.source.cancelled == 1)
        try await self.fill(self.key("B"))
        #expect(self.source.calls == 2)
    }

    @Test("Some time before the end one caller fetches new ones while the others use the old")
    func early() async throws {
        let old = self.key("A")
        try await self.fill(old)
        self.time.now += 3_600 - 900 - 1
        #expect(try await self.cache.credentials() == old)
        #expect(self.source.calls == 1)
        self.time.now += 1
        let new = self.key("B")
        async let refreshing = self.cache.credentials()
        await self.source.waitForCalls(2)
        #expect(try await self.cache.credentials() == old)
        #expect(self.source.calls == 2)
        await self.source.answer(.success(new))
        #expect(try await refreshing == new)
        #expect(try await self.cache.credentials() == new)
    }

    @Test("An early refresh that fails leaves the old credentials, and the source alone for 450 seconds here")
    func earlyFailure() async throws {
        let old = self.key("A")
        try await self.fill(old)
        self.time.now += 3_600 - 900
        async let refreshing = self.cache.credentials()
        await self.source.answer(.failure(Broken()))
        #expect(try await refreshing == old)
        self.time.now += 449
        #expect(try await self.cache.credentials() == old)
        #expect(self.source.calls == 2)
        self.time.now += 1
        try await self.fill(self.key("B"))
        #expect(self.source.calls == 3)
    }

    @Test("An early refresh that is cancelled leaves the next caller to try")
    func earlyCancelled() async throws {
        try await self.fill(self.key("A"))
        self.time.now += 3_600 - 900
        let refreshing = Task { try await self.cache.credentials() }
        await self.source.waitForCalls(2)
        refreshing.cancel()
        await #expect(throws: CancellationError.self) { try await refreshing.value }
        try await self.fill(self.key("B"))
        #expect(self.source.calls == 3)
    }

    @Test("In the last minute callers wait; after a failure they use what is still good, and nothing that is not")
    func lastMinute() async throws {
        let old = self.key("A")
        try await self.fill(old)
        self.time.now += 3_600 - 60
        async let waiting = self.cache.credentials()
        await self.source.answer(.failure(Broken()))
        #expect(try await waiting == old)
        self.time.now += 60
        async let late = #expect(throws: Broken.self) { try await self.cache.credentials() }
        await self.source.answer(.failure(Broken()))
        #expect(await late != nil)
        self.time.now += 2
        try await self.fill(self.key("B"))
    }

    @Test("A source that gives expired credentials has failed")
    func expired() async throws {
        async let waiting = #expect(throws: AWSCredentialsError.self) { try await self.cache.credentials() }
        await self.source.answer(.success(self.key("A", lifetime: 0)))
        #expect(await waiting?.code == .unavailable)
    }

    @Test("Credentials without an expiration are kept until a service refuses them")
    func invalidate() async throws {
        let old = self.key("A", lifetime: nil)
        try await self.fill(old)
        self.time.now += 1_000_000_000
        #expect(try await self.cache.credentials() == old)
        let new = self.key("B", lifetime: nil)
        await self.cache.invalidate(new)
        #expect(try await self.cache.credentials() == old)
        await self.cache.invalidate(old)
        try await self.fill(new)
        await self.cache.invalidate(old)
        #expect(try await self.cache.credentials() == new)
        #expect(self.source.calls == 2)
    }
}
