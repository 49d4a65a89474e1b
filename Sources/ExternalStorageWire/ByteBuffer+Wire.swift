//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import NIOCore

extension ByteBuffer {
    /// Appends a varint.
    package mutating func writeVarint(_ value: UInt64) {
        Varint.write(value) { self.writeInteger($0) }
    }

    /// Appends a length-delimited field.
    package mutating func writeField(_ number: UInt32, bytes: ByteBuffer) {
        self.writeVarint(UInt64(number) << 3 | 2)
        self.writeVarint(UInt64(bytes.readableBytes))
        self.writeImmutableBuffer(bytes)
    }

    /// Appends a string field; nothing for an empty string, protobuf's default.
    package mutating func writeField(_ number: UInt32, string: String) {
        guard !string.isEmpty else { return }
        self.writeField(number, bytes: ByteBuffer(string: string))
    }

    /// Appends a varint field; nothing for zero, protobuf's default.
    package mutating func writeField(_ number: UInt32, varint: UInt64) {
        guard varint != 0 else { return }
        self.writeVarint(UInt64(number) << 3)
        self.writeVarint(varint)
    }

    /// Appends the bytes of `range`.
    package mutating func write(_ bytes: Span<UInt8>, in range: Range<Int>) {
        let part = bytes.extracting(range)
        unsafe part.withUnsafeBufferPointer { _ = unsafe self.writeBytes(UnsafeRawBufferPointer($0)) }
    }
}
