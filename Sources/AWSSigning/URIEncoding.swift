//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// The percent-encoding AWS signs: every UTF-8 byte except `A-Z a-z 0-9 - . _ ~` becomes `%XX`, upper case.
///
/// Works on bytes, never on characters: two strings that are canonically equivalent are different keys.
public enum URIEncoding {
    private static let digits: [UInt8] = Array("0123456789ABCDEF".utf8)

    /// Encodes one name or value of a query, `/` included.
    ///
    /// - Parameter text: Any text, not yet encoded.
    /// - Returns: ASCII text made of unreserved characters and `%XX`.
    public static func encode(_ text: some StringProtocol) -> String {
        Self.encode(text.utf8, keepingSlash: false)
    }

    /// Encodes a path: like ``encode(_:)`` but `/` stays.
    ///
    /// Nothing is normalised: `//`, `.` and `..` stay as they are, as Amazon S3 wants its keys.
    ///
    /// - Parameter path: A path or an object key, not yet encoded.
    /// - Returns: The path to put into the request line. No slash is added.
    public static func encodePath(_ path: some StringProtocol) -> String {
        Self.encode(path.utf8, keepingSlash: true)
    }

    /// Undoes percent-encoding.
    ///
    /// A `%` that no two hexadecimal digits follow stays; `+` stays `+`.
    ///
    /// - Parameter text: Encoded text.
    /// - Returns: The bytes, which need not be UTF-8.
    public static func decode(_ text: some StringProtocol) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let high = rest.first.flatMap(Hex.value(of:)),
                let low = rest.dropFirst().first.flatMap(Hex.value(of:))
            {
                bytes.append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }

    static func encode(_ bytes: some Sequence<UInt8>, keepingSlash: Bool) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.underestimatedCount)
        for byte in bytes {
            if Self.isUnreserved(byte) || (keepingSlash && byte == UInt8(ascii: "/")) {
                text.append(byte)
            } else {
                text.append(UInt8(ascii: "%"))
                text.append(Self.digits[Int(byte >> 4)])
                text.append(Self.digits[Int(byte & 0x0f)])
            }
        }
        return String(decoding: text, as: UTF8.self)
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
