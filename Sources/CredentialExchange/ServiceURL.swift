//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import Groundwork

/// An address as it is written into a request.
package struct ServiceURL: Sendable, Hashable, CustomStringConvertible {
    /// `http` or `https`.
    package var scheme: String
    /// The name or number of the host; an IPv6 address in brackets.
    package var host: String
    package var port: Int?
    /// Path and query, beginning with a slash.
    package var target: String

    package init(scheme: String = "https", host: String, port: Int? = nil, target: String = "/") {
        self.scheme = scheme
        self.host = host
        self.port = port
        self.target = target
    }

    /// Reads an absolute address; nil for anything that is not one of HTTP, with a host and without a user.
    package init?(_ text: String) {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { return nil }
        guard let mark = text.range(of: "://") else { return nil }
        let scheme = text[..<mark.lowerBound].lowercased()
        guard scheme == "http" || scheme == "https" else { return nil }
        let rest = text[mark.upperBound...]
        let end = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
        guard let authority = Self.authority(rest[..<end]) else { return nil }
        let target = rest[end...].prefix { $0 != "#" }
        self.init(
            scheme: scheme,
            host: authority.host,
            port: authority.port,
            target: target.hasPrefix("/") ? String(target) : "/" + target
        )
    }

    /// The value of the `Host` header: with the port unless it is the scheme's own.
    package var authority: String {
        guard let port, port != (self.scheme == "https" ? 443 : 80) else { return self.host }
        return "\(self.host):\(port)"
    }

    package var description: String {
        "\(self.scheme)://\(self.host)\(self.port.map { ":\($0)" } ?? "")\(self.target)"
    }

    /// The path without the query.
    package var path: Substring { self.target.prefix { $0 != "?" } }

    /// The same address with something added to the path.
    package func appending(_ target: String) -> Self {
        var url = self
        url.target = (url.target.hasSuffix("/") ? String(url.target.dropLast()) : url.target) + target
        return url
    }

    /// Whether the host is this machine.
    package var isLoopback: Bool { HostName.isLoopback(self.host) }

    private static func authority(_ text: Substring) -> (host: String, port: Int?)? {
        guard !text.contains("@") else { return nil }
        let host: Substring
        let rest: Substring
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            host = text[...end]
            rest = text[text.index(after: end)...]
        } else {
            host = text.prefix { $0 != ":" }
            rest = text[host.endIndex...]
        }
        guard !host.isEmpty else { return nil }
        guard !rest.isEmpty else { return (host.lowercased(), nil) }
        guard rest.hasPrefix(":"), let port = UInt16(rest.dropFirst()) else { return nil }
        return (host.lowercased(), Int(port))
    }
}

extension StringProtocol {
    /// Where a text occurs for the first time.
    fileprivate func range(of text: String) -> Range<Index>? {
        var start = self.startIndex
        while start < self.endIndex {
            if self[start...].hasPrefix(text) { return start..<self.index(start, offsetBy: text.count) }
            start = self.index(after: start)
        }
        return nil
    }
}
