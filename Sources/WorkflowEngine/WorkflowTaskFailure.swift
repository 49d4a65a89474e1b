//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
import TemporalAPI

/// Why a workflow task cannot be answered: the task fails, and the workflow does not.
package struct WorkflowTaskFailure: Error, Sendable, CustomStringConvertible {
    package var cause: API.TaskFailedCause
    package var message: String
    /// What to report; made of the message where nothing better is known.
    package var failure: API.Failure

    package init(cause: API.TaskFailedCause, message: String, failure: API.Failure? = nil) {
        self.cause = cause
        self.message = message
        self.failure =
            failure
            ?? .with { failure in
                failure.message = message
                failure.applicationFailureInfo = .with { $0.type = "WorkflowTaskFailure" }
            }
    }

    package var description: String { self.message }

    /// The code and its history differ.
    ///
    /// - Parameters:
    ///   - event: The event at which that shows; nil where an event is missing.
    ///   - expected: What history has.
    ///   - found: What the code did.
    /// - Returns: The failure.
    static func nondeterminism(at event: Int64?, expected: String, found: String) -> Self {
        let place = event.map { "at event \($0)" } ?? "behind its last event"
        return Self(
            cause: .nonDeterministicError,
            message: """
                [TMPRL1100] The workflow's code does not fit its history, \(place): history has \(expected), the code \
                made \(found). Changes of code that workflows run already belong behind a patch.
                """
        )
    }

    /// Code waited for something that is not the workflow's.
    static let escaped = Self(
        cause: .workflowWorkerUnhandledFailure,
        message: """
            The workflow's code ran, or became ready to run, outside of the workflow: it waited for something that does \
            not come from its context. Usual culprits are Task.sleep, Task { } and Task.detached, @MainActor, Task.yield, \
            Dispatch, and calls over the network, which belong into activities.
            """
    )

    /// Nothing that the engine knows of can wake the code.
    static let waitsForNothing = Self(
        cause: .workflowWorkerUnhandledFailure,
        message: """
            The workflow's code waits, and not for anything of its context: no timer, activity, child workflow, signal or \
            condition. Wait with the context: `sleep` in place of Task.sleep, `condition` in place of continuations and \
            AsyncStream; calls over the network and Task { } belong into activities.
            """
    )

    /// Code did not yield in time.
    package static func deadlock(after limit: Duration) -> Self {
        Self(
            cause: .workflowWorkerUnhandledFailure,
            message: """
                [TMPRL1101] The workflow's code did not yield within \(limit): it blocks its thread or computes for too \
                long. Blocking calls and long computations belong into activities.
                """
        )
    }
}

/// What an operation of a workflow failed with, as history has it.
package struct OperationFailure: Error, Sendable {
    package var failure: API.Failure
}

/// The run is being given up; code that still waits gets this, and what it does is dropped.
package struct WorkflowRunEvicted: Error, Sendable {}

/// A call of the context from outside of the workflow, or from where nothing may be changed.
package struct WorkflowContextMisuse: Error, Sendable, CustomStringConvertible {
    package var description: String
}
