//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Groundwork
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
        func take(_ caller: String, _ time: Duration) -> Duration? { limiter.take(.address(caller), at: time) }
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
        func take(_ caller: String, _ time: Duration) -> Duration? { limiter.take(.address(caller), at: time) }
        #expect(take("a", .zero) == nil)
        for number in 0..<20_000 { #expect(take("x\(number)", .seconds(number)) == nil) }
        #expect(take("a", .seconds(20_000)) == nil)
        #expect(take("a", .seconds(20_000)) != nil)
    }

    @Test("A caller is an issuer and a subject, byte by byte; without a subject it is an address")
    func callerKeys() {
        func key(_ subject: String?, _ issuer: String? = nil, _ address: String = "a") -> CallerKey {
            CallerKey(.init(subject: subject, issuer: issuer), address: address)
        }
        #expect(key("s", "i") == key("s", "i", "b"))
        #expect(key("s", "i") != key("s", "j"))
        #expect(key("s1", "i") != key("1", "is"))
        #expect(key("Kafka") != key("\u{212A}afka"))
        #expect(key(nil) == .address("a"))
        #expect(key(nil) != key(nil, nil, "b"))
        #expect(key("a") != .address("a"))
    }

    @Test("Memory: one caller has its part and no more, and others are not kept waiting by it")
    func parts() async throws {
        let memory = SharedMemory(capacity: 100, partSize: 50)
        let first = try await memory.share(of: .address("a"))
        let second = try await memory.share(of: .address("a"))
        let other = try await memory.share(of: .address("b"))
        #expect(first.growIfAvailable(by: 40))
        #expect(!second.growIfAvailable(by: 20))
        #expect(other.growIfAvailable(by: 50))
        #expect(memory.usage.taken == 90)
        async let waiting: Void = second.grow(by: 20)
        first.shrink(to: 10)
        try await waiting
        #expect(memory.usage.taken == 80)
        #expect(memory.callers == 2)
    }

    @Test("Memory: a request that needs more than a part has it, but for a quarter of the whole")
    func large() async throws {
        let memory = SharedMemory(capacity: 100, partSize: 50)
        var share: SharedMemory.Share? = try await memory.share(of: .address("a"))
        try await share?.grow(by: 70)
        #expect(memory.usage.taken == 70)
        try await share?.grow(by: 1_000)
        #expect(memory.usage.taken == 75)
        // What is left is for others.
        var other: SharedMemory.Share? = try await memory.share(of: .address("b"))
        #expect(other?.growIfAvailable(by: 25) == true)
        #expect(memory.usage.taken == 100)
        other = nil
        #expect(memory.usage.taken == 75)
        #expect(share?.growIfAvailable(by: .max) == true)
        share = nil
        #expect(memory.usage.taken == 0)
        #expect(memory.callers == 0)
    }

    @Test("A browser that asks for a private network gets a yes for the pages that may call, and no other")
    func privateNetwork() {
        let cors = CodecServer.CrossOrigin(origins: ["https://ui.example.com"])
        let name = HTTPField.Name.accessControlAllowPrivateNetwork
        #expect(cors.preflightFields(for: "https://ui.example.com", asksForPrivateNetwork: true)[name] == "true")
        #expect(cors.preflightFields(for: "https://ui.example.com")[name] == nil)
        #expect(cors.preflightFields(for: "https://other.example.com", asksForPrivateNetwork: true)[name] == nil)
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
