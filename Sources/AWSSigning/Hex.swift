//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import Groundwork

/// Hexadecimal text, lower case, as signatures and digests are written.
public enum Hex {
    /// Writes bytes as lower-case hexadecimal digits, two per byte.
    ///
    /// - Parameter bytes: The bytes, first one first.
    /// - Returns: A string of twice as many ASCII characters.
    public static func encode(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(2 * bytes.underestimatedCount)
        for byte in bytes {
            text.append(HexDigit.lowercase(byte >> 4))
            text.append(HexDigit.lowercase(byte & 15))
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads hexadecimal digits of either case.
    ///
    /// - Parameter text: An even number of hexadecimal digits and nothing else.
    /// - Returns: The bytes, or nil if the text is anything else.
    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count / 2)
        var high: UInt8?
        for character in text.utf8 {
            guard let value = HexDigit.value(of: character) else { return nil }
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return high == nil ? bytes : nil
    }
}
