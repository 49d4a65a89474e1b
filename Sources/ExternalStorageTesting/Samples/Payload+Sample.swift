//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import ExternalStorageCore
import NIOCore

extension Payload {
    /// A payload of bytes that look random, the same for the same number.
    ///
    /// - Parameters:
    ///   - number: Which one.
    ///   - sizeInBytes: Its serialized size, within a few bytes.
    /// - Returns: The payload.
    package static func sample(_ number: Int, sizeInBytes: Int) -> Payload {
        var state = UInt64(bitPattern: Int64(number)) &* 0x9E37_79B9_7F4A_7C15 &+ 1
        var block = ByteBuffer()
        for _ in 0..<128 {
            // splitmix64
            state &+= 0x9E37_79B9_7F4A_7C15
            var word = state
            word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
            block.writeInteger(word ^ (word >> 31))
        }
        let count = max(0, sizeInBytes - 33)
        var data = ByteBufferAllocator().buffer(capacity: count + block.readableBytes)
        while data.readableBytes < count { data.writeImmutableBuffer(block) }
        let slice = data.getSlice(at: data.readerIndex, length: count) ?? ByteBuffer()
        return Payload(metadata: ["encoding": Array("binary/plain".utf8)], data: slice)
    }
}
