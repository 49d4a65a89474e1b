//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
import TemporalAPI

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
