//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageTesting
import NIOCore
import Testing

@Suite("Payload")
struct PayloadTests {
    @Test("Metadata is written in the order of its keys, so equal payloads have equal bytes")
    func canonical() {
        let metadata: [String: [UInt8]] = ["b": [2], "é": [4], "a": [1], "B": [3], "": []]
        let payload = Payload(metadata: metadata, data: ByteBuffer(string: "x"))

        for _ in 0..<20 {
            let shuffled = Dictionary(uniqueKeysWithValues: metadata.map { ($0.key, $0.value) }.shuffled())
            #expect(Payload(metadata: shuffled, data: ByteBuffer(string: "x")) == payload)
        }
        #expect(payload.metadata == metadata)
        // "" < "B" < "a" < "b" < "é", by bytes.
        let expected =
            "0a04 0a00 1200 0a06 0a0142 120103 0a06 0a0161 120101 0a06 0a0162 120102 0a07 0a02c3a9 120104 1201 78"
        #expect(payload.serializedBytes == ByteBuffer(hexadecimal: expected.filter { $0 != " " }))
    }

    @Test("Data is a slice of the serialized bytes, without a copy")
    func slices() throws {
        let payload = try Payload(serializedBytes: Payload.large(1).serializedBytes)
        let outer = unsafe payload.serializedBytes.withUnsafeReadableBytes { Int(bitPattern: $0.baseAddress) }
        let inner = unsafe payload.data.withUnsafeReadableBytes { Int(bitPattern: $0.baseAddress) }
        #expect(inner > outer && inner < outer + 100)
    }

    @Test("Much data is shared, and the payload equals one of the same bytes", arguments: [65_535, 65_536, 300_000])
    func muchData(_ count: Int) throws {
        let metadata: [String: [UInt8]] = ["encoding": Array("binary/plain".utf8), "a": [1]]
        let data = Payload.sample(1, sizeInBytes: count + 100).data.getSlice(at: 0, length: count)!
        let made = Payload(metadata: metadata, data: data)
        let received = try Payload(serializedBytes: made.serializedBytes)

        #expect(made == received && received == made && made == Payload(metadata: metadata, data: data))
        #expect(Set([made, received]).count == 1)
        #expect(made.sizeInBytes == received.serializedBytes.readableBytes)
        #expect(made.digest == PayloadDigest(hashing: received.serializedBytes))
        #expect(made.metadata == metadata && received.metadata == metadata)
        #expect(made.data == data && received.data == data)
        #expect(made.description == received.description)
        let own = unsafe data.withUnsafeReadableBytes { Int(bitPattern: $0.baseAddress) }
        let shared = unsafe made.data.withUnsafeReadableBytes { Int(bitPattern: $0.baseAddress) }
        #expect((own == shared) == (count >= 65_536))

        var other = data
        other.setInteger(UInt8(~data.getInteger(at: 0, as: UInt8.self)!), at: 0)
        #expect(Payload(metadata: metadata, data: other) != made && made.data == data)
        #expect(Payload(metadata: ["a": [2]], data: data) != made)
    }

    @Test("Much data in a reference does not hide that it is one, nor does it lose the sizes of what was stored")
    func largeReference() {
        let metadata = Payload.reference("d", ["key": "k"]).metadata
        let data = ByteBuffer(repeating: 0x20, count: 100_000)
        #expect(Payload(metadata: metadata, data: data).isReference)
        let payload = Payload(metadata: metadata, data: data, externalPayloadSizes: [7])
        #expect(payload.isReference && payload.externalPayloadSizes == [7] && payload.data == data)
    }

    @Test("Sizes of external payloads are read and written, zero and negative ones too")
    func externalPayloadSizes() throws {
        let sizes: [Int64] = [1, 0, 262_144, -1, .max]
        let payload = Payload(metadata: [:], data: ByteBuffer(), externalPayloadSizes: sizes)
        #expect(payload.externalPayloadSizes == sizes)
        #expect(try Payload(serializedBytes: payload.serializedBytes) == payload)
    }

    @Test(
        "Of what comes twice the last counts, and unknown fields are kept",
        arguments: ["f80701", "fb070801fc07", "fd0701020304"]
    )
    func unknownFields(unknown: String) throws {
        let hexadecimal = "0a060a01611201311201ff" + unknown + "0a060a01611201321201fe"
        let payload = try Payload(serializedBytes: ByteBuffer(hexadecimal: hexadecimal))
        #expect(payload.metadata == ["a": Array("2".utf8)])
        #expect(payload.data == ByteBuffer(bytes: [0xFE]))
    }

    @Test(
        "Bytes that are no payload are refused",
        arguments: [
            "0a", "0a05", "12ff", "07", "0e00", "00", "0a020a05", "1a0208", "fb07", "fb07f407",
            "80808080808080808080808001",
            "0affffffffffffffffff01", "f8ffffffff0f01",
        ]
    )
    func malformed(hexadecimal: String) {
        let error = #expect(throws: ExternalStorageError.self) {
            try Payload(serializedBytes: ByteBuffer(hexadecimal: hexadecimal))
        }
        #expect(error?.code == .malformedPayload)
    }

    @Test("No bytes make the accessors fail: random ones, and real ones cut short")
    func noCrash() {
        var generator = SeededGenerator(seed: 1)
        let real = Payload.reference("d", ["key": "k"]).serializedBytes
        for count in 0..<2_000 {
            var bytes = (0..<(count % 60)).map { _ in UInt8.random(in: 0...255, using: &generator) }
            if count.isMultiple(of: 2) { bytes = Array(real.readableBytesView.prefix(count % real.readableBytes)) }
            let payload = Payload(unchecked: ByteBuffer(bytes: bytes))
            _ = (payload.metadata, payload.data, payload.externalPayloadSizes, payload.isReference, payload.description)
            _ = try? Payload(serializedBytes: payload.serializedBytes)
        }
    }

    @Test("The description has the size and the encoding, and nothing of the data")
    func describes() {
        #expect(Payload(["encoding": "json/plain"], "secret").description == "Payload(32 bytes, json/plain)")
    }

    @Test("Digests are those of other SDKs", arguments: Vectors.keys.payloadDigests)
    func digest(_ vector: Vectors.Keys.Digest) throws {
        let payload = try Payload(serializedBytes: ByteBuffer(hexadecimal: vector.serializedHex))
        #expect(payload.sizeInBytes == vector.size)
        #expect(payload.digest.hexadecimal == vector.sha256)
        #expect(payload.withDigest().digest == payload.digest)
        #expect(PayloadDigest(hexadecimal: vector.sha256.uppercased()) == payload.digest)
    }

    @Test("A digest reads as Base64 as S3 wants it, and only 64 digits make one")
    func digestText() {
        let empty = PayloadDigest(hashing: ByteBuffer())
        #expect(empty.base64 == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
        #expect(empty.bytes.count == 32)
        let text = empty.hexadecimal
        for wrong in ["", String(text.dropLast()), text + "0", text.dropLast() + "g", text.dropLast() + "é"] {
            #expect(PayloadDigest(hexadecimal: wrong) == nil)
        }
    }
}
