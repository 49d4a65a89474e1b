//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AWSSigning

extension SigningTime {
    /// Reads when credentials expire, as tools of all kinds write it.
    ///
    /// A date and a time of ISO 8601, joined with a `T` or a blank, with or without a fraction, which is dropped; then the
    /// zone: `Z`, `UTC`, `GMT`, or an offset such as `+02:00`, `-0700` or `+00`, with a blank before it or not.
    ///
    /// - Parameter expiration: The text; one without a zone could mean anything and gives nil.
    init?(expiration: String) {
        let text = expiration.trimmingASCIIWhitespace()
        var bytes = Array(text.utf8)
        guard bytes.count > 19 else { return nil }
        if bytes[10] == UInt8(ascii: " ") || bytes[10] == UInt8(ascii: "t") { bytes[10] = UInt8(ascii: "T") }
        // The zone begins behind the seconds and their fraction.
        var end = 19
        if bytes[end] == UInt8(ascii: ".") || bytes[end] == UInt8(ascii: ",") {
            end += 1
            while end < bytes.count, bytes[end].isASCIIDigit { end += 1 }
            guard end > 20 else { return nil }
        }
        let zone = String(decoding: bytes[end...], as: UTF8.self).trimmingASCIIWhitespace()
        guard let offset = Self.offset(zone),
            let time = SigningTime(rfc3339: String(decoding: bytes[..<19], as: UTF8.self) + "Z")
        else { return nil }
        self = time.advanced(bySeconds: -offset)
    }

    /// How many seconds a zone is ahead of UTC.
    private static func offset(_ zone: String) -> Int64? {
        if ["Z", "UTC", "GMT"].contains(zone.uppercased()) { return 0 }
        guard let sign = zone.utf8.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return nil }
        let digits = zone.utf8.dropFirst().filter { $0 != UInt8(ascii: ":") }
        let hasColon = zone.utf8.count == digits.count + 2
        guard digits.allSatisfy(\.isASCIIDigit), zone.utf8.count == digits.count + 1 || hasColon,
            digits.count == 4 || (digits.count == 2 && !hasColon)
        else { return nil }
        if hasColon, Array(zone.utf8)[3] != UInt8(ascii: ":") { return nil }
        let numbers = digits.map { Int64($0 - UInt8(ascii: "0")) }
        let hours = 10 * numbers[0] + numbers[1]
        let minutes = numbers.count == 4 ? 10 * numbers[2] + numbers[3] : 0
        guard hours < 24, minutes < 60 else { return nil }
        return (sign == UInt8(ascii: "-") ? -1 : 1) * (hours * 60 + minutes) * 60
    }
}
