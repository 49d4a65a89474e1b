//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore

/// The `grpc-timeout` header: at most eight digits and a unit.
enum RequestTimeout {
    static let key = "grpc-timeout"

    /// The header's value once `elapsed` has passed, or nil if `value` is none we understand.
    ///
    /// The server counts from when it sees the request, the caller from when it made it.
    static func reduced(_ value: String, by elapsed: Duration) -> String? {
        guard let unit = value.utf8.last, let amount = Int64(value.dropLast()), amount >= 0, value.utf8.count <= 9
        else {
            return nil
        }
        let timeout: Duration
        switch unit {
        case UInt8(ascii: "H"): timeout = .seconds(amount * 3_600)
        case UInt8(ascii: "M"): timeout = .seconds(amount * 60)
        case UInt8(ascii: "S"): timeout = .seconds(amount)
        case UInt8(ascii: "m"): timeout = .milliseconds(amount)
        case UInt8(ascii: "u"): timeout = .microseconds(amount)
        case UInt8(ascii: "n"): timeout = .nanoseconds(amount)
        default: return nil
        }
        let rest = timeout - elapsed
        guard rest > .zero else { return "1n" }
        let (seconds, attoseconds) = rest.components
        let milliseconds = seconds * 1_000 + attoseconds / 1_000_000_000_000_000
        if milliseconds >= 100_000_000 { return "\(min(seconds, 99_999_999))S" }
        if milliseconds > 0 { return "\(milliseconds)m" }
        return "\(max(1, attoseconds / 1_000_000_000))n"
    }

    /// Takes the time that storing took off the deadline in metadata, if there is one.
    static func reduce(in metadata: inout Metadata, by elapsed: Duration) {
        guard let timeout = metadata[stringValues: Self.key].first(where: { _ in true }),
            let rest = Self.reduced(timeout, by: elapsed)
        else { return }
        metadata.replaceOrAddString(rest, forKey: Self.key)
    }
}
