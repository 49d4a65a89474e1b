//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import HTTPTypes
import NIOCore
import Testing

@testable import ExternalStorageCodecServer

@Suite("Paths, origins, rates and memory", .timeLimit(.minutes(1)))
struct SafetyTests {
    @Test(
        "The end of the path is the route, under any prefix",
        arguments: [
            ("/decode", RequestTarget.Route.decode, nil, false), ("/default/decode", .decode, "default", false),
            ("/a/b/c/encode", .encode, "c", false), ("//download", .download, nil, false),
            ("/pay%20ments%2F1/download?preserveStorageRefs=true", .download, "pay ments/1", true),
            ("/decode?preserveStorageRefs=TRUE", .decode, nil, true),
            ("/decode?x=1&preserveStorageRefs=True&preserveStorageRefs=false", .decode, nil, true),
            ("/decode?preserveStorageRefs=false", .decode, nil, false),
            ("/decode?preserveStorageRefs", .decode, nil, false),
            ("/decode?preserveStorageRefs=1", .decode, nil, false),
            ("/%ff/decode", .decode, nil, false), ("/healthz", .health, nil, false),
        ] as [(String, RequestTarget.Route, String?, Bool)]
    )
    func targets(_ path: String, _ route: RequestTarget.Route, _ namespace: String?, _ preserves: Bool) {
        let target = RequestTarget(path: path)
        #expect(target?.route == route)
        #expect(target?.namespace == namespace)
        #expect(target?.preservesReferences == preserves)
    }

    @Test(
        "Other paths are no route",
        arguments: ["", "/", "decode", "/decode/", "/xdecode", "/decode/x", "/DECODE", "*"]
    )
    func otherPaths(_ path: String) {
        #expect(RequestTarget(path: path) == nil)
    }

    @Test("Origins are compared exactly; Vary is there for all")
    func origins() {
        var cors = CodecServer.CrossOrigin(origins: ["https://ui.example.com"])
        for origin in [
            "https://ui.example.com.evil.com", "http://ui.example.com", "https://UI.example.com", "null", "",
        ] {
            #expect(!cors.allows(origin))
            #expect(cors.preflightFields(for: origin) == [.vary: "Origin"])
        }
        #expect(cors.allows(nil))
        #expect(cors.fields(for: nil) == [.vary: "Origin"])
        let fields = cors.preflightFields(for: "https://ui.example.com")
        #expect(fields[.accessControlAllowOrigin] == "https://ui.example.com")
        #expect(fields[.accessControlAllowMethods] == "POST, OPTIONS")
        #expect(fields[.accessControlAllowHeaders] == "Content-Type, X-Namespace, Authorization, Authorization-Extras")
        #expect(fields[.accessControlMaxAge] == "600")
        #expect(fields[.accessControlAllowCredentials] == nil)
        cors.allowsCredentials = true
        #expect(cors.fields(for: "https://ui.example.com")[.accessControlAllowCredentials] == "true")
    }

    @Test("A caller has its burst, then its rate; others are not touched")
    func rate() {
        var limiter = RateLimiter(.init(requestsPerSecond: 2, burst: 3))
        func take(_ caller: String, _ time: Duration) -> Duration? { limiter.take(caller, at: time) }
        for _ in 0..<3 { #expect(take("a", .seconds(10)) == nil) }
        #expect(take("a", .seconds(10)) == .milliseconds(500))
        #expect(take("b", .seconds(10)) == nil)
        #expect(take("a", .milliseconds(10_500)) == nil)
        #expect(take("a", .milliseconds(10_500)) == .milliseconds(500))
        for _ in 0..<3 { #expect(take("a", .seconds(100)) == nil) }
        #expect(take("a", .seconds(100)) != nil)
    }

    @Test("The number of callers that are remembered is bounded, and none gets a new burst by that")
    func callers() {
        var limiter = RateLimiter(.init(requestsPerSecond: 1, burst: 1))
        func take(_ caller: String, _ time: Duration) -> Duration? { limiter.take(caller, at: time) }
        #expect(take("a", .zero) == nil)
        for number in 0..<20_000 { #expect(take("x\(number)", .seconds(number)) == nil) }
        #expect(take("a", .seconds(20_000)) == nil)
        #expect(take("a", .seconds(20_000)) != nil)
    }

    @Test("Memory: first come, first served; a large request is not overtaken, and has its turn alone")
    func queue() {
        var queue = ByteBudgetQueue<String>(capacity: 100)
        #expect(queue.charge(for: 1_000) == 100)
        var results = [queue.take(60)]
        let large = queue.wait(for: 100, "large")
        results.append(queue.take(10))
        #expect(results == [true, false])
        _ = queue.wait(for: 10, "small")
        var due = queue.give(60)
        #expect(due == ["large"])
        #expect(queue.taken == 100)
        let left = queue.leave(large)
        #expect(left == nil)
        due = queue.give(100)
        #expect(due == ["small"])
        #expect(queue.taken == 10 && queue.waiting == 0)
    }

    @Test("Memory: one that leaves lets those behind it go")
    func leaving() throws {
        var queue = ByteBudgetQueue<String>(capacity: 100)
        let isTaken = queue.take(60)
        #expect(isTaken)
        let large = queue.wait(for: 100, "large")
        _ = queue.wait(for: 40, "small")
        let leaving = queue.leave(large)
        let left = try #require(leaving)
        #expect(left.waiter == "large" && left.due == ["small"])
    }

    @Test("Memory is given back when nobody holds it, and waits end with time or with the task")
    func budget() async throws {
        let budget = ByteBudget(capacity: 100)
        var hold: ByteBudget.Hold? = try await budget.take(80, patience: .seconds(60))
        await #expect(throws: ByteBudget.Busy.self) { try await budget.take(30, patience: .milliseconds(20)) }
        #expect(budget.usage.taken == 80 && budget.usage.waiting == 0)

        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await budget.take(30, patience: .seconds(60)) }
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.waitForAll() }
        }
        #expect(budget.usage.waiting == 0)

        async let waiting = budget.take(100, patience: .seconds(60))
        while budget.usage.waiting == 0 { await Task.yield() }
        #expect(hold != nil)
        hold = nil
        let taken = try await waiting
        #expect(budget.usage.taken == 100)
        withExtendedLifetime(taken) {}
    }

    @Test("Many wait at once, and never more is taken than there is")
    func manyWait() async throws {
        let budget = ByteBudget(capacity: 10)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<500 {
                group.addTask {
                    let hold = try await budget.take(number % 12, patience: .seconds(60))
                    #expect(budget.usage.taken <= 10)
                    await Task.yield()
                    withExtendedLifetime(hold) {}
                }
            }
            try await group.waitForAll()
        }
        #expect(budget.usage.taken == 0 && budget.usage.waiting == 0)
    }

    @Test("What is not safe is refused at construction")
    func configuration() throws {
        func message(_ change: (inout CodecServer.Configuration) -> Void) -> String? {
            var configuration = CodecServer.Configuration()
            change(&configuration)
            do throws(CodecServerError) {
                _ = try CodecServer(storage: nil, configuration: configuration, logger: .silent)
                return nil
            } catch {
                #expect(error.code == .invalidConfiguration)
                return error.message
            }
        }
        for host in ["127.0.0.1", "127.1.2.3", "localhost", "::1"] { #expect(message { $0.host = host } == nil) }
        for host in ["0.0.0.0", "::", "10.0.0.1", "127.0.0.1.example.com", "example.com", "127.0.0.1x", ""] {
            #expect(message { $0.host = host }?.contains("without authentication") == true)
            #expect(
                message {
                    $0.host = host
                    $0.allowsAnyone = true
                } == nil
            )
        }
        for origin in [
            "*", "ui.example.com", "https://ui.example.com/", "https://ui.example.com/x", "https://", "null",
        ] {
            #expect(message { $0.crossOrigin.origins = [origin] }?.contains("no origin") == true, "\(origin)")
        }
        #expect(message { $0.port = 65_536 } != nil)
        #expect(message { $0.limits.bodySizeInBytes = 0 } != nil)
        #expect(message { $0.timeouts.admission = .zero } != nil)
        #expect(message { $0.rateLimit = .init(requestsPerSecond: 0, burst: 1) } != nil)
    }
}
