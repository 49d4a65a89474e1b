//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Logging
import Tracing

extension ActivityInfo {
    /// Every key under which a worker logs of an attempt: an allow-list, so that no payload gets into a log.
    var logMetadata: Logger.Metadata {
        var metadata: Logger.Metadata = [
            "temporal.activity.id": "\(self.activityID)",
            "temporal.activity.type": "\(self.activityType)",
            "temporal.activity.attempt": "\(self.attempt)",
            "temporal.namespace": "\(self.namespace)",
            "temporal.task-queue": "\(self.taskQueue)",
        ]
        if let workflow {
            metadata["temporal.workflow.id"] = "\(workflow.id)"
            metadata["temporal.workflow.run-id"] = "\(workflow.runID)"
            metadata["temporal.workflow.type"] = "\(workflow.type)"
        }
        return metadata
    }

    /// The name of the span around an attempt, as in the other SDKs.
    var spanName: String { "RunActivity:\(self.activityType)" }

    /// The attributes of the span around an attempt; the names are those of the other SDKs.
    func set(on attributes: inout SpanAttributes) {
        attributes["temporalActivityID"] = self.activityID
        if let workflow {
            attributes["temporalWorkflowID"] = workflow.id
            attributes["temporalRunID"] = workflow.runID
        }
    }
}
