//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import SwiftProtobuf
import TemporalAPI

#if canImport(FoundationEssentials)
public import struct FoundationEssentials.Date
#else
public import struct Foundation.Date
#endif

/// An activity that a workflow waits for.
public struct PendingActivity: Sendable {
    /// What an activity does.
    public struct State: NamedValue {
        /// The number in the API.
        public let rawValue: Int

        init(rawValue: Int) { self.rawValue = rawValue }

        /// The name in the API, in camel case.
        public var description: String { self.name }

        /// It waits for a worker, or for its next attempt.
        public static let scheduled = Self(rawValue: 1)
        /// A worker runs it.
        public static let started = Self(rawValue: 2)
        /// A worker runs it, and is to be told that it is canceled.
        public static let cancelRequested = Self(rawValue: 3)
        /// It is paused.
        public static let paused = Self(rawValue: 4)
        /// A worker runs it, and it will be paused then.
        public static let pauseRequested = Self(rawValue: 5)

        static let names = [
            1: "scheduled", 2: "started", 3: "cancelRequested", 4: "paused", 5: "pauseRequested",
        ]
    }

    /// The id of the activity within its workflow.
    public var id: String
    /// The name of the activity.
    public var type: String
    /// What it does.
    public var state: State
    /// The number of the attempt, from 1.
    public var attempt: Int
    /// The number of attempts that it has in all; 0 for no limit.
    public var maximumAttempts: Int
    /// When the last heartbeat came.
    public var lastHeartbeatTime: Date?
    /// What the last attempt failed with.
    public var lastFailure: TemporalFailure?
    /// The worker of the last attempt.
    public var lastWorkerIdentity: String
    /// The details of the last heartbeat as they came.
    let heartbeatPayloads: [Payload]
    private let context: PayloadContext

    init(_ message: Temporal_Api_Workflow_V1_PendingActivityInfo, context: PayloadContext) async throws {
        self.id = message.activityID
        self.type = message.activityType.name
        self.state = State(rawValue: message.state.rawValue)
        self.attempt = Int(message.attempt)
        self.maximumAttempts = Int(message.maximumAttempts)
        self.lastHeartbeatTime = message.lastHeartbeatTime.dateIfSet
        self.lastFailure = message.hasLastFailure ? try await context.failure(message.lastFailure) : nil
        self.lastWorkerIdentity = message.lastWorkerIdentity
        self.heartbeatPayloads = try [Payload](message.heartbeatDetails)
        self.context = context
    }

    /// Decodes the details of the last heartbeat.
    ///
    /// - Parameter type: The types of the details, in order.
    /// - Returns: The values.
    /// - Throws: ``TemporalError``: `conversionFailed`, also if there are fewer than types; `codecFailed`.
    public func heartbeatDetails<each Value: Sendable>(
        as type: repeat (each Value).Type
    ) async throws -> (repeat each Value) {
        try await self.context.decode(self.heartbeatPayloads, as: repeat each type)
    }
}
