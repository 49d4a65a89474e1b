//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// A point in time to the second, in the two spellings a signature uses.
///
/// There is no clock in here.
public struct SigningTime: Sendable, Hashable, Comparable {
    /// Seconds since 1970-01-01T00:00:00Z, leap seconds not counted.
    public var secondsSince1970: Int64

    /// Creates a time.
    ///
    /// - Parameter secondsSince1970: Seconds since 1970-01-01T00:00:00Z. Years 0 to 9999 can be written.
    public init(secondsSince1970: Int64) {
        self.secondsSince1970 = secondsSince1970
    }

    /// The time as `yyyyMMdd'T'HHmmss'Z'`, UTC.
    public var timestamp: String {
        let second = self.secondOfDay
        return self.date + "T" + Self.padded(second / 3600, 2) + Self.padded(second / 60 % 60, 2)
            + Self.padded(second % 60, 2) + "Z"
    }

    /// The day as `yyyyMMdd`, UTC.
    public var date: String {
        let civil = CivilDate(daysSince1970: self.dayNumber)
        return Self.padded(civil.year, 4) + Self.padded(civil.month, 2) + Self.padded(civil.day, 2)
    }

    /// Compares by time.
    ///
    /// - Parameters:
    ///   - left: One time.
    ///   - right: Another time.
    /// - Returns: Whether the first is earlier.
    public static func < (left: Self, right: Self) -> Bool {
        left.secondsSince1970 < right.secondsSince1970
    }

    /// The same time, moved.
    ///
    /// - Parameter seconds: How far; negative is earlier.
    /// - Returns: The moved time.
    public func advanced(bySeconds seconds: Int64) -> Self {
        Self(secondsSince1970: self.secondsSince1970 + seconds)
    }

    private var dayNumber: Int64 {
        let (quotient, remainder) = self.secondsSince1970.quotientAndRemainder(dividingBy: 86_400)
        return remainder < 0 ? quotient - 1 : quotient
    }

    private var secondOfDay: Int64 {
        self.secondsSince1970 - 86_400 * self.dayNumber
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}
