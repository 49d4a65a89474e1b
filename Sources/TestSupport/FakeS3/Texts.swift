//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AWSSigning

/// The date of an HTTP header, for years after 1970.
enum HTTPDate {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    static func text(secondsSince1970 seconds: Int64) -> String {
        let stamp = Array(SigningTime(secondsSince1970: seconds).timestamp.utf8)
        func part(_ range: Range<Int>) -> String { String(decoding: stamp[range], as: UTF8.self) }
        let weekday = self.days[Int(seconds / 86_400 % 7)]
        let month = self.months[(Int(part(4..<6)) ?? 1) - 1]
        return
            "\(weekday), \(part(6..<8)) \(month) \(part(0..<4)) \(part(9..<11)):\(part(11..<13)):\(part(13..<15)) GMT"
    }
}

/// Base64, written by the book: the server must not share the client's mistakes.
enum Base64Text {
    static func encode(_ bytes: [UInt8]) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var bits = bytes.map { byte in
            let text = String(byte, radix: 2)
            return String(repeating: "0", count: 8 - text.count) + text
        }.joined()
        var text = ""
        while !bits.isEmpty {
            let group = String(bits.prefix(6))
            bits = String(bits.dropFirst(6))
            let value = Int(group + String(repeating: "0", count: 6 - group.count), radix: 2) ?? 0
            text.append(digits[value])
        }
        return text + String(repeating: "=", count: (3 - bytes.count % 3) % 3)
    }
}
