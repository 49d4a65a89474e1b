//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// What an attempt of an activity is about.
public struct ActivityInfo: Sendable {
    /// A workflow that called an activity.
    public struct Workflow: Hashable, Sendable {
        /// The workflow's id.
        public var id: String
        /// The run.
        public var runID: String
        /// The name of the workflow's type.
        public var type: String

        /// Creates a workflow that called an activity; for tests.
        ///
        /// - Parameters:
        ///   - id: The workflow's id.
        ///   - runID: The run.
        ///   - type: The name of the workflow's type.
        public init(id: String, runID: String, type: String) {
            self.id = id
            self.runID = runID
            self.type = type
        }
    }

    /// The name under which it was called.
    public var activityType: String
    /// The activity's id, unique within its workflow.
    public var activityID: String
    /// The workflow that called it; nil for an activity that a client started by itself.
    public var workflow: Workflow?
    /// The run of an activity that a client started by itself; nil otherwise.
    public var activityRunID: String?
    /// Where it runs.
    public var namespace: String
    /// The task queue of the worker.
    public var taskQueue: String
    /// Which attempt this is; 1 is the first.
    public var attempt: Int
    /// What the server knows the attempt by.
    ///
    /// Whoever has it can complete the activity.
    public var taskToken: Data
    /// When the activity was scheduled, by the server's clock.
    public var scheduledTime: Date
    /// When this attempt was scheduled, by the server's clock.
    public var currentAttemptScheduledTime: Date
    /// When this attempt started, by the server's clock.
    public var startedTime: Date
    /// How long all attempts may take, queueing included; nil for no limit.
    public var scheduleToCloseTimeout: Duration?
    /// How long this attempt may take; nil for no limit.
    public var startToCloseTimeout: Duration?
    /// How long the server waits for the next heartbeat; nil if it waits for none.
    public var heartbeatTimeout: Duration?
    /// 1 is the most urgent; 0 means that none was given.
    public var priorityKey: Int
    /// Whether it runs within a task of its workflow; then the server knows nothing of it before it has ended, and the
    /// task token is empty.
    public var isLocal: Bool

    /// Creates what an activity is told; for tests.
    ///
    /// - Parameters:
    ///   - activityType: The name under which it was called.
    ///   - activityID: Its id.
    ///   - workflow: The workflow that called it; nil for an activity that a client started by itself.
    ///   - activityRunID: The run of an activity that a client started by itself.
    ///   - namespace: Where it runs.
    ///   - taskQueue: The task queue of the worker.
    ///   - attempt: Which attempt this is; 1 is the first.
    ///   - taskToken: What the server knows the attempt by.
    ///   - scheduledTime: When the activity was scheduled.
    ///   - currentAttemptScheduledTime: When this attempt was scheduled; as the activity if nil.
    ///   - startedTime: When this attempt started; when it was scheduled if nil.
    ///   - scheduleToCloseTimeout: How long all attempts may take.
    ///   - startToCloseTimeout: How long this attempt may take.
    ///   - heartbeatTimeout: How long the server waits for the next heartbeat.
    ///   - priorityKey: 1 is the most urgent; 0 means that none was given.
    ///   - isLocal: Whether it runs within a task of its workflow.
    public init(
        activityType: String,
        activityID: String = "1",
        workflow: Workflow? = nil,
        activityRunID: String? = nil,
        namespace: String = "default",
        taskQueue: String = "test",
        attempt: Int = 1,
        taskToken: Data = Data(),
        scheduledTime: Date = Date(),
        currentAttemptScheduledTime: Date? = nil,
        startedTime: Date? = nil,
        scheduleToCloseTimeout: Duration? = nil,
        startToCloseTimeout: Duration? = nil,
        heartbeatTimeout: Duration? = nil,
        priorityKey: Int = 0,
        isLocal: Bool = false
    ) {
        self.activityType = activityType
        self.activityID = activityID
        self.workflow = workflow
        self.activityRunID = activityRunID
        self.namespace = namespace
        self.taskQueue = taskQueue
        self.attempt = attempt
        self.taskToken = taskToken
        self.scheduledTime = scheduledTime
        self.currentAttemptScheduledTime = currentAttemptScheduledTime ?? scheduledTime
        self.startedTime = startedTime ?? currentAttemptScheduledTime ?? scheduledTime
        self.scheduleToCloseTimeout = scheduleToCloseTimeout
        self.startToCloseTimeout = startToCloseTimeout
        self.heartbeatTimeout = heartbeatTimeout
        self.priorityKey = priorityKey
        self.isLocal = isLocal
    }
}
