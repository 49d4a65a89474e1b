//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import Groundwork

/// The percent-encoding AWS signs: every UTF-8 byte except `A-Z a-z 0-9 - . _ ~` becomes `%XX`, upper case.
///
/// Works on bytes, never on characters: two strings that are canonically equivalent are different keys.
public enum URIEncoding {
    /// Encodes one name or value of a query, `/` included.
    ///
    /// - Parameter text: Any text, not yet encoded.
    /// - Returns: ASCII text made of unreserved characters and `%XX`.
    public static func encode(_ text: some StringProtocol) -> String {
        PercentEncoding.unreserved.encode(text)
    }

    /// Encodes a path: like ``encode(_:)`` but `/` stays.
    ///
    /// Nothing is normalised: `//`, `.` and `..` stay as they are, as Amazon S3 wants its keys.
    ///
    /// - Parameter path: A path or an object key, not yet encoded.
    /// - Returns: The path to put into the request line. No slash is added.
    public static func encodePath(_ path: some StringProtocol) -> String {
        PercentEncoding.path.encode(path)
    }

    /// Undoes percent-encoding.
    ///
    /// A `%` that no two hexadecimal digits follow stays; `+` stays `+`.
    ///
    /// - Parameter text: Encoded text.
    /// - Returns: The bytes, which need not be UTF-8.
    public static func decode(_ text: some StringProtocol) -> [UInt8] {
        PercentEncoding.decode(text)
    }
}
