//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageWire
import NIOCore

/// What a task response says about a task, and its completion no longer does.
///
/// It travels inside the task token (``TaskToken``), so that whoever sees the completion knows whose payloads it holds:
/// another replica of a sidecar, another process, the same process after a restart.
struct TaskContext: Hashable, Sendable {
    /// What was handed out.
    enum Kind: UInt64, Hashable, Sendable {
        case workflow = 1
        case activity = 2
        case nexus = 3
    }

    /// A workflow execution; an empty run id stands for "whichever runs".
    struct Execution: Hashable, Sendable {
        var namespace = ""
        var id = ""
        var runID = ""
    }

    var kind: Kind
    /// The workflow of a workflow task or of an activity; without an id for a standalone activity and a Nexus task.
    var workflow = Execution()
    var workflowType = ""
    /// Who gets the result of the workflow: nil for a workflow without a parent, one that continues another run
    /// (its result stays with itself), and one whose first event was never seen here.
    var parent: Execution?
    /// Whether nobody knows of a parent.
    ///
    /// So it is if the task does not begin with the first event and no earlier task was seen here: another process may
    /// have handed it out.
    var parentIsUnknown = false
    var activityID = ""
    var activityType = ""
    var activityRunID = ""
    var endpoint = ""
    var service = ""
    var operation = ""
    /// Counts from 1.
    var attempt: UInt64 = 0
    /// Queries whose arguments could not be read, and why: they are answered with a failure (ES-F2).
    var failedQueries: [String: String] = [:]

    init(kind: Kind) {
        self.kind = kind
    }
}

extension TaskContext {
    /// Whose payloads a task's are, unless a command says otherwise (ES-T4, ES-T5, ES-T6).
    var target: StorageDriverTarget? {
        switch self.kind {
        case .workflow:
            .workflow(
                namespace: self.workflow.namespace,
                id: self.workflow.id,
                runID: self.workflow.runID.nilIfEmpty,
                type: self.workflowType.nilIfEmpty
            )
        case .activity where self.workflow.id.isEmpty:
            .activity(
                namespace: self.workflow.namespace,
                id: self.activityID,
                runID: self.activityRunID.nilIfEmpty,
                type: self.activityType.nilIfEmpty
            )
        case .activity:
            .workflow(
                namespace: self.workflow.namespace,
                id: self.workflow.id,
                runID: self.workflow.runID.nilIfEmpty,
                type: self.workflowType.nilIfEmpty
            )
        case .nexus:
            .nexus(endpoint: self.endpoint, service: self.service, operation: self.operation)
        }
    }
}

extension String {
    /// Protobuf writes "absent" as the empty string.
    var nilIfEmpty: String? { self.isEmpty ? nil : self }
}
