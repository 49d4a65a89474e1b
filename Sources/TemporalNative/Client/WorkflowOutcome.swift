//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import TemporalAPI

/// What the last event of a run says.
enum WorkflowOutcome: Sendable {
    /// How a run ended.
    enum End: Sendable {
        case completed(ProtoPayloads)
        case failed(ProtoFailure)
        case canceled(ProtoPayloads)
        case terminated(reason: String)
        case timedOut
        case unknown
    }

    /// The run ended; a retry or a cron schedule may have started another.
    case ended(End, next: String?)
    /// The run continued as new.
    case continued(next: String?)

    init(_ event: Temporal_Api_History_V1_HistoryEvent) {
        func next(_ runID: String) -> String? { runID.isEmpty ? nil : runID }
        switch event.attributes {
        case .workflowExecutionCompletedEventAttributes(let attributes):
            self = .ended(.completed(attributes.result), next: next(attributes.newExecutionRunID))
        case .workflowExecutionFailedEventAttributes(let attributes):
            self = .ended(.failed(attributes.failure), next: next(attributes.newExecutionRunID))
        case .workflowExecutionTimedOutEventAttributes(let attributes):
            self = .ended(.timedOut, next: next(attributes.newExecutionRunID))
        case .workflowExecutionCanceledEventAttributes(let attributes):
            self = .ended(.canceled(attributes.details), next: nil)
        case .workflowExecutionTerminatedEventAttributes(let attributes):
            self = .ended(.terminated(reason: attributes.reason), next: nil)
        case .workflowExecutionContinuedAsNewEventAttributes(let attributes):
            self = .continued(next: next(attributes.newExecutionRunID))
        default: self = .ended(.unknown, next: nil)
        }
    }
}
