//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import Crypto

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The key of a storage account, and what is signed with it.
///
/// Pure: the date is one of the headers.
struct SharedKey: Sendable {
    let account: String
    private let key: SymmetricKey

    /// - Parameters:
    ///   - account: The account's name.
    ///   - key: The key in Base64; nil comes back for anything else.
    init?(account: String, key: String) {
        guard let bytes = Data(base64Encoded: key), !bytes.isEmpty else { return nil }
        self.account = account
        self.key = SymmetricKey(data: bytes)
    }

    /// The value of `Authorization`.
    func authorization(for text: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: self.key)
        return "SharedKey \(self.account):\(Data(code).base64EncodedString())"
    }

    /// The text that is signed.
    ///
    /// - Parameters:
    ///   - method: The method, in capitals.
    ///   - path: The path exactly as it is sent.
    ///   - query: Names and values, not encoded.
    ///   - headers: All that matter: `x-ms-…` and those with a line of their own.
    ///   - contentLength: The size of the body in bytes.
    /// - Returns: The text.
    func stringToSign(
        method: String,
        path: String,
        query: [(name: String, value: String?)],
        headers: [(name: String, value: String)],
        contentLength: Int
    ) -> String {
        func value(_ name: String) -> String {
            headers.first { $0.name.lowercased() == name }?.value ?? ""
        }
        var lines = [method, value("content-encoding"), value("content-language")]
        lines.append(contentLength == 0 ? "" : String(contentLength))
        lines += [value("content-md5"), value("content-type")]
        // The date stands in x-ms-date.
        lines.append("")
        lines += ["if-modified-since", "if-match", "if-none-match", "if-unmodified-since", "range"].map(value)
        lines += headers.map { (name: $0.name.lowercased(), value: Self.trimmed($0.value)) }
            .filter { $0.name.hasPrefix("x-ms-") }
            .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
            .map { "\($0.name):\($0.value)" }
        lines.append("/\(self.account)\(path)")
        lines += Dictionary(grouping: query) { $0.name.lowercased() }
            .sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            .map { "\($0.key):\($0.value.map { $0.value ?? "" }.sorted().joined(separator: ","))" }
        return lines.joined(separator: "\n")
    }

    private static func trimmed(_ text: String) -> Substring {
        let rest = text.drop { $0 == " " }
        return rest[..<(rest.lastIndex { $0 != " " }.map { rest.index(after: $0) } ?? rest.startIndex)]
    }
}

extension SharedKey: CustomStringConvertible, CustomReflectable {
    var description: String { "SharedKey(\(self.account))" }

    /// Shows the account alone.
    var customMirror: Mirror { Mirror(self, children: ["account": self.account]) }
}
