//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageTesting
import NIOCore
import Synchronization
import Testing

@testable import TemporalNative

@Suite("The payloads of one message", .timeLimit(.minutes(1)))
struct PayloadContextTests {
    @Test("Values of several types are encoded and decoded in order")
    func order() async throws {
        let context = PayloadContext()
        let payloads = try await context.encode("a", 2, [UInt8]([3]))
        #expect(payloads.map(\.encoding) == ["json/plain", "json/plain", "binary/plain"])
        let (text, number, bytes) = try await context.decode(payloads, as: String.self, Int.self, [UInt8].self)
        #expect((text, number, bytes) == ("a", 2, [3]))
    }

    @Test("Missing values are nil or nothing where the type allows it; surplus ones are ignored")
    func counts() async throws {
        let context = PayloadContext()
        let payloads = try await context.encode("a", 1)
        #expect(try await context.decode(payloads, as: String.self) == "a")
        let (text, _, missing, _) = try await context.decode(
            payloads,
            as: String.self,
            Int.self,
            Int?.self,
            Void.self
        )
        #expect((text, missing) == ("a", nil))
        let error = await #expect(throws: TemporalError.self) {
            try await context.decode(payloads, as: String.self, Int.self, Int.self)
        }
        #expect(error?.code == .conversionFailed)
        #expect(error?.message.contains("value 3") == true)
    }

    @Test("Codecs encode in order and decode in reverse, once for all payloads of a message")
    func codecs() async throws {
        let (first, second) = (TaggingCodec("1"), TaggingCodec("2"))
        let context = PayloadContext(converter: DataConverter(codecs: [first, second]))
        let payloads = try await context.encode("a", "b")
        #expect(payloads.map { String(buffer: $0.data) } == [#""a"12"#, #""b"12"#])
        let (a, b) = try await context.decode(payloads, as: String.self, String.self)
        #expect((a, b) == ("a", "b"))
        #expect(first.calls == ["encode 2", "decode 2"])
    }

    @Test("A codec that fails or miscounts is an error that names it")
    func codecFailures() async throws {
        struct Loser: PayloadCodec {
            func encode(_ payloads: [Payload]) async throws -> [Payload] { [] }
            func decode(_ payloads: [Payload]) async throws -> [Payload] { throw Broken() }
            struct Broken: Error {}
        }
        let context = PayloadContext(converter: DataConverter(codecs: [Loser()]))
        let lost = await #expect(throws: TemporalError.self) { try await context.encode("a") }
        #expect(lost?.code == .codecFailed)
        #expect(lost?.message.contains("0 payloads for 1") == true)
        let plain = try await PayloadContext().encode("a")
        let broken = await #expect(throws: TemporalError.self) { try await context.decode(plain, as: String.self) }
        #expect(broken?.code == .codecFailed)
        #expect(broken?.cause is Loser.Broken)
    }

    @Test("A value with a conversion of its own meets payloads as they stand in the message")
    func convertible() async throws {
        let context = PayloadContext(converter: DataConverter(codecs: [TaggingCodec("x")]))
        let payloads = try await context.encode("a", Verbatim(text: "v"), Verbatim?.none)
        #expect(payloads.map { String(buffer: $0.data) } == [#""a"x"#, "v", "x"])
        let (text, verbatim, none) = try await context.decode(
            payloads,
            as: String.self,
            Verbatim?.self,
            Verbatim?.self
        )
        #expect(text == "a")
        #expect(verbatim?.text == "v")
        #expect(none == nil)
        #expect(try await context.decode(payloads[1], as: Verbatim.self).text == "v")
    }

    @Test("References among the arguments are resolved in one batch, except for types that want them")
    func references() async throws {
        var configuration = ExternalStorage.Configuration()
        configuration.threshold = .all
        let storage = try ExternalStorage(driver: InMemoryStorageDriver(), configuration: configuration)
        let context = PayloadContext(externalStorage: storage, namespace: "n")
        let plain = try await context.encode("a", "b", "c")
        let stored = try await storage.store(plain, context: .init(target: nil, namespace: "n"))
        #expect(stored.allSatisfy { $0.isReference })
        let (a, kept, c) = try await context.decode(stored, as: String.self, Verbatim.self, String.self)
        #expect((a, c) == ("a", "c"))
        #expect(kept.payload == stored[1])
    }
}

/// Keeps its payload.
private struct Verbatim: PayloadConvertible {
    var payload: Payload

    init(text: String) {
        self.payload = Payload(metadata: [:], data: ByteBuffer(string: text))
    }

    init(payload: Payload, in context: PayloadContext) {
        self.payload = payload
    }

    var text: String { String(buffer: self.payload.data) }

    func payload(in context: PayloadContext) -> Payload { self.payload }
}

/// Appends a tag to the data, and takes it off again.
final class TaggingCodec: PayloadCodec {
    private let tag: String
    private let log = Mutex<[String]>([])

    init(_ tag: String) {
        self.tag = tag
    }

    var calls: [String] { self.log.withLock { $0 } }

    func encode(_ payloads: [Payload]) async throws -> [Payload] {
        self.log.withLock { $0.append("encode \(payloads.count)") }
        return payloads.map { payload in
            Payload(metadata: payload.metadata, data: ByteBuffer(string: String(buffer: payload.data) + self.tag))
        }
    }

    func decode(_ payloads: [Payload]) async throws -> [Payload] {
        self.log.withLock { $0.append("decode \(payloads.count)") }
        return try payloads.map { payload in
            let text = String(buffer: payload.data)
            guard text.hasSuffix(self.tag) else { throw NotTagged() }
            return Payload(metadata: payload.metadata, data: ByteBuffer(string: String(text.dropLast(self.tag.count))))
        }
    }

    struct NotTagged: Error {}
}
