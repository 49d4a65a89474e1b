//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
import TemporalAPI

#if canImport(FoundationEssentials)
public import struct FoundationEssentials.Date
#else
public import struct Foundation.Date
#endif

/// When a schedule starts something: at all times that any of its parts names, except for those that are skipped.
///
/// ```swift
/// let hourly = ScheduleSpec(intervals: [.init(every: .seconds(3600))])
/// let weekdays = ScheduleSpec(calendars: [.init(hour: [9], dayOfWeek: [.init(1, through: 5)])])
/// ```
public struct ScheduleSpec: Hashable, Sendable {
    /// Times by the calendar.
    public var calendars: [ScheduleCalendar]
    /// Times at a distance.
    public var intervals: [ScheduleInterval]
    /// Times as cron writes them; the server turns them into calendars.
    public var cronExpressions: [String]
    /// Times at which nothing is started.
    public var skippedCalendars: [ScheduleCalendar]
    /// Nothing is started before; no limit if nil.
    public var startTime: Date?
    /// Nothing is started after; no limit if nil.
    public var endTime: Date?
    /// Up to this much is added to each time, by chance.
    public var jitter: Duration?
    /// The name of the time zone of calendars and cron expressions; UTC if empty.
    public var timeZone: String
    /// What is not known here.
    private var original: Temporal_Api_Schedule_V1_ScheduleSpec

    /// Creates a specification.
    ///
    /// - Parameters:
    ///   - calendars: Times by the calendar.
    ///   - intervals: Times at a distance.
    ///   - cronExpressions: Times as cron writes them.
    ///   - skippedCalendars: Times at which nothing is started.
    ///   - startTime: Nothing is started before.
    ///   - endTime: Nothing is started after.
    ///   - jitter: Up to this much is added to each time, by chance.
    ///   - timeZone: The name of the time zone; UTC if empty.
    public init(
        calendars: [ScheduleCalendar] = [],
        intervals: [ScheduleInterval] = [],
        cronExpressions: [String] = [],
        skippedCalendars: [ScheduleCalendar] = [],
        startTime: Date? = nil,
        endTime: Date? = nil,
        jitter: Duration? = nil,
        timeZone: String = ""
    ) {
        self.calendars = calendars
        self.intervals = intervals
        self.cronExpressions = cronExpressions
        self.skippedCalendars = skippedCalendars
        self.startTime = startTime
        self.endTime = endTime
        self.jitter = jitter
        self.timeZone = timeZone
        self.original = .init()
    }

    init(_ message: Temporal_Api_Schedule_V1_ScheduleSpec) {
        self.init(
            calendars: message.structuredCalendar.map { ScheduleCalendar($0) },
            intervals: message.interval.map { ScheduleInterval($0) },
            cronExpressions: message.cronString,
            skippedCalendars: message.excludeStructuredCalendar.map { ScheduleCalendar($0) },
            startTime: message.startTime.dateIfSet,
            endTime: message.endTime.dateIfSet,
            jitter: message.hasJitter ? Duration(message.jitter) : nil,
            timeZone: message.timezoneName
        )
        self.original = message
    }

    var message: Temporal_Api_Schedule_V1_ScheduleSpec {
        var message = self.original
        message.structuredCalendar = self.calendars.map(\.message)
        message.interval = self.intervals.map(\.message)
        message.cronString = self.cronExpressions
        message.excludeStructuredCalendar = self.skippedCalendars.map(\.message)
        if let startTime { message.startTime = .init(date: startTime) } else { message.clearStartTime() }
        if let endTime { message.endTime = .init(date: endTime) } else { message.clearEndTime() }
        if let jitter { message.jitter = jitter.message } else { message.clearJitter() }
        message.timezoneName = self.timeZone
        return message
    }
}

/// Times at a distance, counted from the beginning of 1970.
public struct ScheduleInterval: Hashable, Sendable {
    /// The distance, at least a second.
    public var every: Duration
    /// How much later than the multiples of the distance.
    public var offset: Duration

    /// Creates an interval.
    ///
    /// - Parameters:
    ///   - every: The distance, at least a second.
    ///   - offset: How much later than the multiples of the distance.
    public init(every: Duration, offset: Duration = .zero) {
        self.every = every
        self.offset = offset
    }

    init(_ message: Temporal_Api_Schedule_V1_IntervalSpec) {
        self.init(every: Duration(message.interval), offset: Duration(message.phase))
    }

    var message: Temporal_Api_Schedule_V1_IntervalSpec {
        .with {
            $0.interval = self.every.message
            if self.offset != .zero { $0.phase = self.offset.message }
        }
    }
}
