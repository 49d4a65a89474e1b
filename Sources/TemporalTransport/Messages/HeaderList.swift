//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import NIOHPACK

/// What may be written as a header list.
enum HeaderList {
    /// The largest that is accepted from a peer, and the largest that is sent to one that takes it, in bytes: each field
    /// counts with its name, its value and 32 more (RFC 9113, section 6.5.2).
    static let limit = 4 * 1_048_576

    /// From how much on a peer's list ends the connection, as it can only be an attack.
    static let connectionLimit = 4 * Self.limit

    /// The size of a list, in bytes.
    static func size(of headers: HPACKHeaders) -> Int {
        var size = 0
        for (name, value, _) in headers { size += name.utf8.count + value.utf8.count + 32 }
        return size
    }

    /// Checks what is about to be written, and measures it.
    ///
    /// A list that HTTP/2 forbids would be refused on the way, where nobody can tell the call of it any more.
    ///
    /// - Returns: The size, in bytes.
    /// - Throws: `RPCError` with a text that says which field is wrong, without its value.
    static func checked(_ headers: HPACKHeaders) throws(RPCError) -> Int {
        var size = 0
        for (name, value, _) in headers {
            size += name.utf8.count + value.utf8.count + 32
            guard Self.isName(name.utf8) else {
                throw RPCError(
                    code: .invalidArgument,
                    message: "Metadata cannot be sent: \"\(Self.printable(name))\" is no name of a header."
                )
            }
            guard Self.isValue(value.utf8) else {
                throw RPCError(
                    code: .invalidArgument,
                    message: """
                        Metadata cannot be sent: the value of "\(name)" holds a line break or a NUL, which no header may; \
                        look at where it is read from.
                        """
                )
            }
        }
        return size
    }

    /// The error for a list that the peer would not take.
    static func tooLarge(_ size: Int, limit: Int, _ code: RPCError.Code) -> RPCError {
        RPCError(code: code, message: "Metadata of \(size) bytes cannot be sent: the peer takes \(limit).")
    }

    /// A token (RFC 9110, section 5.6.2) without upper case, with a colon in front if it is a pseudo-header.
    private static func isName(_ name: String.UTF8View) -> Bool {
        var name = name[...]
        if name.first == UInt8(ascii: ":") { name = name.dropFirst() }
        guard !name.isEmpty else { return false }
        return name.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
            case UInt8(ascii: "!"), UInt8(ascii: "#")...UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"): true
            case UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"): true
            default: false
            }
        }
    }

    private static func isValue(_ value: String.UTF8View) -> Bool {
        for byte in value where byte <= 13 && (byte == 0 || byte == 10 || byte == 13) { return false }
        return true
    }

    private static func printable(_ name: String) -> String {
        String(name.prefix(64).map { $0.isASCII && !$0.isNewline && $0 >= " " ? $0 : "?" })
    }
}
