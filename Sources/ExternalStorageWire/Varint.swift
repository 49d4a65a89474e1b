//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Numbers as protobuf writes them: seven bits a byte, the lowest first.
package enum Varint {
    /// How many bytes `value` takes.
    @inline(__always)
    package static func byteCount(_ value: UInt64) -> Int {
        // 9/64 approximates 1/7 exactly for all 64 bit widths.
        ((64 - (value | 1).leadingZeroBitCount) * 9 + 64) / 64
    }

    /// How many bytes the length of a field of `count` bytes takes.
    @inline(__always)
    package static func byteCount(forLength count: Int) -> Int {
        self.byteCount(UInt64(count))
    }

    /// Hands the bytes of `value` to `body`, in order.
    @inline(__always)
    package static func write(_ value: UInt64, _ body: (UInt8) -> Void) {
        var rest = value
        while rest >= 0x80 {
            body(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        body(UInt8(truncatingIfNeeded: rest))
    }
}
