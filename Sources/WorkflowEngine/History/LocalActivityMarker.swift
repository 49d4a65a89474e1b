//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
import TemporalAPI

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The marker of a local activity that ended, as the SDKs on sdk-core write it (ES-N5).
struct LocalActivityMarker: Sendable {
    static let name = "core_local_activity"
    private static let dataKey = "data"
    private static let resultKey = "result"

    /// What stands in the marker beside the result.
    struct Data: Hashable, Sendable {
        /// The number of the local activity; remote ones are counted along.
        var sequence: Int64
        var attempt: Int
        var activityID: String
        var activityType: String
        /// When it ended, by the workflow's clock; nil if the code did not wait for that.
        var completeTime: Parts?
        /// After which delay it is tried again, if that is too long to wait for within a workflow task.
        var backoff: Parts?
        var originalScheduleTime: Parts?
    }

    /// A time or a duration, as a number of seconds and of nanoseconds.
    struct Parts: Codable, Hashable, Sendable {
        var seconds: Int64
        var nanos: Int32
    }

    /// Where it stands in history; 0 if it does not yet.
    var eventID: Int64 = 0
    var data: Data
    var result: API.Payloads?
    var failure: API.Failure?

    init(data: Data, result: API.Payloads? = nil, failure: API.Failure? = nil) {
        self.data = data
        self.result = result
        self.failure = failure
    }

    /// Reads a marker; nil if it is another one.
    init?(_ marker: MarkerEvent) {
        guard marker.markerName == Self.name, let json = marker.details[Self.dataKey]?.payloads.first?.data,
            let data = try? JSONDecoder().decode(Data.self, from: json)
        else { return nil }
        self.data = data
        self.result = marker.details[Self.resultKey]
        self.failure = marker.hasFailure ? marker.failure : nil
    }

    var command: MarkerCommand {
        get throws {
            let data = try API.Payload.json(self.data)
            return .with { marker in
                marker.markerName = Self.name
                marker.details[Self.dataKey] = .with { $0.payloads = [data] }
                if let result { marker.details[Self.resultKey] = result }
                if let failure { marker.failure = failure }
            }
        }
    }
}

extension LocalActivityMarker.Data: Codable {
    private enum CodingKeys: String, CodingKey {
        case sequence = "seq"
        case attempt
        case activityID = "activity_id"
        case activityType = "activity_type"
        case completeTime = "complete_time"
        case backoff
        case originalScheduleTime = "original_schedule_time"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(self.sequence, forKey: .sequence)
        try container.encode(self.attempt, forKey: .attempt)
        try container.encode(self.activityID, forKey: .activityID)
        try container.encode(self.activityType, forKey: .activityType)
        // What is missing is written as null.
        try container.encode(self.completeTime, forKey: .completeTime)
        try container.encode(self.backoff, forKey: .backoff)
        try container.encode(self.originalScheduleTime, forKey: .originalScheduleTime)
    }
}

extension LocalActivityMarker.Parts {
    init(_ date: Date) {
        let timestamp = Google_Protobuf_Timestamp(date: date)
        self.init(seconds: timestamp.seconds, nanos: timestamp.nanos)
    }

    init(_ duration: Duration) {
        let message = duration.message
        self.init(seconds: message.seconds, nanos: message.nanos)
    }

    var date: Date { Google_Protobuf_Timestamp(seconds: self.seconds, nanos: self.nanos).date }
    var duration: Duration { .seconds(self.seconds) + .nanoseconds(Int64(self.nanos)) }
}
