//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import ExternalStorageCore
internal import Groundwork
internal import NIOCore
internal import Synchronization

/// What stands around the content of an object that is created in one request: its metadata before it, and the ends.
struct MultipartUpload: Sendable {
    let contentType: String
    let prefix: ByteBuffer
    let suffix: ByteBuffer

    /// - Parameter metadata: What the object is to carry.
    init(metadata: [(name: String, value: String)]) {
        // 128 bits of chance: content that holds the boundary is not to be had, not even on purpose.
        var digits = ""
        for _ in 0..<2 {
            let half = String(UInt64.random(in: .min ... .max), radix: 16)
            digits += String(repeating: "0", count: 16 - half.utf8.count) + half
        }
        let members = metadata.map { JSONValue.Member(key: $0.name, value: .string($0.value)) }
        self.contentType = "multipart/related; boundary=\(digits)"
        var prefix = ByteBuffer()
        prefix.writeString("--\(digits)\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n")
        prefix.writeBytes(JSONValue.object(members).bytes)
        prefix.writeString("\r\n--\(digits)\r\nContent-Type: application/octet-stream\r\n\r\n")
        self.prefix = prefix
        self.suffix = ByteBuffer(string: "\r\n--\(digits)--\r\n")
    }

    /// The size of a body with so much content.
    func sizeInBytes(content: Int) -> Int {
        self.prefix.readableBytes + content + self.suffix.readableBytes
    }
}

/// The body of an upload whose content is read as it is sent; adds its checksum up on the way.
struct StreamedUpload: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    typealias Failure = any Error

    /// The checksum of the attempt that was read last.
    final class Checksum: Sendable {
        private let state = Mutex(CRC32C())

        var value: CRC32C { self.state.withLock { $0 } }

        func begin() { self.state.withLock { $0 = CRC32C() } }

        func add(_ bytes: ByteBuffer) { self.state.withLock { $0.add(bytes) } }
    }

    let upload: MultipartUpload
    let payload: StreamedPayload
    let chunkSize: Int
    let checksum: Checksum

    func makeAsyncIterator() -> Iterator {
        self.checksum.begin()
        return Iterator(
            upload: self.upload,
            chunks: self.payload.chunks(ofSize: self.chunkSize).makeAsyncIterator(),
            checksum: self.checksum
        )
    }

    struct Iterator: AsyncIteratorProtocol {
        private enum Stage { case prefix, content, end }

        let upload: MultipartUpload
        var chunks: PayloadChunks.Iterator
        let checksum: Checksum
        private var stage = Stage.prefix

        init(upload: MultipartUpload, chunks: PayloadChunks.Iterator, checksum: Checksum) {
            self.upload = upload
            self.chunks = chunks
            self.checksum = checksum
        }

        mutating func next() async throws -> ByteBuffer? {
            try await self.next(isolation: nil)
        }

        mutating func next(isolation actor: isolated (any Actor)?) async throws(any Error) -> ByteBuffer? {
            switch self.stage {
            case .prefix:
                self.stage = .content
                return self.upload.prefix
            case .content:
                if let chunk = try await self.chunks.next(isolation: actor) {
                    self.checksum.add(chunk)
                    return chunk
                }
                self.stage = .end
                return self.upload.suffix
            case .end: return nil
            }
        }
    }
}
