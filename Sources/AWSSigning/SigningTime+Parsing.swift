//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

extension SigningTime {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Reads a time stamp of the form `yyyyMMdd'T'HHmmss'Z'`.
    ///
    /// - Parameter timestamp: Exactly 16 ASCII characters; anything else gives nil.
    public init?(timestamp: some StringProtocol) {
        let text = Array(timestamp.utf8)
        guard text.count == 16, text[8] == UInt8(ascii: "T"), text[15] == UInt8(ascii: "Z") else { return nil }
        self.init(
            year: Self.number(text[0..<4]),
            month: Self.number(text[4..<6]),
            day: Self.number(text[6..<8]),
            hour: Self.number(text[9..<11]),
            minute: Self.number(text[11..<13]),
            second: Self.number(text[13..<15])
        )
    }

    /// Reads the `Date` or `Last-Modified` header of a response, as in `Tue, 24 Nov 2026 06:48:09 GMT`.
    ///
    /// - Parameter httpDate: A date in the one form RFC 9110, section 5.6.7, lets servers write; else nil.
    public init?(httpDate: some StringProtocol) {
        let parts = httpDate.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", parts[0].last == ",",
            let month = Self.months.firstIndex(of: String(parts[2]))
        else { return nil }
        let clock = parts[4].split(separator: ":")
        guard clock.count == 3 else { return nil }
        self.init(
            year: Self.number(parts[3].utf8),
            month: Int64(month + 1),
            day: Self.number(parts[1].utf8),
            hour: Self.number(clock[0].utf8),
            minute: Self.number(clock[1].utf8),
            second: Self.number(clock[2].utf8)
        )
    }

    /// Reads a UTC time of RFC 3339, as in `2026-11-24T06:48:09Z` or with a fraction, which is dropped.
    ///
    /// - Parameter rfc3339: The text; an offset other than `Z` gives nil.
    public init?(rfc3339: some StringProtocol) {
        let text = Array(rfc3339.utf8)
        guard text.count >= 20, text.last == UInt8(ascii: "Z"), text[4] == UInt8(ascii: "-"),
            text[7] == UInt8(ascii: "-"), text[10] == UInt8(ascii: "T"), text[13] == UInt8(ascii: ":"),
            text[16] == UInt8(ascii: ":")
        else { return nil }
        if text.count > 20 {
            let fraction = text[20..<(text.count - 1)]
            guard text[19] == UInt8(ascii: "."), !fraction.isEmpty, Self.number(fraction.prefix(9)) != nil else {
                return nil
            }
        }
        self.init(
            year: Self.number(text[0..<4]),
            month: Self.number(text[5..<7]),
            day: Self.number(text[8..<10]),
            hour: Self.number(text[11..<13]),
            minute: Self.number(text[14..<16]),
            second: Self.number(text[17..<19])
        )
    }

    private init?(year: Int64?, month: Int64?, day: Int64?, hour: Int64?, minute: Int64?, second: Int64?) {
        guard let year, let month, let day, let hour, let minute, let second, (1...12).contains(month),
            (1...31).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        let days = CivilDate(year: year, month: month, day: day).daysSince1970
        self.init(secondsSince1970: ((days * 24 + hour) * 60 + minute) * 60 + second)
    }

    /// An unsigned decimal number of at most nine digits; nil if there is anything else or nothing.
    private static func number(_ digits: some Collection<UInt8>) -> Int64? {
        guard (1...9).contains(digits.count) else { return nil }
        var value: Int64 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = 10 * value + Int64(digit - UInt8(ascii: "0"))
        }
        return value
    }
}
