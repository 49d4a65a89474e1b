//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// The header by which the server learns how long a call may take: at most eight digits, and a unit.
enum GRPCTimeout {
    static let key = "grpc-timeout"

    /// A time as the header has it, rounded up, so that the server does not give up before the client.
    static func text(_ timeout: Duration) -> String {
        let (seconds, attoseconds) = timeout.components
        guard timeout > .zero else { return "1n" }
        if seconds >= 100_000 { return "\(min(seconds + 1, 99_999_999))S" }
        let nanoseconds = attoseconds / 1_000_000_000
        let milliseconds = seconds * 1_000 + (nanoseconds + 999_999) / 1_000_000
        if seconds == 0, nanoseconds < 1_000_000 { return "\(max(1, nanoseconds / 1_000))u" }
        return "\(milliseconds)m"
    }
    /// The time that the header says, or nil if it is none.
    static func duration(_ text: String) -> Duration? {
        guard let unit = text.last, text.utf8.count <= 9, let value = Int64(text.dropLast()), value >= 0 else {
            return nil
        }
        switch unit {
        case "H": return .seconds(value * 3_600)
        case "M": return .seconds(value * 60)
        case "S": return .seconds(value)
        case "m": return .milliseconds(value)
        case "u": return .microseconds(value)
        case "n": return .nanoseconds(value)
        default: return nil
        }
    }
}
