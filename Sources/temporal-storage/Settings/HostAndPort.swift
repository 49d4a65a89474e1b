//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// An address as people write it: `HOST:PORT`, with brackets around an IPv6 address.
struct HostAndPort: Hashable, Sendable, CustomStringConvertible {
    var host: String
    var port: Int

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// - Parameters:
    ///   - value: The text.
    ///   - acceptsAnyPort: Whether port 0 is allowed, for "a free one".
    /// - Throws: ``CommandError`` that names the origin of the value.
    init(_ value: Settings.Value, acceptsAnyPort: Bool) throws {
        guard let parsed = Self(value.text), parsed.port > 0 || acceptsAnyPort else {
            throw value.isNot("HOST:PORT, such as 127.0.0.1:7233")
        }
        self = parsed
    }

    /// Nil if the text is no address.
    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        var host = text[..<colon]
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.allSatisfy({ ("0"..."9").contains($0) }), let port = UInt16(digits) else {
            return nil
        }
        if host.first == "[" {
            guard host.last == "]" else { return nil }
            host = host.dropFirst().dropLast()
            guard host.contains(":") else { return nil }
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty, !host.contains(where: { $0.isWhitespace || $0 == "/" }) else { return nil }
        self.host = String(host)
        self.port = Int(port)
    }

    var description: String { self.host.contains(":") ? "[\(self.host)]:\(self.port)" : "\(self.host):\(self.port)" }
}
