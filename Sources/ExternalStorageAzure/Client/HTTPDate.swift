//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AWSSigning

/// Times as HTTP has them: `Sun, 29 Nov 2026 10:00:10 GMT`.
enum HTTPDate {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    static func text(secondsSince1970 time: Int64) -> String {
        // Digits of the form yyyymmddThhmmssZ.
        let digits = Array(SigningTime(secondsSince1970: time).timestamp)
        func part(_ range: Range<Int>) -> String { String(digits[range]) }
        // The first of January 1970 was a Thursday.
        let day = Self.days[Int((time >= 0 ? time : 0) / 86_400 % 7)]
        let month = Self.months[(Int(part(4..<6)) ?? 1) - 1]
        return "\(day), \(part(6..<8)) \(month) \(part(0..<4)) \(part(9..<11)):\(part(11..<13)):\(part(13..<15)) GMT"
    }

    static func secondsSince1970(_ text: String) -> Int64? {
        SigningTime(httpDate: text)?.secondsSince1970
    }
}
