//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageWire

/// Which references of responses stay as they are, because whoever asked resolves them itself, or not at all.
///
/// Bound around a call by `$current.withValue(_:operation:)`, it counts for the calls inside, and nothing of it reaches the
/// server.
///
/// What is not named here is resolved as ever: headers, heartbeat details, failures. A reference that was kept is not
/// known to be good: the failure to resolve it later is the caller's to report, for an activity with the cause
/// `EXTERNAL_STORAGE_FAILURE` (ES-F3), and so is `[TMPRL1105]` where nothing is configured (ES-P8).
package struct KeptReferences: OptionSet, Sendable {
    /// What is kept in the calls that the current task makes.
    @TaskLocal package static var current: Self = []

    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// The input of activity tasks.
    package static let activityInput = Self(rawValue: 1)
    /// The results of workflows, queries, updates and standalone activities.
    package static let results = Self(rawValue: 2)
    /// What workflow code is given in tasks and histories, its input, that of signals and updates, and the results of
    /// activities, children and Nexus operations; and what it has given itself, which nobody reads there again.
    package static let workflowValues = Self(rawValue: 4)

    /// Whether a field stays as it is.
    ///
    /// - Parameters:
    ///   - field: A field that holds `Payloads`, or one payload.
    ///   - type: The message in which it stands.
    /// - Returns: Whether nobody resolves it.
    func contains(field: UInt32, of type: MessageType) -> Bool {
        switch (type, field) {
        case (.pollActivityTaskQueueResponse, 8): self.contains(.activityInput)
        case (.queryWorkflowResponse, 1), (.activityExecutionOutcome, 1): self.contains(.results)
        case (.workflowExecutionCompletedEventAttributes, 1), (.outcome, 1):
            self.contains(.results) || self.contains(.workflowValues)
        case (.workflowExecutionStartedEventAttributes, 6), (.workflowExecutionSignaledEventAttributes, 2),
            (.activityTaskCompletedEventAttributes, 1), (.childWorkflowExecutionCompletedEventAttributes, 1),
            (.input, 3), (.activityTaskScheduledEventAttributes, 6),
            (.startChildWorkflowExecutionInitiatedEventAttributes, 5),
            (.signalExternalWorkflowExecutionInitiatedEventAttributes, 5), (.nexusOperationScheduledEventAttributes, 4),
            (.nexusOperationCompletedEventAttributes, 2),
            (.workflowExecutionContinuedAsNewEventAttributes, 4):
            self.contains(.workflowValues)
        default: false
        }
    }
}
