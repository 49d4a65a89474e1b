//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import NIOCore

/// Base64 as proto3 JSON has it: written with the standard alphabet and padding; read in the URL-safe alphabet as well,
/// and without padding.
enum Base64 {
    /// How many characters `count` bytes become.
    static func encodedSize(of count: Int) -> Int { (count + 2) / 3 * 4 }

    /// Appends the characters of bytes.
    ///
    /// A value can be written piece by piece if each piece but the last has a multiple of three bytes.
    static func encode(_ bytes: ByteBuffer, into output: inout ByteBuffer) {
        let source = bytes.readableBytesUInt8Span
        let alphabet = Self.alphabet.span
        output.writeWithOutputRawSpan(minimumWritableBytes: Self.encodedSize(of: source.count)) { output in
            var index = 0
            while index + 3 <= source.count {
                let group = UInt32(source[index]) << 16 | UInt32(source[index + 1]) << 8 | UInt32(source[index + 2])
                output.append(alphabet[Int(group >> 18)])
                output.append(alphabet[Int(group >> 12 & 63)])
                output.append(alphabet[Int(group >> 6 & 63)])
                output.append(alphabet[Int(group & 63)])
                index += 3
            }
            guard index < source.count else { return }
            let hasTwo = index + 1 < source.count
            let group = UInt32(source[index]) << 16 | (hasTwo ? UInt32(source[index + 1]) << 8 : 0)
            output.append(alphabet[Int(group >> 18)])
            output.append(alphabet[Int(group >> 12 & 63)])
            output.append(hasTwo ? alphabet[Int(group >> 6 & 63)] : UInt8(ascii: "="))
            output.append(UInt8(ascii: "="))
        }
    }

    /// The bytes that characters stand for; nil if they are no Base64.
    static func decode(_ characters: Span<UInt8>) -> ByteBuffer? {
        var count = characters.count
        // Padding is optional, and where it is it fills up a group of four.
        var padding = 0
        while count > 0, padding < 2, characters[count - 1] == UInt8(ascii: "=") {
            count -= 1
            padding += 1
        }
        guard count % 4 != 1, padding == 0 || (count + padding) % 4 == 0 else { return nil }
        let values = Self.values.span
        var output = ByteBuffer()
        var isValid = true
        output.writeWithOutputRawSpan(minimumWritableBytes: count / 4 * 3 + 2) { output in
            var group: UInt32 = 0
            var size = 0
            for index in 0..<count {
                let value = values[Int(characters[index])]
                guard value < 64 else {
                    isValid = false
                    return
                }
                group = group << 6 | UInt32(value)
                size += 1
                guard size == 4 else { continue }
                output.append(UInt8(truncatingIfNeeded: group >> 16))
                output.append(UInt8(truncatingIfNeeded: group >> 8))
                output.append(UInt8(truncatingIfNeeded: group))
                group = 0
                size = 0
            }
            switch size {
            case 2:
                output.append(UInt8(truncatingIfNeeded: group >> 4))
            case 3:
                output.append(UInt8(truncatingIfNeeded: group >> 10))
                output.append(UInt8(truncatingIfNeeded: group >> 2))
            default: break
            }
        }
        return isValid ? output : nil
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The value of every byte, 255 for those that have none.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, character) in Self.alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        values[Int(UInt8(ascii: "-"))] = 62
        values[Int(UInt8(ascii: "_"))] = 63
        return values
    }()
}
