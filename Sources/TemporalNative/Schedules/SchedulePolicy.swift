//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
import TemporalAPI

/// What a schedule does when a start is due and the workflow of the last one still runs.
public struct ScheduleOverlapPolicy: NamedValue {
    /// The number in the API.
    public let rawValue: Int

    init(rawValue: Int) { self.rawValue = rawValue }

    /// The name in the API, in camel case.
    public var description: String { self.name }

    /// What the schedule says, or ``skip``.
    public static let unspecified = Self(rawValue: 0)
    /// Starts nothing.
    public static let skip = Self(rawValue: 1)
    /// Starts one when the running one ends.
    public static let bufferOne = Self(rawValue: 2)
    /// Starts all of them, one after the other.
    public static let bufferAll = Self(rawValue: 3)
    /// Cancels the running one, and starts one when it has ended.
    public static let cancelOther = Self(rawValue: 4)
    /// Terminates the running one, and starts one.
    public static let terminateOther = Self(rawValue: 5)
    /// Starts it beside the running one.
    public static let allowAll = Self(rawValue: 6)

    static let names = [
        0: "unspecified", 1: "skip", 2: "bufferOne", 3: "bufferAll", 4: "cancelOther", 5: "terminateOther",
        6: "allowAll",
    ]

    var message: Temporal_Api_Enums_V1_ScheduleOverlapPolicy { .init(rawValue: self.rawValue) ?? .unspecified }
}

/// What happens when starts of a schedule overlap, are missed, or fail.
public struct SchedulePolicy: Hashable, Sendable {
    /// What happens when the workflow of the last start still runs; it is skipped by default.
    public var overlap: ScheduleOverlapPolicy
    /// How late a start may be that was missed because the server was down; a year if nil.
    public var catchupWindow: Duration?
    /// Whether the schedule is paused when a workflow fails.
    public var pausesOnFailure: Bool
    /// What is not known here.
    private var original = Temporal_Api_Schedule_V1_SchedulePolicies()

    /// Creates a policy.
    ///
    /// - Parameters:
    ///   - overlap: What happens when the workflow of the last start still runs.
    ///   - catchupWindow: How late a start may be that was missed.
    ///   - pausesOnFailure: Whether the schedule is paused when a workflow fails.
    public init(
        overlap: ScheduleOverlapPolicy = .unspecified,
        catchupWindow: Duration? = nil,
        pausesOnFailure: Bool = false
    ) {
        self.overlap = overlap
        self.catchupWindow = catchupWindow
        self.pausesOnFailure = pausesOnFailure
    }

    init(_ message: Temporal_Api_Schedule_V1_SchedulePolicies) {
        self.init(
            overlap: ScheduleOverlapPolicy(rawValue: message.overlapPolicy.rawValue),
            catchupWindow: message.hasCatchupWindow ? Duration(message.catchupWindow) : nil,
            pausesOnFailure: message.pauseOnFailure
        )
        self.original = message
    }

    var message: Temporal_Api_Schedule_V1_SchedulePolicies {
        var message = self.original
        message.overlapPolicy = self.overlap.message
        if let catchupWindow { message.catchupWindow = catchupWindow.message } else { message.clearCatchupWindow() }
        message.pauseOnFailure = self.pausesOnFailure
        return message
    }
}
