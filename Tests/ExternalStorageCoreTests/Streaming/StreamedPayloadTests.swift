//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageTesting
import Foundation
import NIOCore
import Testing

@testable import ExternalStorageCore

@Suite("Payloads that are not in memory", .timeLimit(.minutes(1)))
struct StreamedPayloadTests {
    static let metadata = ["encoding": Array("binary/plain".utf8), "a": [1]]

    static func data(_ count: Int) -> ByteBuffer {
        let data = Payload.sample(1, sizeInBytes: count + 33).data
        return data.getSlice(at: data.readerIndex, length: count) ?? ByteBuffer()
    }

    @Test(
        "ES-W6 The bytes are those of the payload in memory, in chunks of the size asked for",
        arguments: [0, 1, 9_999]
    )
    func bytes(_ count: Int) async throws {
        let data = Self.data(count)
        let whole = Payload(metadata: Self.metadata, data: data)
        let streamed = try await StreamedPayload(metadata: Self.metadata, data: SamplePayloadSource(data))
        #expect(streamed.sizeInBytes == whole.sizeInBytes)
        #expect(streamed.digest == whole.digest)
        for size in [1, 10, 4_096, 100_000] {
            var (bytes, sizes): (ByteBuffer, [Int]) = (ByteBuffer(), [])
            for try await chunk in streamed.chunks(ofSize: size) {
                bytes.writeImmutableBuffer(chunk)
                sizes.append(chunk.readableBytes)
            }
            #expect(bytes == whole.serializedBytes)
            #expect(sizes.dropLast().allSatisfy { $0 == size })
        }
        #expect(try await streamed.load() == whole)
    }

    @Test("Selectors see metadata, size and digest")
    func outline() async throws {
        let streamed = try await StreamedPayload(metadata: Self.metadata, data: SamplePayloadSource(Self.data(5_000)))
        #expect(streamed.outline.metadata == Self.metadata)
        #expect(streamed.outline.sizeInBytes == streamed.sizeInBytes)
        #expect(streamed.outline.digest == streamed.digest)
        #expect(streamed.outline.data.readableBytes == 0)
    }

    @Test("ES-P9 What protobuf cannot hold is refused before it is read")
    func sizeLimit() async throws {
        struct Endless: PayloadSource {
            let sizeInBytes = 1 << 31
            func read(_ range: Range<Int>) async throws -> ByteBuffer { throw CancellationError() }
        }
        let error = await #expect(throws: ExternalStorageError.self) {
            _ = try await StreamedPayload(metadata: [:], data: Endless())
        }
        #expect(error?.code == .payloadTooLarge)
    }

    @Test("A source that changes is found out in place of the last chunk")
    func changed() async throws {
        let source = SamplePayloadSource(Self.data(10_000), secondReading: .changed)
        let streamed = try await StreamedPayload(metadata: Self.metadata, data: source)
        var received = 0
        let error = await #expect(throws: ExternalStorageError.self) {
            for try await chunk in streamed.chunks(ofSize: 1_000) { received += chunk.readableBytes }
        }
        #expect(error?.code == .corrupted)
        #expect(received == streamed.sizeInBytes / 1_000 * 1_000)
    }

    @Test("ES-D3 Chunks of a driver are proven before the last is handed out; after an error there is no more")
    func proof() async throws {
        let payload = Payload.large(1)
        for digest in [payload.digest, Payload.large(2).digest] {
            let chunks = PayloadChunks(digest: digest, place: "key=k") {
                ListReader(chunks: [payload.serializedBytes, ByteBuffer(), ByteBuffer()])
            }
            var iterator = chunks.makeAsyncIterator()
            if digest == payload.digest {
                #expect(try await iterator.next() == payload.serializedBytes)
            } else {
                let error = await #expect(throws: ExternalStorageError.self) { _ = try await iterator.next() }
                #expect(error?.code == .corrupted)
                #expect(error?.isRetryable == false)
                #expect(error?.message.contains("key=k") == true)
                #expect(error?.message.contains(payload.digest.hexadecimal) == true)
            }
            #expect(try await iterator.next() == nil)
        }
    }

    @Test("The value of a payload: its metadata may be refused before the first byte")
    func value() async throws {
        let payload = Payload(["encoding": "json/plain"], "\"text\"")
        let data = PayloadData(PayloadChunks(of: payload)) { metadata in
            #expect(metadata["encoding"] == Array("json/plain".utf8))
        }
        var value = ByteBuffer()
        for try await piece in data { value.writeImmutableBuffer(piece) }
        #expect(value == payload.data)
        struct Refused: Error {}
        await #expect(throws: Refused.self) {
            for try await _ in PayloadData(PayloadChunks(of: payload), check: { _ in throw Refused() }) {
                Issue.record("a byte came")
            }
        }
    }

    @Test("A file, or a part of it, is a source; the file may go while it is open")
    func file() async throws {
        let directory = try TemporaryDirectory()
        let (path, data) = (directory.path + "/value", Self.data(10_000))
        try Data(data.readableBytesView).write(to: URL(filePath: path))
        let source = try await FilePayloadSource(path: path)
        try FileManager.default.removeItem(atPath: path)
        #expect(source.sizeInBytes == 10_000)
        let part = try source.part(1_000..<3_000)
        #expect(part.sizeInBytes == 2_000)
        let streamed = try await StreamedPayload(metadata: Self.metadata, data: part)
        let expected = data.getSlice(at: data.readerIndex + 1_000, length: 2_000) ?? ByteBuffer()
        #expect(try await streamed.load() == Payload(metadata: Self.metadata, data: expected))
        #expect(throws: ExternalStorageError.self) { try part.part(0..<2_001) }
    }

    @Test("What is no file says so", arguments: ["/no/such/file", "/dev/null", NSTemporaryDirectory()])
    func noFile(_ path: String) async {
        let error = await #expect(throws: ExternalStorageError.self) { _ = try await FilePayloadSource(path: path) }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains(path) == true)
    }

    @Test("A file that becomes shorter is found out")
    func truncated() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/value"
        try Data(Self.data(10_000).readableBytesView).write(to: URL(filePath: path))
        let streamed = try await StreamedPayload(metadata: [:], data: FilePayloadSource(path: path))
        let handle = try FileHandle(forWritingTo: URL(filePath: path))
        try handle.truncate(atOffset: 5_000)
        try handle.close()
        let error = await #expect(throws: ExternalStorageError.self) { _ = try await streamed.load() }
        #expect(error?.code == .corrupted)
    }
}

/// Hands out chunks, one by one.
struct ListReader: PayloadChunkReader {
    var chunks: [ByteBuffer]

    mutating func next() async throws -> ByteBuffer? { self.chunks.isEmpty ? nil : self.chunks.removeFirst() }
}
