//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOCore

/// Writes JSON text.
struct JSONWriter {
    private(set) var buffer = ByteBuffer()

    mutating func write(_ text: String) {
        self.buffer.writeString(text)
    }

    /// Writes a quoted string.
    ///
    /// Escaped is what JSON demands, and nothing else.
    mutating func write(string: String) {
        self.buffer.writeInteger(UInt8(ascii: "\""))
        for byte in string.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                self.buffer.writeInteger(UInt8(ascii: "\\"))
                self.buffer.writeInteger(byte)
            case 0..<0x20:
                self.buffer.writeString("\\u00")
                self.buffer.writeInteger(Self.digits[Int(byte >> 4)])
                self.buffer.writeInteger(Self.digits[Int(byte & 15)])
            default:
                self.buffer.writeInteger(byte)
            }
        }
        self.buffer.writeInteger(UInt8(ascii: "\""))
    }

    private static let digits = Array("0123456789abcdef".utf8)
}
