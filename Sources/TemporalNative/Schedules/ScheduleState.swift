//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
import TemporalAPI

/// Whether a schedule is paused, and how often it still starts something.
public struct ScheduleState: Hashable, Sendable {
    /// Why it is as it is, for people.
    public var note: String
    /// Whether it is paused.
    public var isPaused: Bool
    /// How often it still starts something; nil for no limit.
    public var remainingActions: Int?

    /// Creates a state.
    ///
    /// - Parameters:
    ///   - note: Why it is as it is, for people.
    ///   - isPaused: Whether it is paused.
    ///   - remainingActions: How often it still starts something; nil for no limit.
    public init(note: String = "", isPaused: Bool = false, remainingActions: Int? = nil) {
        self.note = note
        self.isPaused = isPaused
        self.remainingActions = remainingActions
    }

    init(_ message: Temporal_Api_Schedule_V1_ScheduleState) {
        self.init(
            note: message.notes,
            isPaused: message.paused,
            remainingActions: message.limitedActions ? Int(message.remainingActions) : nil
        )
    }

    var message: Temporal_Api_Schedule_V1_ScheduleState {
        .with {
            $0.notes = self.note
            $0.paused = self.isPaused
            $0.limitedActions = self.remainingActions != nil
            $0.remainingActions = Int64(self.remainingActions ?? 0)
        }
    }
}
