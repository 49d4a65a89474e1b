//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Which route a path ends in, and which namespace it names.
struct RequestTarget: Hashable, Sendable {
    /// The three routes, and the one for probes.
    enum Route: String, CaseIterable, Sendable {
        case encode
        case decode
        case download
        case health = "healthz"
    }

    var route: Route
    /// The segment in front of the route, with escapes resolved; nil if there is none, or it is not UTF-8.
    var namespace: String?
    /// Whether the query asks to leave references unresolved.
    var preservesReferences: Bool

    /// - Parameter path: Path and query as they stand in the request; nil if its end is no route.
    init?(path: String) {
        let parts = path.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let segments = parts[0].split(separator: "/", omittingEmptySubsequences: false)
        guard segments.count >= 2, let last = segments.last, let route = Route(rawValue: String(last)) else {
            return nil
        }
        self.route = route
        let prefix = segments.dropLast().last { !$0.isEmpty }
        self.namespace = prefix.flatMap { Self.unescape($0, plusIsSpace: false) }
        let query = parts.count == 2 ? parts[1] : ""
        let values = query.split(separator: "&").compactMap { pair -> String? in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard Self.unescape(parts[0], plusIsSpace: true) == "preserveStorageRefs" else { return nil }
            return parts.count == 2 ? Self.unescape(parts[1], plusIsSpace: true) : ""
        }
        // As in Go: of several values the first counts, in any case.
        self.preservesReferences = values.first?.lowercased() == "true"
    }

    private static func unescape(_ text: Substring, plusIsSpace: Bool) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "%"):
                guard rest.count >= 2, rest.first != UInt8(ascii: "+"),
                    let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
                else { return nil }
                bytes.append(value)
                rest = rest.dropFirst(2)
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
