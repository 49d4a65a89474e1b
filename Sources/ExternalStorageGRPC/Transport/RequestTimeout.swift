//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import Groundwork

/// The `grpc-timeout` header: at most eight digits and a unit.
enum RequestTimeout {
    static let key = "grpc-timeout"

    /// What the header's value says, or nil if it is none we understand.
    static func duration(_ value: String) -> Duration? {
        guard let unit = value.utf8.last, let amount = Int64(value.dropLast()), amount >= 0, value.utf8.count <= 9
        else {
            return nil
        }
        return switch unit {
        case UInt8(ascii: "H"): .seconds(amount * 3_600)
        case UInt8(ascii: "M"): .seconds(amount * 60)
        case UInt8(ascii: "S"): .seconds(amount)
        case UInt8(ascii: "m"): .milliseconds(amount)
        case UInt8(ascii: "u"): .microseconds(amount)
        case UInt8(ascii: "n"): .nanoseconds(amount)
        default: nil
        }
    }

    /// When a call has to be over that is made now: by the header, or by the options of the call.
    static func deadline(_ metadata: Metadata, _ timeout: Duration?) -> Deadline? {
        let header = metadata[stringValues: Self.key].first { _ in true }
        return [header.flatMap { Self.duration($0) }, timeout].compactMap { $0 }.min().map { .after($0) }
    }

    /// The header's value once `elapsed` has passed, or nil if `value` is none we understand.
    ///
    /// The server counts from when it sees the request, the caller from when it made it.
    static func reduced(_ value: String, by elapsed: Duration) -> String? {
        self.duration(value).map { Self.text($0 - elapsed) }
    }

    /// The value for what is left.
    static func text(_ rest: Duration) -> String {
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
