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

typealias ActivityTask = Temporal_Api_Workflowservice_V1_PollActivityTaskQueueResponse

extension ActivityInfo {
    init(_ task: ActivityTask, namespace: String, taskQueue: String) {
        self.init(
            activityType: task.activityType.name,
            activityID: task.activityID,
            workflow: task.workflowExecution.workflowID.isEmpty
                ? nil
                : Workflow(
                    id: task.workflowExecution.workflowID,
                    runID: task.workflowExecution.runID,
                    type: task.workflowType.name
                ),
            activityRunID: task.activityRunID.isEmpty ? nil : task.activityRunID,
            namespace: task.workflowNamespace.isEmpty ? namespace : task.workflowNamespace,
            taskQueue: taskQueue,
            attempt: Int(task.attempt),
            taskToken: task.taskToken,
            scheduledTime: Date(task.scheduledTime),
            currentAttemptScheduledTime: Date(task.currentAttemptScheduledTime),
            startedTime: Date(task.startedTime),
            scheduleToCloseTimeout: task.hasScheduleToCloseTimeout ? .timeout(task.scheduleToCloseTimeout) : nil,
            startToCloseTimeout: task.hasStartToCloseTimeout ? .timeout(task.startToCloseTimeout) : nil,
            heartbeatTimeout: task.hasHeartbeatTimeout ? .timeout(task.heartbeatTimeout) : nil,
            priorityKey: Int(task.priority.priorityKey)
        )
    }
}

extension Date {
    fileprivate init(_ timestamp: Google_Protobuf_Timestamp) {
        self.init(timeIntervalSince1970: Double(timestamp.seconds) + Double(timestamp.nanos) / 1e9)
    }
}

extension Duration {
    /// A timeout of a task; zero means that there is none.
    fileprivate static func timeout(_ message: Google_Protobuf_Duration) -> Duration? {
        let duration = Duration(message)
        return duration > .zero ? duration : nil
    }
}

extension Google_Protobuf_Timestamp {
    /// How long it is from here to a later moment of the same clock; never negative.
    func duration(to later: Self) -> Duration {
        max(.zero, .seconds(later.seconds - self.seconds) + .nanoseconds(Int64(later.nanos - self.nanos)))
    }
}
