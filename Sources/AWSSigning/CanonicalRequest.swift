//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import Crypto

/// The one spelling of a request that both sides hash (AWS "Create a canonical request").
public struct CanonicalRequest: Sendable, Hashable {
    /// How the path of a service is written in a canonical request.
    public struct PathRule: Sendable, Hashable {
        let encodes: Bool
        let normalizes: Bool

        /// Amazon S3: exactly the path that is sent.
        ///
        /// Dots and double slashes are part of a key.
        public static let verbatim = Self(encodes: false, normalizes: false)

        /// Other services: dot segments and empty segments removed, then encoded (a second time).
        public static let normalized = Self(encodes: true, normalizes: true)

        /// Like ``normalized``, but segments stay as they are.
        public static let encoded = Self(encodes: true, normalizes: false)
    }

    /// The text that is hashed.
    public let text: String

    /// The names of the signed headers: lower case, sorted, joined with `;`.
    public let signedHeaders: String

    /// Names that intermediaries change or that carry the signature itself; they are never signed.
    static let unsigned: Set<String> = [
        "authorization", "connection", "expect", "sec-websocket-key", "sec-websocket-protocol", "sec-websocket-version",
        "transfer-encoding", "upgrade", "user-agent", "x-amzn-trace-id",
    ]

    /// Writes a request in its canonical form.
    ///
    /// - Parameters:
    ///   - request: The request. Its headers are signed, except those that intermediaries change.
    ///   - pathRule: How the path is written.
    public init(_ request: SignableRequest, pathRule: PathRule = .verbatim) {
        var values: [String: [String]] = [:]
        for header in request.headers {
            let name = header.name.lowercased()
            guard !Self.unsigned.contains(name) else { continue }
            values[name, default: []].append(Self.collapsed(header.value))
        }
        // Names are ASCII, so the order of the code units is the order of the strings.
        let names = values.keys.sorted { Self.precedes($0, $1) }
        let headers = names.map { name in "\(name):\(values[name, default: []].joined(separator: ","))\n" }
        self.signedHeaders = names.joined(separator: ";")
        self.text = [
            request.method,
            Self.path(request.path, rule: pathRule),
            Self.query(request.query),
            headers.joined(),
            self.signedHeaders,
            request.payloadHash.description,
        ].joined(separator: "\n")
    }

    /// The SHA-256 of ``text`` as lower-case hexadecimal text.
    public var digest: String { Hex.encode(SHA256.hash(data: Array(self.text.utf8))) }

    static func query(_ items: [SignableRequest.QueryItem]) -> String {
        items
            .map { (URIEncoding.encode($0.name), URIEncoding.encode($0.value ?? "")) }
            .sorted { left, right in
                Self.precedes(left.0, right.0) || (left.0 == right.0 && Self.precedes(left.1, right.1))
            }
            .map { "\($0.0)=\($0.1)" }
            .joined(separator: "&")
    }

    static func path(_ path: String, rule: PathRule) -> String {
        var path = path.isEmpty ? "/" : path
        if rule.normalizes { path = Self.withoutDotSegments(path) }
        return rule.encodes ? URIEncoding.encodePath(path) : path
    }

    /// Removes `.`, `..` (with the segment before it) and empty segments.
    ///
    /// A trailing slash stays.
    private static func withoutDotSegments(_ path: String) -> String {
        var segments: [Substring] = []
        let all = path.split(separator: "/", omittingEmptySubsequences: false)
        for segment in all {
            switch segment {
            case "", ".": continue
            case "..": _ = segments.popLast()
            default: segments.append(segment)
            }
        }
        let endsWithSlash = ["", ".", ".."].contains(all.last ?? "") && !segments.isEmpty
        return "/" + segments.joined(separator: "/") + (endsWithSlash ? "/" : "")
    }

    /// The value without white space around it, and with single spaces for runs of white space.
    private static func collapsed(_ value: String) -> String {
        value.utf8
            .split { $0 == 0x20 || (0x09...0x0d).contains($0) }
            .map { String(decoding: $0, as: UTF8.self) }
            .joined(separator: " ")
    }

    /// Compares code units: `String` would compare in an order of its own for text that is not ASCII.
    private static func precedes(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }
}
