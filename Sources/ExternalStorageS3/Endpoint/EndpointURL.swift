//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// The parts of a custom endpoint's URL: scheme, host with port, path.
struct EndpointURL: Hashable {
    var scheme: String
    /// Host and port as in the URL.
    var authority: String
    /// The path without a slash at its end; empty for the root.
    var path: String

    /// Accepts `http` and `https` with a host; no user, query or fragment.
    init?(_ text: String) {
        guard let mark = text.firstRange(of: "://") else { return nil }
        let scheme = text[..<mark.lowerBound].lowercased()
        let rest = text[mark.upperBound...]
        guard scheme == "http" || scheme == "https", !rest.contains(where: { "?#@ \\".contains($0) }) else {
            return nil
        }
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        let authority = rest[..<slash]
        guard Self.isValid(authority: authority) else { return nil }
        var path = rest[slash...]
        while path.last == "/" { path.removeLast() }
        self.scheme = scheme
        self.authority = String(authority)
        self.path = String(path)
    }

    /// The host without the port; an IPv6 address with its brackets.
    var host: Substring {
        guard let colon = self.authority.lastIndex(of: ":"), !self.authority[colon...].contains("]") else {
            return self.authority[...]
        }
        return self.authority[..<colon]
    }

    var isIPAddress: Bool { self.host.first == "[" || HostName.isIPv4(self.host) }

    private static func isValid(authority: Substring) -> Bool {
        guard authority.first != "[" else {
            guard let end = authority.firstIndex(of: "]") else { return false }
            let port = authority[authority.index(after: end)...]
            return port.isEmpty || (port.first == ":" && UInt16(port.dropFirst()) != nil)
        }
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard let host = parts.first, !host.isEmpty, parts.count <= 2 else { return false }
        return parts.count == 1 || UInt16(parts[1]) != nil
    }
}
