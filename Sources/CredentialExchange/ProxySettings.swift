//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import Groundwork

/// Which proxy requests go through: `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, in small letters or capitals.
///
/// As for the tools of AWS, small letters win. This machine itself is never asked through a proxy.
package struct ProxySettings: Sendable, Hashable {
    private var proxies: [String: String] = [:]
    private var exceptions: [String] = []

    /// Reads the variables; a blank one counts as not set.
    package init(_ variables: [String: String]) {
        func value(_ name: String) -> String? {
            [name.lowercased(), name].lazy.compactMap { variables[$0].map(Self.trimmed) }.first { !$0.isEmpty }
        }
        self.proxies["https"] = value("HTTPS_PROXY")
        // A server that runs programs for requests puts the request's field `Proxy` into this variable.
        if variables["REQUEST_METHOD"] == nil { self.proxies["http"] = value("HTTP_PROXY") }
        self.exceptions = (value("NO_PROXY") ?? "").split(separator: ",")
            .map { Self.trimmed($0).lowercased() }.filter { !$0.isEmpty }
    }

    /// The proxy for requests to a host; nil if they go there directly.
    ///
    /// - Parameters:
    ///   - scheme: `https` or `http`.
    ///   - host: A name or number; an IPv6 address in brackets.
    ///   - port: The port; nil for the scheme's own.
    /// - Returns: The proxy, or nil.
    /// - Throws: ``HTTPRouteError`` if the variable's value is not a proxy's address.
    package func proxy(scheme: String, host: String, port: Int?) throws(HTTPRouteError) -> HTTPProxy? {
        guard let text = self.proxies[scheme] else { return nil }
        let url = ServiceURL(scheme: scheme, host: host.lowercased(), port: port)
        guard !url.isLoopback, !self.isException(url) else { return nil }
        guard let proxy = HTTPProxy(text) else {
            throw HTTPRouteError(
                source: "\(scheme.uppercased())_PROXY",
                message: "the value must be the address of a proxy, as in http://proxy.example.com:3128"
            )
        }
        return proxy
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        let isBlank = { (byte: UInt8) in byte == 0x20 || (0x09...0x0d).contains(byte) }
        let bytes = text.utf8.drop(while: isBlank)
        return String(decoding: bytes.reversed().drop(while: isBlank).reversed(), as: UTF8.self)
    }

    private func isException(_ url: ServiceURL) -> Bool {
        let host = url.host.hasPrefix("[") ? String(url.host.dropFirst().dropLast()) : url.host
        let port = url.port ?? (url.scheme == "https" ? 443 : 80)
        return self.exceptions.contains { entry in
            if entry == "*" || entry == host { return true }
            if let block = AddressBlock(entry) { return block.contains(host) }
            var name = entry[...]
            if let colon = name.lastIndex(of: ":"), !name[..<colon].contains(":"),
                let given = Int(name[name.index(after: colon)...])
            {
                guard given == port else { return false }
                name = name[..<colon]
            }
            if name.hasPrefix("*.") { name = name.dropFirst() }
            if name.hasPrefix(".") { return host.hasSuffix(name) }
            return host == name || host.hasSuffix(".\(name)")
        }
    }
}

/// A proxy for HTTP.
package struct HTTPProxy: Sendable, Hashable {
    package var host: String
    package var port: Int
    /// What it asks for, as `user:password`.
    private var user: String?

    /// Reads `http://user:password@host:port`, or `host:port`; nil for anything else, and for a proxy behind TLS.
    init?(_ text: String) {
        var rest = text[...]
        if let scheme = rest.firstRange(of: "://") {
            guard rest[..<scheme.lowerBound].lowercased() == "http" else { return nil }
            rest = rest[scheme.upperBound...]
        }
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        if let mark = rest.lastIndex(of: "@") {
            self.user = String(decoding: PercentEncoding.decode(rest[..<mark]), as: UTF8.self)
            rest = rest[rest.index(after: mark)...]
        }
        guard let url = ServiceURL("http://\(rest)"), url.target == "/" else { return nil }
        self.host = url.host.hasPrefix("[") ? String(url.host.dropFirst().dropLast()) : url.host
        self.port = url.port ?? 80
    }

    /// User and password.
    package var credentials: (user: String, password: String)? {
        guard let user else { return nil }
        let parts = user.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
    }
}

extension HTTPProxy: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Host and port; nothing secret.
    package var description: String { "\(self.host):\(self.port)" }

    package var debugDescription: String { self.description }

    package var customMirror: Mirror { Mirror(self, children: ["host": self.host, "port": self.port]) }
}

/// IPv4 addresses that begin alike, as in `10.0.0.0/8`.
private struct AddressBlock {
    private var start: UInt32
    private var mask: UInt32

    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let start = Self.number(parts[0]), let length = UInt32(parts[1]), length <= 32 else {
            return nil
        }
        self.mask = length == 0 ? 0 : UInt32.max << (32 - length)
        self.start = start & self.mask
    }

    func contains(_ host: String) -> Bool {
        Self.number(host[...]).map { $0 & self.mask == self.start } ?? false
    }

    private static func number(_ text: Substring) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard parts.count == 4 else { return nil }
        return parts.reduce(UInt32?.some(0)) { number, part in
            guard let number, let part else { return nil }
            return number << 8 | UInt32(part)
        }
    }
}
