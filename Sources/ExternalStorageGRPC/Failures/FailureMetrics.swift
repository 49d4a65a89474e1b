//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import Metrics

/// Counts what storage failed: `temporal_external_storage_failed` (ES-F8).
///
/// | dimension | values |
/// |---|---|
/// | `failure_reason` | `ExternalStorageError` |
/// | `kind` | `workflow_task`, `activity_task`, `nexus_task`, `query`, `call`, `list_entry`, `error_details` |
/// | `code` | an `ExternalStorageError.Code`; `deadlineExceeded` for what a deadline ended |
/// | `direction` | `store`, `retrieve` |
struct FailureMetrics: Sendable {
    enum Kind: String, Sendable {
        case workflowTask = "workflow_task"
        case activityTask = "activity_task"
        case nexusTask = "nexus_task"
        case query
        case call
        case listEntry = "list_entry"
        case errorDetails = "error_details"

        init(_ kind: TaskContext.Kind) {
            switch kind {
            case .workflow: self = .workflowTask
            case .activity: self = .activityTask
            case .nexus: self = .nexusTask
            }
        }
    }

    private let factory: any MetricsFactory

    /// Uses the metrics factory that is current now.
    init() {
        self.factory = MetricsSystem.factory
    }

    func failed(_ kind: Kind, code: String, _ direction: StorageOperation, count: Int = 1) {
        Counter(
            label: "temporal_external_storage_failed",
            dimensions: [
                ("failure_reason", "ExternalStorageError"), ("kind", kind.rawValue), ("code", code),
                ("direction", direction.rawValue),
            ],
            factory: self.factory
        ).increment(by: count)
    }
}
