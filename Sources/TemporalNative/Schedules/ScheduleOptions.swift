//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

#if canImport(FoundationEssentials)
public import struct FoundationEssentials.Date
#else
public import struct Foundation.Date
#endif

/// What goes with the creation of a schedule.
public struct ScheduleOptions: Sendable {
    /// Values that are shown with the schedule.
    ///
    /// They stay in the server, at any size and threshold: the server reads them itself (ES-C5).
    public var memo: [String: any Sendable]
    /// What the schedule is found by.
    public var searchAttributes: SearchAttributes
    /// Whether it starts something at once.
    public var triggersImmediately: Bool
    /// Times for which it starts something at once.
    public var backfills: [ScheduleBackfill]

    /// Creates options.
    ///
    /// - Parameters:
    ///   - memo: Values that are shown with the schedule.
    ///   - searchAttributes: What the schedule is found by.
    ///   - triggersImmediately: Whether it starts something at once.
    ///   - backfills: Times for which it starts something at once.
    public init(
        memo: [String: any Sendable] = [:],
        searchAttributes: SearchAttributes = .init(),
        triggersImmediately: Bool = false,
        backfills: [ScheduleBackfill] = []
    ) {
        self.memo = memo
        self.searchAttributes = searchAttributes
        self.triggersImmediately = triggersImmediately
        self.backfills = backfills
    }
}

/// A time for which a schedule is to do what it did not do then.
public struct ScheduleBackfill: Hashable, Sendable {
    /// The beginning; starts that were due at this very moment count.
    public var startTime: Date
    /// The end.
    public var endTime: Date
    /// What happens when starts overlap.
    public var overlap: ScheduleOverlapPolicy

    /// Creates a backfill.
    ///
    /// - Parameters:
    ///   - startTime: The beginning.
    ///   - endTime: The end.
    ///   - overlap: What happens when starts overlap.
    public init(from startTime: Date, to endTime: Date, overlap: ScheduleOverlapPolicy = .unspecified) {
        self.startTime = startTime
        self.endTime = endTime
        self.overlap = overlap
    }
}
