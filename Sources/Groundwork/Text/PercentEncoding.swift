//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Percent-encoding of UTF-8 (RFC 3986, section 2.1): which bytes stay as they are, and `%XX`, in capitals, for the rest.
///
/// Works on bytes, never on characters: two texts that are canonically equivalent are different keys.
package struct PercentEncoding: Sendable {
    /// A bit for every byte of ASCII that stays; all others are encoded.
    private let low: UInt64
    private let high: UInt64

    /// An encoding that keeps those bytes of ASCII for which the closure says so; `%` is never kept.
    package init(keeping isKept: (UInt8) -> Bool) {
        var words: (low: UInt64, high: UInt64) = (0, 0)
        for byte in UInt8(0)..<128 where byte != UInt8(ascii: "%") && isKept(byte) {
            if byte < 64 { words.low |= 1 << byte } else { words.high |= 1 << (byte - 64) }
        }
        self.low = words.low
        self.high = words.high
    }

    /// Keeps `A-Z a-z 0-9 - . _ ~`: for one name or value of a query.
    package static let unreserved = Self(keeping: Self.isUnreserved)

    /// Keeps what ``unreserved`` keeps, and `/`.
    ///
    /// Nothing is normalised: `//`, `.` and `..` stay as they are.
    package static let path = Self { Self.isUnreserved($0) || $0 == UInt8(ascii: "/") }

    /// Keeps what can be printed, and the space, as gRPC has it in `grpc-message`.
    package static let grpcMessage = Self { (0x20...0x7e).contains($0) }

    /// Whether a byte stays as it is.
    package func keeps(_ byte: UInt8) -> Bool {
        if byte < 64 { return self.low >> byte & 1 == 1 }
        return byte < 128 && self.high >> (byte - 64) & 1 == 1
    }

    /// Encodes a text.
    ///
    /// - Returns: Text of ASCII.
    package func encode(_ text: some StringProtocol) -> String {
        guard !text.utf8.allSatisfy(self.keeps) else { return String(text) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 16)
        for byte in text.utf8 {
            if self.keeps(byte) {
                bytes.append(byte)
            } else {
                bytes.append(UInt8(ascii: "%"))
                bytes.append(HexDigit.uppercase(byte >> 4))
                bytes.append(HexDigit.uppercase(byte & 15))
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Undoes percent-encoding, whatever was kept.
    ///
    /// A `%` that no two hexadecimal digits follow stays, for a broken text says more than none; `+` stays `+`.
    ///
    /// - Returns: The bytes, which need not be UTF-8.
    package static func decode(_ text: some StringProtocol) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let high = rest.first.flatMap(HexDigit.value(of:)),
                let low = rest.dropFirst().first.flatMap(HexDigit.value(of:))
            {
                bytes.append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default:
            false
        }
    }
}
