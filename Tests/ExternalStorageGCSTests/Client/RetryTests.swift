//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import FakeStores
import Groundwork
import NIOCore
import Synchronization
import Testing

@testable import ExternalStorageGCS

/// Facts transcribed from googleapis/conformance-tests, commit 04fa3da, Apache-2.0.
///
/// The scenarios of `storage/v1/retry_tests.json` for the methods that the driver and the commands of operators use:
/// `storage.objects.insert`, `get`, `list` and `delete`. Scenario 4 has no method. Scenario 3, no repetition of a write
/// without a condition, is deliberately not kept, see ``withoutCondition()``. Mixed errors and broken streams are what
/// Google's client libraries test besides.
@Suite("Repeating, as Google's conformance scenarios have it", .timeLimit(.minutes(3)))
struct RetryTests {
    enum Instruction: Sendable {
        case status(Int)
        case reset
        /// The answer stops after so many bytes.
        case broken(after: Int)
    }

    struct Scenario: Sendable, CustomTestStringConvertible {
        var id: String
        var instructions: [Instruction]
        var succeeds: Bool
        var requests: Int
        var testDescription: String { "\(self.id): \(self.instructions)" }

        init(_ id: String, _ instructions: [Instruction], succeeds: Bool, requests: Int) {
            self.id = id
            self.instructions = instructions
            self.succeeds = succeeds
            self.requests = requests
        }
    }

    static let transient: [[Instruction]] = [
        [.status(503), .status(503)], [.reset, .reset], [.reset, .status(503)],
    ]
    static let final: [[Instruction]] = [[.status(400), .status(400)], [.status(401), .status(401)]]

    static let writes =
        Self.transient.map { Scenario("scenario 2", $0, succeeds: true, requests: 3) }
        + Self.final.map { Scenario("scenario 6", $0, succeeds: false, requests: 1) }
        + [
            Scenario(
                "one that may pass, then one that does not",
                [.status(503), .status(400)],
                succeeds: false,
                requests: 2
            )
        ]
    static let reads =
        Self.transient.map { Scenario("scenario 1", $0, succeeds: true, requests: 3) }
        + Self.final.map { Scenario("scenario 6", $0, succeeds: false, requests: 1) }
        + [
            Scenario("broken stream", [.broken(after: 0)], succeeds: true, requests: 2),
            Scenario("broken stream", [.broken(after: 262_144), .broken(after: 262_144)], succeeds: true, requests: 3),
        ]

    static func arrange(_ scenario: Scenario, _ method: String, in harness: GCSHarness) {
        for instruction in scenario.instructions {
            switch instruction {
            case .status(let status): harness.store.fail(method, status)
            case .reset: harness.store.instead(method) { .init(0, fault: .closed) }
            case .broken(let count):
                harness.store.next { request, reply in
                    guard request.method == method else { return nil }
                    var reply = reply
                    reply.fault = .truncated(after: count)
                    return reply
                }
            }
        }
    }

    @Test("Writes on a condition", arguments: writes)
    func write(_ scenario: Scenario) async throws {
        try await GCSHarness.run { (harness: GCSHarness) async throws -> Void in
            Self.arrange(scenario, "POST", in: harness)
            let payload = GCSHarness.payload(sizeInBytes: 600_000)
            let driver = try harness.driver()
            let result = await Result { try await driver.store([payload], context: GCSHarness.store()) }
            let hasSucceeded = (try? result.get()) != nil
            #expect(hasSucceeded == scenario.succeeds)
            #expect(harness.server.requests.count == scenario.requests)
            // Bounds that double, at their upper end.
            let delays = [Duration.seconds(1), .seconds(2)].prefix(scenario.requests - 1)
            #expect(harness.clock.delays == Array(delays))
        }
    }

    @Test("Reads", arguments: reads)
    func read(_ scenario: Scenario) async throws {
        try await GCSHarness.run { (harness: GCSHarness) async throws -> Void in
            let payload = GCSHarness.payload(sizeInBytes: 600_000)
            let driver = try harness.driver()
            let claims = try await driver.store([payload], context: GCSHarness.store())
            Self.arrange(scenario, "GET", in: harness)
            let result = await Result { try await driver.retrieve(claims, context: GCSHarness.retrieve) }
            if scenario.succeeds {
                let payloads = try result.get()
                #expect(payloads == [payload])
            } else {
                #expect(throws: ExternalStorageError.self) { try result.get() }
            }
            #expect(harness.server.requests.count { $0.method == "GET" } == scenario.requests)
        }
    }

    enum Question: String, CaseIterable, Sendable {
        case list = "storage.objects.list"
        case get = "storage.objects.get"
        case delete = "storage.objects.delete"
    }

    /// A deletion is on condition of the generation, as a write is on condition that there is nothing: scenario 2.
    static let questions =
        Self.transient.map { Scenario("scenarios 1 and 2", $0, succeeds: true, requests: 3) }
        + Self.final.map { Scenario("scenario 6", $0, succeeds: false, requests: 1) }

    @Test("What the commands of operators ask", arguments: Question.allCases, questions)
    func question(_ question: Question, _ scenario: Scenario) async throws {
        try await GCSHarness.run { (harness: GCSHarness) async throws -> Void in
            let driver = try harness.driver()
            let claims = try await driver.store([GCSHarness.payload()], context: GCSHarness.store())
            let location = try driver.location(of: claims[0])
            let seen = try #require(try await driver.describeObject(at: location))
            let before = harness.server.requests.count
            Self.arrange(scenario, question == .delete ? "DELETE" : "GET", in: harness)
            let result = await Result { () async throws -> Bool in
                switch question {
                case .list:
                    try await driver.listObjects(in: "payloads", prefix: "", continuation: nil).objects == [seen]
                case .get: try await driver.describeObject(at: location) == seen
                // The first attempt may have deleted it, and its answer been lost.
                case .delete: try await driver.deleteObject(seen) != .changed
                }
            }
            if scenario.succeeds {
                #expect(try result.get())
                #expect(harness.store.objects.isEmpty == (question == .delete))
            } else {
                #expect(throws: ExternalStorageError.self) { try result.get() }
                #expect(harness.store.objects.count == 1)
            }
            #expect(harness.server.requests.count - before == scenario.requests)
        }
    }

    /// The list's scenario 3 is for clients that do not know what they write.
    ///
    /// The driver does: what it may write twice
    /// are the same bytes under the name of their digest.
    @Test("A write without a condition, of what has become too old, is repeated all the same")
    func withoutCondition() async throws {
        try await GCSHarness.run { (harness: GCSHarness) async throws -> Void in
            let driver = try harness.driver { $0.refreshAfter = .seconds(60) }
            harness.store.date(objects: "2026-11-29T09:59:00Z")
            let payload = GCSHarness.payload()
            let claims = try await driver.store([payload], context: GCSHarness.store())
            for reply in [LoopbackServer.Reply(503), LoopbackServer.Reply(0, fault: .closed)] {
                harness.store.next { request, _ in
                    request.method == "POST" && !request.query.contains("ifGenerationMatch") ? reply : nil
                }
            }
            _ = try await driver.store([payload], context: GCSHarness.store())
            let unconditional = harness.server.requests.filter {
                $0.method == "POST" && !$0.query.contains("ifGenerationMatch")
            }
            #expect(unconditional.count == 3)
            #expect(try await driver.retrieve(claims, context: GCSHarness.retrieve) == [payload])
        }
    }

    @Test("A write whose answer was lost has succeeded: the repetition meets 412")
    func lostAnswer() async throws {
        try await GCSHarness.run { (harness: GCSHarness) async throws -> Void in
            harness.store.next { request, reply in
                var reply = reply
                reply.fault = .closed
                return reply
            }
            let driver = try harness.driver()
            _ = try await driver.store([GCSHarness.payload()], context: GCSHarness.store())
            #expect(harness.server.requests.count == 2)
            #expect(harness.store.objects.values.first?.generation == 1_700_000_000_000_001)
        }
    }

    @Test("The store says when to come back")
    func retryAfter() async throws {
        try await GCSHarness.run { (harness: GCSHarness) async throws -> Void in
            harness.store.instead("POST") { .init(429, headers: [("Retry-After", "3")]) }
            let driver = try harness.driver()
            _ = try await driver.store([GCSHarness.payload()], context: GCSHarness.store())
            #expect(harness.clock.delays == [.seconds(3)])
        }
    }

    @Test("It ends: after the attempts that are allowed")
    func attempts() async throws {
        try await GCSHarness.run { (harness: GCSHarness) async throws -> Void in
            for _ in 0..<9 { harness.store.fail("POST", 503) }
            let driver = try harness.driver { $0.maximumAttempts = 4 }
            let error = await #expect(throws: ExternalStorageError.self) {
                try await driver.store([GCSHarness.payload()], context: GCSHarness.store())
            }
            #expect(error?.code == .unavailable)
            #expect(error?.message.contains("4 attempts") == true)
            #expect(error?.message.contains("FAKE-UPLOAD") == true)
            #expect(harness.server.requests.count == 4)
        }
    }

    @Test("A server that is silent is given up after the time of an attempt, and asked again")
    func silence() async throws {
        try await GCSHarness.run { (harness: GCSHarness) async throws -> Void in
            harness.store.instead("POST") { .init(0, fault: .silence) }
            let driver = try harness.driver()
            async let stored = driver.store([GCSHarness.payload()], context: GCSHarness.store())
            try await harness.server.arrival(ofRequests: 1)
            try await harness.clock.expireNext()
            _ = try await stored
            #expect(harness.server.requests.map(\.method) == ["POST", "POST"])
        }
    }

    @Test("It ends at once when the caller is cancelled, with CancellationError")
    func cancelled() async throws {
        try await GCSHarness.run { (harness: GCSHarness) async throws -> Void in
            harness.store.instead("POST") { .init(0, fault: .silence) }
            let driver = try harness.driver()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    await #expect(throws: CancellationError.self) {
                        try await driver.store([GCSHarness.payload()], context: GCSHarness.store())
                    }
                }
                try await harness.server.arrival(ofRequests: 1)
                group.cancelAll()
            }
        }
    }
}

@Suite("ES-D7 What an answer means, and what to do about it", .timeLimit(.minutes(3)))
struct AnswerTests {
    struct Case: Sendable {
        var status: Int
        var reason: String
        var message: String
        var code: ExternalStorageError.Code
        var text: String

        init(_ status: Int, _ reason: String, _ message: String, _ code: ExternalStorageError.Code, _ text: String) {
            self.status = status
            self.reason = reason
            self.message = message
            self.code = code
            self.text = text
        }
    }

    static let writes = [
        Case(403, "forbidden", "no", .forbidden, "storage.objects.create"),
        Case(403, "retentionPolicyNotMet", "held", .forbidden, "retention policy"),
        Case(403, "accountDisabled", "disabled", .forbidden, "billing"),
        Case(403, "rateLimitExceeded", "slow down", .throttled, "limits the request rate"),
        Case(429, "rateLimitExceeded", "slow down", .throttled, "limits the request rate"),
        Case(404, "notFound", "The specified bucket does not exist.", .misconfigured, "name of the bucket"),
        Case(400, "UserProjectMissing", "pay", .misconfigured, "userProject"),
        Case(400, "required", "what", .misconfigured, "400 required"),
        Case(413, "uploadTooLarge", "too large", .payloadTooLarge, "413"),
        Case(302, "", "", .misconfigured, "redirects"),
    ]

    @Test("Of a write", arguments: writes)
    func write(_ example: Case) async throws {
        try await GCSHarness.run { (harness: GCSHarness) async throws -> Void in
            let driver = try harness.driver { $0.maximumAttempts = 1 }
            harness.store.fail("POST", example.status, reason: example.reason, message: example.message)
            let error = await #expect(throws: ExternalStorageError.self) {
                try await driver.store([GCSHarness.payload()], context: GCSHarness.store())
            }
            #expect(error?.code == example.code)
            let text = error?.message ?? ""
            for part in [
                example.text, "bucket=payloads", "endpoint=127.0.0.1:\(harness.server.port)", "objects.insert",
            ] {
                #expect(text.contains(part), "\(text)")
            }
        }
    }

    @Test("Of a read: an object that is missing, and a page of somebody on the way")
    func read() async throws {
        try await GCSHarness.run { (harness: GCSHarness) async throws -> Void in
            let driver = try harness.driver { $0.maximumAttempts = 2 }
            let claims = try await driver.store([GCSHarness.payload()], context: GCSHarness.store())
            harness.store.instead("GET") { .init(404, body: ByteBuffer(string: "<html>no such host</html>")) }
            #expect(try await driver.retrieve(claims, context: GCSHarness.retrieve).count == 1)
            harness.store.remove("payloads/\(claims[0]["object_name"] ?? "")")
            let error = await #expect(throws: ExternalStorageError.self) {
                try await driver.retrieve(claims, context: GCSHarness.retrieve)
            }
            #expect(error?.code == .notFound)
            #expect(error?.message.contains("lifecycle rule") == true)
        }
    }
}

extension Result where Failure == any Error {
    /// What an asynchronous body gives or throws.
    init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}

@Suite("CRC32C")
struct CRC32CTests {
    /// RFC 3720, B.4, and the check value of the catalogue of parametrised CRC algorithms.
    static let vectors: [([UInt8], UInt32)] = [
        (Array("123456789".utf8), 0xE306_9283), (Array(repeating: 0, count: 32), 0x8A91_36AA),
        (Array(repeating: 0xFF, count: 32), 0x62A8_AB43), (Array(0..<32), 0x46DD_794E),
        (Array((0..<32).reversed()), 0x113F_DB5C), ([], 0),
    ]

    @Test("Vectors, in one piece and in two", arguments: vectors)
    func vector(_ bytes: [UInt8], _ value: UInt32) {
        for cut in 0...bytes.count {
            var checksum = CRC32C()
            checksum.add(ByteBuffer(bytes: bytes[..<cut]))
            checksum.add(ByteBuffer(bytes: bytes[cut...]))
            #expect(checksum.value == value)
        }
    }

    @Test("As the store has it: big endian, in Base64")
    func base64() {
        var checksum = CRC32C()
        checksum.add(ByteBuffer(string: "123456789"))
        #expect(checksum.base64 == "4waSgw==")
    }
}
