//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
import TemporalAPI

/// Times by the calendar: those at which every field matches.
public struct ScheduleCalendar: Hashable, Sendable {
    /// Numbers from one to another, at a distance.
    public struct Range: Hashable, Sendable, ExpressibleByIntegerLiteral {
        /// The first number.
        public var start: Int
        /// The last number.
        public var end: Int
        /// The distance.
        public var step: Int

        /// Creates a range.
        ///
        /// - Parameters:
        ///   - start: The first number.
        ///   - end: The last number; the first one if nil.
        ///   - step: The distance.
        public init(_ start: Int, through end: Int? = nil, step: Int = 1) {
            self.start = start
            self.end = end ?? start
            self.step = step
        }

        /// Creates a range of one number.
        ///
        /// - Parameter value: The number.
        public init(integerLiteral value: Int) {
            self.init(value)
        }

        init(_ message: Temporal_Api_Schedule_V1_Range) {
            self.init(
                Int(message.start),
                through: Int(max(message.end, message.start)),
                step: max(1, Int(message.step))
            )
        }

        var message: Temporal_Api_Schedule_V1_Range {
            .with {
                $0.start = Int32(clamping: self.start)
                $0.end = Int32(clamping: self.end)
                $0.step = Int32(clamping: self.step)
            }
        }
    }

    /// Seconds, 0 to 59.
    public var second: [Range]
    /// Minutes, 0 to 59.
    public var minute: [Range]
    /// Hours, 0 to 23.
    public var hour: [Range]
    /// Days of the month, 1 to 31.
    public var dayOfMonth: [Range]
    /// Months, 1 to 12.
    public var month: [Range]
    /// Years; all if empty.
    public var year: [Range]
    /// Days of the week, 0 for Sunday to 6.
    public var dayOfWeek: [Range]
    /// What it is for.
    public var comment: String

    /// Creates a calendar; by default midnight of every day.
    ///
    /// - Parameters:
    ///   - second: Seconds, 0 to 59.
    ///   - minute: Minutes, 0 to 59.
    ///   - hour: Hours, 0 to 23.
    ///   - dayOfMonth: Days of the month, 1 to 31.
    ///   - month: Months, 1 to 12.
    ///   - year: Years; all if empty.
    ///   - dayOfWeek: Days of the week, 0 for Sunday to 6.
    ///   - comment: What it is for.
    public init(
        second: [Range] = [0],
        minute: [Range] = [0],
        hour: [Range] = [0],
        dayOfMonth: [Range] = [.init(1, through: 31)],
        month: [Range] = [.init(1, through: 12)],
        year: [Range] = [],
        dayOfWeek: [Range] = [.init(0, through: 6)],
        comment: String = ""
    ) {
        self.second = second
        self.minute = minute
        self.hour = hour
        self.dayOfMonth = dayOfMonth
        self.month = month
        self.year = year
        self.dayOfWeek = dayOfWeek
        self.comment = comment
    }

    init(_ message: Temporal_Api_Schedule_V1_StructuredCalendarSpec) {
        func ranges(_ ranges: [Temporal_Api_Schedule_V1_Range]) -> [Range] { ranges.map { Range($0) } }
        self.init(
            second: ranges(message.second),
            minute: ranges(message.minute),
            hour: ranges(message.hour),
            dayOfMonth: ranges(message.dayOfMonth),
            month: ranges(message.month),
            year: ranges(message.year),
            dayOfWeek: ranges(message.dayOfWeek),
            comment: message.comment
        )
    }

    var message: Temporal_Api_Schedule_V1_StructuredCalendarSpec {
        .with {
            $0.second = self.second.map(\.message)
            $0.minute = self.minute.map(\.message)
            $0.hour = self.hour.map(\.message)
            $0.dayOfMonth = self.dayOfMonth.map(\.message)
            $0.month = self.month.map(\.message)
            $0.year = self.year.map(\.message)
            $0.dayOfWeek = self.dayOfWeek.map(\.message)
            $0.comment = self.comment
        }
    }
}
