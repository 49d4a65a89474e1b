//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import NIOCore
import StoreHTTP
import Testing

@testable import ExternalStorageS3

@Suite("ES-D3 An object put together of ranges", .timeLimit(.minutes(1)))
struct ObjectAssemblyTests {
    private static let whole = ByteBuffer(bytes: (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 / 256) })

    private static func slice(_ range: Range<Int>) throws -> ByteBuffer {
        try #require(Self.whole.getSlice(at: range.lowerBound, length: range.count))
    }

    @Test("Bytes and digest are right in whatever order the ranges come, with and without room made", arguments: 0..<20)
    func order(_ seed: Int) throws {
        var random = SystemRandomNumberGenerator()
        let assembly = ObjectAssembly()
        if seed % 2 == 0 { assembly.reserve(Self.whole.readableBytes) }
        // Ranges of 100 bytes; of each, its chunks come in order, but those of all are shuffled.
        var next = Array(repeating: 0, count: 10)
        var turns = (0..<10).flatMap { Array(repeating: $0, count: 4) }
        turns.shuffle(using: &random)
        for part in turns {
            let position = part * 100 + next[part] * 25
            try assembly.write(Self.slice(position..<(position + 25)), at: next[part] * 25, ofRangeFrom: part * 100)
            next[part] += 1
        }
        #expect(assembly.count == 1000)
        let (bytes, digest) = assembly.finish()
        #expect(bytes == Self.whole)
        #expect(digest == PayloadDigest(hashing: Self.whole))
    }

    @Test("All at once: nothing is lost")
    func concurrently() async throws {
        let assembly = ObjectAssembly()
        assembly.reserve(1000)
        try await withThrowingDiscardingTaskGroup { group in
            for part in 0..<10 {
                group.addTask {
                    for offset in 0..<100 {
                        let position = part * 100 + offset
                        try assembly.write(Self.slice(position..<(position + 1)), at: offset, ofRangeFrom: part * 100)
                    }
                }
            }
        }
        let (bytes, digest) = assembly.finish()
        #expect(bytes == Self.whole)
        #expect(digest == PayloadDigest(hashing: Self.whole))
    }

    @Test("A range that is read again after a failure goes on where the first attempt ended")
    func again() throws {
        let assembly = ObjectAssembly()
        try assembly.write(Self.slice(0..<300), at: 0, ofRangeFrom: 0)
        // Other bytes at a place that is hashed already would be believed if they were put there.
        assembly.write(ByteBuffer(repeating: 0, count: 200), at: 0, ofRangeFrom: 0)
        try assembly.write(Self.slice(200..<1000), at: 200, ofRangeFrom: 0)
        let (bytes, digest) = assembly.finish()
        #expect(bytes == Self.whole)
        #expect(digest == PayloadDigest(hashing: Self.whole))
    }

    @Test("What has a gap has the digest of what stands before it")
    func gap() throws {
        let assembly = ObjectAssembly()
        assembly.reserve(1000)
        try assembly.write(Self.slice(0..<300), at: 0, ofRangeFrom: 0)
        try assembly.write(Self.slice(400..<1000), at: 0, ofRangeFrom: 400)
        let (bytes, digest) = assembly.finish()
        #expect(try bytes == Self.slice(0..<300))
        #expect(try digest == PayloadDigest(hashing: Self.slice(0..<300)))
    }

    @Test("Nothing is nothing")
    func empty() {
        let assembly = ObjectAssembly()
        assembly.write(ByteBuffer(), at: 0, ofRangeFrom: 0)
        let (bytes, digest) = assembly.finish()
        #expect(bytes.readableBytes == 0)
        #expect(digest == PayloadDigest(hashing: ByteBuffer()))
    }
}
