//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Crypto
import EncryptionCodec
import ExternalStorageCore
import ExternalStorageTesting
import NIOCore
import Testing

@testable import TemporalNative

@Suite("Payloads are encrypted with AES-GCM", .timeLimit(.minutes(1)))
struct EncryptionCodecTests {
    private let codec = AESGCMPayloadCodec(keyID: "new", keys: ["new": SymmetricKey(size: .bits256)])

    @Test("Nothing of a value is to be seen, and it comes back; other payloads are left alone")
    func roundTrip() async throws {
        let context = PayloadContext(converter: DataConverter(codecs: [self.codec]))
        let payloads = try await context.encode("secret", [UInt8](repeating: 7, count: 100))
        #expect(payloads.allSatisfy { $0.encoding == "binary/encrypted" })
        #expect(payloads.allSatisfy { $0.metadata["encryption-key-id"] == Array("new".utf8) })
        #expect(!String(buffer: payloads[0].serializedBytes).contains("secret"))
        let (text, bytes) = try await context.decode(payloads, as: String.self, [UInt8].self)
        #expect(text == "secret")
        #expect(bytes == [UInt8](repeating: 7, count: 100))
        let plain = try await PayloadContext().encode("plain")
        #expect(try await context.decode(plain, as: String.self) == "plain")
    }

    @Test("A changed byte, another key and an unknown key are errors")
    func failures() async throws {
        let sealed = try await self.codec.encode(PayloadContext().encode("secret"))
        var data = Array(sealed[0].data.readableBytesView)
        data[20] ^= 1
        let changed = Payload(metadata: sealed[0].metadata, data: ByteBuffer(bytes: data))
        await #expect(throws: (any Error).self) { try await self.codec.decode([changed]) }
        let other = AESGCMPayloadCodec(keyID: "new", keys: ["new": SymmetricKey(size: .bits256)])
        await #expect(throws: (any Error).self) { try await other.decode(sealed) }
        let stranger = AESGCMPayloadCodec(keyID: "x", keys: ["x": SymmetricKey(size: .bits256)])
        await #expect(throws: AESGCMPayloadCodec.Failure.unknownKey(id: "new")) {
            try await stranger.decode(sealed)
        }
    }

    @Test("An older key decrypts what it encrypted")
    func rotation() async throws {
        let (old, new) = (SymmetricKey(size: .bits256), SymmetricKey(size: .bits256))
        let before = AESGCMPayloadCodec(keyID: "old", keys: ["old": old])
        let after = AESGCMPayloadCodec(keyID: "new", keys: ["old": old, "new": new])
        let payloads = try await PayloadContext().encode("secret")
        #expect(try await after.decode(before.encode(payloads)) == payloads)
        #expect(try await after.encode(payloads)[0].metadata["encryption-key-id"] == Array("new".utf8))
    }

    @Test("ES-P1 The codec comes before storage: what is stored is encrypted, and resolved before it is decrypted")
    func storage() async throws {
        var configuration = ExternalStorage.Configuration()
        configuration.threshold = .all
        let storage = try ExternalStorage(driver: InMemoryStorageDriver(), configuration: configuration)
        let context = PayloadContext(converter: DataConverter(codecs: [self.codec]), externalStorage: storage)
        let encrypted = try await context.encode("secret")
        let stored = try await storage.store(encrypted, context: .init(target: nil, namespace: "default"))
        #expect(stored[0].isReference)
        #expect(try await storage.retrieve(stored, namespace: "default") == encrypted)
        #expect(try await context.decode(stored, as: String.self) == "secret")
    }
}
