//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// What a payload belongs to: a workflow, a standalone activity, a Nexus operation.
///
/// It groups the objects of one workflow in the store. It says neither who may read a payload nor how long it is kept.
/// Later releases may add kinds: a driver that finds none of ``workflow``, ``activity`` and ``nexus`` stores the payload
/// as if there were no target.
public struct StorageDriverTarget: Hashable, Sendable {
    /// A workflow.
    public struct Workflow: Hashable, Sendable {
        /// The namespace it runs in; not always the one of the call.
        public var namespace: String
        /// The workflow id.
        public var id: String
        /// The run, if it is known.
        ///
        /// It is not when the workflow is only about to start.
        public var runID: String?
        /// The workflow type, if it is known.
        public var type: String?
    }

    /// An activity that no workflow started.
    public struct Activity: Hashable, Sendable {
        /// The namespace it runs in.
        public var namespace: String
        /// The activity id.
        public var id: String
        /// The run, if it is known.
        public var runID: String?
        /// The activity type, if it is known.
        public var type: String?
    }

    /// A Nexus operation.
    public struct Nexus: Hashable, Sendable {
        /// The endpoint that was called.
        public var endpoint: String
        /// The service.
        public var service: String
        /// The operation.
        public var operation: String
    }

    private enum Kind: Hashable, Sendable {
        case workflow(Workflow)
        case activity(Activity)
        case nexus(Nexus)
        case namespace(String)
    }

    private let kind: Kind

    private init(_ kind: Kind) {
        self.kind = kind
    }

    /// A workflow.
    ///
    /// - Parameters:
    ///   - namespace: The namespace it runs in.
    ///   - id: The workflow id.
    ///   - runID: The run, if it is known.
    ///   - type: The workflow type, if it is known.
    /// - Returns: The target.
    public static func workflow(namespace: String, id: String, runID: String? = nil, type: String? = nil) -> Self {
        Self(.workflow(Workflow(namespace: namespace, id: id, runID: runID, type: type)))
    }

    /// An activity that no workflow started.
    ///
    /// - Parameters:
    ///   - namespace: The namespace it runs in.
    ///   - id: The activity id.
    ///   - runID: The run, if it is known.
    ///   - type: The activity type, if it is known.
    /// - Returns: The target.
    public static func activity(namespace: String, id: String, runID: String? = nil, type: String? = nil) -> Self {
        Self(.activity(Activity(namespace: namespace, id: id, runID: runID, type: type)))
    }

    /// A Nexus operation.
    ///
    /// - Parameters:
    ///   - endpoint: The endpoint that was called.
    ///   - service: The service.
    ///   - operation: The operation.
    /// - Returns: The target.
    public static func nexus(endpoint: String, service: String, operation: String) -> Self {
        Self(.nexus(Nexus(endpoint: endpoint, service: service, operation: operation)))
    }

    /// Something in a namespace, of which nothing else is known.
    ///
    /// Not the same as no target: the key of an object then says whose it is, so that a reader who may see one namespace
    /// alone can be given it. To drivers and selectors of others it is a kind that they do not know.
    ///
    /// - Parameter name: The namespace.
    /// - Returns: The target.
    package static func namespace(_ name: String) -> Self {
        Self(.namespace(name))
    }

    /// The workflow, if that is what the target is.
    public var workflow: Workflow? {
        guard case .workflow(let workflow) = self.kind else { return nil }
        return workflow
    }

    /// The standalone activity, if that is what the target is.
    public var activity: Activity? {
        guard case .activity(let activity) = self.kind else { return nil }
        return activity
    }

    /// The Nexus operation, if that is what the target is.
    public var nexus: Nexus? {
        guard case .nexus(let nexus) = self.kind else { return nil }
        return nexus
    }

    /// The namespace, if nothing else is known.
    package var namespaceAlone: String? {
        guard case .namespace(let name) = self.kind else { return nil }
        return name
    }
}
