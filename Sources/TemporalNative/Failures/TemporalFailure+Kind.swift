//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import TemporalAPI

extension TemporalFailure {
    /// What kind of failure it is.
    ///
    /// Minor releases may add kinds, so a `switch` over them needs a `default`.
    public struct Kind: Hashable, Sendable, CustomStringConvertible {
        private enum Base: String {
            case unspecified, application, timeout, canceled, terminated, server, resetWorkflow, activity
            case childWorkflow, nexusOperation, nexusHandler
        }

        private let base: Base

        private init(_ base: Base) {
            self.base = base
        }

        /// The name of the kind.
        public var description: String { self.base.rawValue }

        /// The server did not say.
        public static let unspecified = Self(.unspecified)
        /// Made by user code; see ``TemporalFailure/application``.
        public static let application = Self(.application)
        /// A timeout passed; see ``TemporalFailure/timeout``.
        public static let timeout = Self(.timeout)
        /// Canceled.
        public static let canceled = Self(.canceled)
        /// Terminated.
        public static let terminated = Self(.terminated)
        /// Made by the server.
        public static let server = Self(.server)
        /// A workflow was reset.
        public static let resetWorkflow = Self(.resetWorkflow)
        /// An activity failed; see ``TemporalFailure/activity``, and the cause for the reason.
        public static let activity = Self(.activity)
        /// A child workflow failed; see ``TemporalFailure/childWorkflow``, and the cause for the reason.
        public static let childWorkflow = Self(.childWorkflow)
        /// A Nexus operation failed; see ``TemporalFailure/nexusOperation``.
        public static let nexusOperation = Self(.nexusOperation)
        /// The handler of a Nexus operation failed; see ``TemporalFailure/nexusHandler``.
        public static let nexusHandler = Self(.nexusHandler)

        init(_ info: ProtoFailure.OneOf_FailureInfo?) {
            switch info {
            case nil: self = .unspecified
            case .applicationFailureInfo: self = .application
            case .timeoutFailureInfo: self = .timeout
            case .canceledFailureInfo: self = .canceled
            case .terminatedFailureInfo: self = .terminated
            case .serverFailureInfo: self = .server
            case .resetWorkflowFailureInfo: self = .resetWorkflow
            case .activityFailureInfo: self = .activity
            case .childWorkflowExecutionFailureInfo: self = .childWorkflow
            case .nexusOperationExecutionFailureInfo: self = .nexusOperation
            case .nexusHandlerFailureInfo: self = .nexusHandler
            }
        }
    }
}
