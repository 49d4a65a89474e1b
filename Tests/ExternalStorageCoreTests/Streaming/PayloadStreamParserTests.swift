//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageTesting
import NIOCore
import Testing

@testable import ExternalStorageCore

@Suite("Payloads in pieces")
struct PayloadStreamParserTests {
    /// What the pieces hold: all metadata, all data.
    private static func parse(_ bytes: ByteBuffer, pieceSize: Int) throws -> ([String: [UInt8]], [UInt8]) {
        var (parser, rest) = (PayloadStreamParser(), bytes)
        var (metadata, data): ([String: [UInt8]]?, [UInt8]) = (nil, [])
        func take(_ events: [PayloadStreamParser.Event]) {
            for event in events {
                switch event {
                case .beginsData(let all):
                    #expect(metadata == nil)
                    metadata = all
                case .data(let piece):
                    #expect(metadata != nil)
                    data.append(contentsOf: piece.readableBytesView)
                }
            }
        }
        while rest.readableBytes > 0 {
            take(try parser.feed(rest.readSlice(length: min(pieceSize, rest.readableBytes)) ?? ByteBuffer()))
        }
        take(try parser.finish())
        return (try #require(metadata), data)
    }

    private static func bytes(_ bytes: UInt8...) -> ByteBuffer { ByteBuffer(bytes: bytes) }

    @Test("Cut anywhere, metadata and data are those of the whole", arguments: [1, 2, 3, 7, 64, 1 << 20])
    func pieces(_ size: Int) throws {
        var extra = Payload(metadata: [:], data: ByteBuffer(string: "value")).serializedBytes
        // Unknown fields of every kind, a group with a group in it among them.
        extra.writeBytes([0xF8, 0x07, 0x81, 0x01, 0xF9, 0x07] + [UInt8](repeating: 1, count: 8))
        extra.writeBytes([0xFD, 0x07, 1, 2, 3, 4, 0xFA, 0x07, 2, 8, 9])
        extra.writeBytes([0xFB, 0x07, 0x0A, 1, 7, 0x13, 0x14, 0xFC, 0x07])
        let samples = [
            Payload(metadata: ["encoding": Array("json/plain".utf8), "k": [], "": [1]], data: ByteBuffer(string: "v")),
            Payload(metadata: [:], data: ByteBuffer(bytes: [UInt8](repeating: 3, count: 1_000))),
            Payload(metadata: ["encoding": Array("binary/null".utf8)], data: ByteBuffer()),
            Payload(metadata: [:], data: ByteBuffer()),
            Payload.reference("d", ["key": "k"]),
            try Payload(serializedBytes: extra),
        ]
        for payload in samples {
            let (metadata, data) = try Self.parse(payload.serializedBytes, pieceSize: size)
            #expect(metadata == payload.metadata)
            #expect(data == Array(payload.data.readableBytesView))
        }
    }

    @Test("Legal, but not readable front to back: refused")
    func unordered() {
        let metadataAfterData = Self.bytes(0x12, 1, 7, 0x0A, 3, 0x0A, 1, 0x65)
        let dataTwice = Self.bytes(0x12, 1, 7, 0x12, 1, 8)
        for bytes in [metadataAfterData, dataTwice] {
            #expect(throws: PayloadStreamParser.Failure.unordered) { try Self.parse(bytes, pieceSize: 100) }
        }
    }

    @Test("What is no payload is refused, wherever it ends")
    func malformed() {
        let payload = Payload(metadata: ["encoding": [1, 2]], data: ByteBuffer(bytes: [1, 2, 3])).serializedBytes
        // Cut between two fields is no error of the format.
        let ends = [payload.readableBytes - 5]
        for count in 1..<payload.readableBytes where !ends.contains(count) {
            let cut = payload.getSlice(at: 0, length: count) ?? ByteBuffer()
            #expect(throws: PayloadStreamParser.Failure.self) { try Self.parse(cut, pieceSize: 4) }
        }
        let wrong = [
            Self.bytes(0x00, 1), Self.bytes(0x0F), Self.bytes(0x0C), Self.bytes(0x1B, 0x24), Self.bytes(0x1B),
            Self.bytes(0x0A, 2, 0x0A, 9), Self.bytes(0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1),
            Self.bytes(0x12, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F),
        ]
        for bytes in wrong {
            #expect(throws: PayloadStreamParser.Failure.self) { try Self.parse(bytes, pieceSize: 100) }
        }
    }

    @Test("Metadata is kept up to a limit, which is checked before it is read")
    func metadataLimit() {
        let claimed = Self.bytes(0x0A, 0x81, 0x80, 0x80, 0x01)
        #expect(throws: PayloadStreamParser.Failure.tooMuchMetadata) { try Self.parse(claimed, pieceSize: 100) }
    }

    @Test("Agrees with the reader of whole payloads on random bytes")
    func random() {
        var (generator, agreed) = (SeededGenerator(seed: 7), 0)
        for _ in 0..<15_000 {
            let count = Int.random(in: 0..<24, using: &generator)
            let tags: [UInt8] = [0x0A, 0x12, 0x1A, 0x08, 0x0B, 0x0C, 0x15, 0, 1, 2, 3, 4]
            let bytes = ByteBuffer(bytes: (0..<count).map { _ in tags.randomElement(using: &generator) ?? 0 })
            // The reader of whole payloads looks at the sizes of a reference too, and refuses some more.
            guard let whole = try? Payload(serializedBytes: bytes) else { continue }
            do {
                let streamed = try Self.parse(bytes, pieceSize: Int.random(in: 1...8, using: &generator))
                agreed += bytes.readableBytes > 3 ? 1 : 0
                #expect(whole.metadata == streamed.0)
                #expect(Array(whole.data.readableBytesView) == streamed.1)
            } catch {
                #expect(error as? PayloadStreamParser.Failure == .unordered, "\(bytes)")
            }
        }
        #expect(agreed > 100)
    }
}
