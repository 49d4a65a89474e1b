//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageTesting
import NIOCore
import Testing

@testable import ExternalStorageCore

@Suite("Encoded references", .timeLimit(.minutes(1)))
struct EncodedReferenceTests {
    private static let marker = "__temporal_external_storage_reference"

    private func storage(
        _ references: ExternalStorage.Configuration.References,
        _ driver: InMemoryStorageDriver = InMemoryStorageDriver()
    ) throws -> ExternalStorage {
        try ExternalStorage(driver: driver, configuration: .test(references: references), logger: .silent)
    }

    @Test("ES-W4 References are plain and unmarked by default; the payload is not encoded")
    func plain() async throws {
        let driver = InMemoryStorageDriver()
        let stored = try await self.storage(.plain(reading: FlippingCodec()), driver).store([.large(1)], context: .test)
        #expect(stored[0].metadata["encoding"] == Array("json/protobuf".utf8))
        #expect(stored[0].metadata[Self.marker] == nil)
        #expect(Array(driver.objects.values) == [.large(1)])
    }

    @Test("ES-W4 An encoded reference is marked, has its size back, shows nothing, and resolves")
    func encoded() async throws {
        let driver = InMemoryStorageDriver()
        let storage = try self.storage(.encoded(FlippingCodec()), driver)

        let stored = try await storage.store([.large(1), .small(2)], context: .test)

        #expect(stored[0].metadata["encoding"] == Array("binary/flipped".utf8))
        #expect(stored[0].metadata[Self.marker] == Array("true".utf8))
        #expect(stored[0].externalPayloadSizes == [Int64(Payload.large(1).sizeInBytes)])
        #expect(stored[1] == .small(2), "only new references go through the codec")
        #expect(Array(driver.objects.values) == [.large(1)], "what is stored does not")
        #expect(try await storage.retrieve(stored, namespace: "default") == [.large(1), .small(2)])
        // A fleet on its way: it writes plain references and reads both kinds.
        #expect(
            try await self.storage(.plain(reading: FlippingCodec()), driver).retrieve(stored, namespace: "default")[0]
                == .large(1)
        )
    }

    @Test("ES-W4 What the Python SDK wrote, marked but not encoded, is read without a codec")
    func markedPlain() async throws {
        let vector = try #require(Vectors.references.cases.first { $0.name == "encode_references=True codec=none" })
        let payload = try Payload(serializedBytes: ByteBuffer(hexadecimal: vector.reference.payloadHex))
        let driver = InMemoryStorageDriver(name: "aws.s3driver")
        let object = try Payload(serializedBytes: ByteBuffer(hexadecimal: vector.storedObjects[0].bodyHex))
        driver.objects[vector.storedObjects[0].key] = object
        #expect(try await self.storage(.plain, driver).retrieve([payload], namespace: "default") == [object])
    }

    @Test("ES-W4 A marked payload that cannot be decoded to a reference is TMPRL1106")
    func undecodable() async throws {
        let vector = try #require(Vectors.references.cases.first { $0.name == "encode_references=True codec=zlib" })
        let payload = try Payload(serializedBytes: ByteBuffer(hexadecimal: vector.reference.payloadHex))
        let garbage = Payload([Self.marker: "true", "encoding": "binary/flipped"], "\u{1}\u{2}\u{3}")
        for (payload, references) in [
            (payload, ExternalStorage.Configuration.References.plain), (payload, .encoded(FlippingCodec())),
            (garbage, .encoded(FlippingCodec())), (payload, .encoded(FlippingCodec(dropsResults: true))),
        ] {
            let error = await #expect(throws: ExternalStorageError.self) {
                try await self.storage(references).retrieve([payload], namespace: "default")
            }
            #expect(error?.code == .undecodableReference)
            #expect(error?.description.hasPrefix("[TMPRL1106] ") == true)
        }
    }

    @Test("ES-W4 A codec that fails, or miscounts, fails the store")
    func codecFails() async throws {
        for codec in [FlippingCodec(failsToEncode: true), FlippingCodec(dropsResults: true)] {
            let error = await #expect(throws: ExternalStorageError.self) {
                try await self.storage(.encoded(codec)).store([.large(1)], context: .test)
            }
            #expect(error?.code == .codecFailed)
        }
    }
}
