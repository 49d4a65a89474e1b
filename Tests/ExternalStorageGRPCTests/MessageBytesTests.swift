//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageGRPC
import NIOCore
import Testing

@Suite("Message bytes")
struct MessageBytesTests {
    @Test("A payload is the memory of its message, also beyond the 16 MiB that a slice of NIO's can begin at")
    func sharedMemory() throws {
        var message = ByteBuffer(string: "read before")
        message.moveReaderIndex(to: message.writerIndex)
        let far = 20 << 20
        message.writeRepeatingByte(1, count: far)
        message.writeString("payload")
        message.writeRepeatingByte(2, count: 10)

        let slices = message.slices([5..<10, far..<far + 7])

        #expect(slices == [ByteBuffer(repeating: 1, count: 5), ByteBuffer(string: "payload")])
        let start = Self.address(of: message)
        #expect(slices.map { Self.address(of: $0) - start } == [5, far])
    }

    /// Where the readable bytes are; for comparison only.
    private static func address(of buffer: ByteBuffer) -> Int {
        unsafe buffer.withUnsafeReadableBytes { bytes in unsafe bytes.baseAddress.map { Int(bitPattern: $0) } ?? 0 }
    }
}
