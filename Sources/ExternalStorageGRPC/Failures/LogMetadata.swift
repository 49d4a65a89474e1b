//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import Logging

/// The keys under which this module logs: an allow-list, so that no header and no payload gets into a log.
enum LogMetadata {
    static func failure(_ error: ExternalStorageError, method: String, task: TaskContext?) -> Logger.Metadata {
        var metadata = self.call(method, task: task)
        metadata["error"] = "\(error)"
        metadata["error.code"] = "\(error.code)"
        if let driver = error.driverName { metadata["driver"] = "\(driver)" }
        return metadata
    }

    static func call(_ method: String, task: TaskContext?) -> Logger.Metadata {
        var metadata: Logger.Metadata = ["rpc.method": "\(method)"]
        guard let task else { return metadata }
        metadata["temporal.namespace"] = "\(task.workflow.namespace)"
        if !task.workflow.id.isEmpty { metadata["temporal.workflow.id"] = "\(task.workflow.id)" }
        if !task.workflow.runID.isEmpty { metadata["temporal.workflow.run-id"] = "\(task.workflow.runID)" }
        if !task.activityID.isEmpty { metadata["temporal.activity.id"] = "\(task.activityID)" }
        if !task.activityType.isEmpty { metadata["temporal.activity.type"] = "\(task.activityType)" }
        if task.attempt > 0 { metadata["temporal.task.attempt"] = "\(task.attempt)" }
        return metadata
    }
}
