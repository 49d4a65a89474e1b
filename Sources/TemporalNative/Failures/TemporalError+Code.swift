//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

extension TemporalError {
    /// The kind of a failure.
    ///
    /// Minor releases may add codes, so a `switch` over them needs a `default`.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Base: String {
            case invalidConfiguration, invalidArgument, conversionFailed, codecFailed, externalStorageFailed
            case notFound, workflowAlreadyStarted, scheduleAlreadyExists, conflict
            case namespaceNotFound, namespaceUnavailable, permissionDenied, unauthenticated
            case resourceExhausted, messageTooLarge, unavailable, timedOut, canceled, unimplemented, serverFailed
            case queryFailed, queryRejected, workflowNotReady
            case updateFailed, updateUnfinished
            case workflowFailed, workflowCanceled, workflowTerminated, workflowTimedOut, workflowContinuedAsNew
            case activityCanceled, activityPaused, activityReset
            case nondeterminism, workflowTaskFailed
        }

        private let base: Base

        private init(_ base: Base) {
            self.base = base
        }

        /// The name of the code, for logs and the label of metrics.
        public var description: String { self.base.rawValue }

        /// A client or worker cannot be created from these settings.
        public static let invalidConfiguration = Self(.invalidConfiguration)
        /// The server refuses the request as it is.
        public static let invalidArgument = Self(.invalidArgument)
        /// A value could not be encoded, or a payload not decoded.
        public static let conversionFailed = Self(.conversionFailed)
        /// A payload codec failed.
        public static let codecFailed = Self(.codecFailed)
        /// A payload could not be stored or retrieved; `cause` is the `ExternalStorageError` (ES-F1).
        public static let externalStorageFailed = Self(.externalStorageFailed)
        /// There is no such workflow, run, schedule, activity or update, or it is over.
        public static let notFound = Self(.notFound)
        /// A workflow with this id is running, or has been, and the policies forbid another; `runID` names the run.
        public static let workflowAlreadyStarted = Self(.workflowAlreadyStarted)
        /// There is a schedule with this id.
        public static let scheduleAlreadyExists = Self(.scheduleAlreadyExists)
        /// Somebody else changed it meanwhile.
        public static let conflict = Self(.conflict)
        /// There is no such namespace.
        public static let namespaceNotFound = Self(.namespaceNotFound)
        /// The namespace is not active here, or in a state that allows no such call.
        public static let namespaceUnavailable = Self(.namespaceUnavailable)
        /// This identity may not do that.
        public static let permissionDenied = Self(.permissionDenied)
        /// The server does not know this identity: an API key or a client certificate is missing or wrong.
        public static let unauthenticated = Self(.unauthenticated)
        /// The server asks to slow down.
        public static let resourceExhausted = Self(.resourceExhausted)
        /// The request or the response is larger than the server or the client takes.
        public static let messageTooLarge = Self(.messageTooLarge)
        /// The server cannot be reached, or says that it cannot answer at the moment.
        public static let unavailable = Self(.unavailable)
        /// The server did not answer in time; the call may have had its effect.
        public static let timedOut = Self(.timedOut)
        /// The server ended the call as canceled; the call may have had its effect.
        public static let canceled = Self(.canceled)
        /// The server does not know this call.
        public static let unimplemented = Self(.unimplemented)
        /// The server failed.
        public static let serverFailed = Self(.serverFailed)
        /// The handler of a query failed, or there is none; `failure` says how.
        public static let queryFailed = Self(.queryFailed)
        /// The state of the workflow is one for which the query was not to be asked.
        public static let queryRejected = Self(.queryRejected)
        /// The workflow cannot answer yet.
        public static let workflowNotReady = Self(.workflowNotReady)
        /// An update was rejected or failed; `failure` says how.
        public static let updateFailed = Self(.updateFailed)
        /// The call ended before the update was accepted; it may be accepted still.
        public static let updateUnfinished = Self(.updateUnfinished)
        /// The workflow failed; `failure` says how.
        public static let workflowFailed = Self(.workflowFailed)
        /// The workflow was canceled, and ended as canceled.
        public static let workflowCanceled = Self(.workflowCanceled)
        /// The workflow was terminated.
        public static let workflowTerminated = Self(.workflowTerminated)
        /// The workflow ran into its timeout.
        public static let workflowTimedOut = Self(.workflowTimedOut)
        /// The run was continued as the run `runID`, and runs were not to be followed.
        public static let workflowContinuedAsNew = Self(.workflowContinuedAsNew)
        /// An activity is to stop: its workflow canceled it.
        public static let activityCanceled = Self(.activityCanceled)
        /// An activity is to stop: it was paused.
        public static let activityPaused = Self(.activityPaused)
        /// An activity is to stop: it was reset.
        public static let activityReset = Self(.activityReset)
        /// Workflow code does not fit a history.
        public static let nondeterminism = Self(.nondeterminism)
        /// Workflow code fails its tasks.
        public static let workflowTaskFailed = Self(.workflowTaskFailed)

        var isRetryable: Bool {
            switch self.base {
            case .resourceExhausted, .unavailable, .timedOut, .canceled, .serverFailed, .workflowNotReady,
                .updateUnfinished, .conflict:
                true
            default: false
            }
        }
    }
}
