//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageWire
import NIOCore

/// The kinds of things in a namespace that can hold references (ES-G1).
package enum RootKind: String, Hashable, Sendable, Codable, CaseIterable {
    /// Workflows, open and closed.
    case workflows
    /// The server's own: schedulers of the first generation, batch jobs, worker deployments.
    case systemWorkflows
    case schedules
    /// Activities that no workflow started.
    case activities
    case nexusOperations
    case deployments

    /// How to list them.
    var listing: Listing {
        switch self {
        case .workflows: Listing("ListWorkflowExecutions", items: 1, token: 2)
        case .systemWorkflows:
            Listing("ListWorkflowExecutions", items: 1, token: 2, query: "TemporalNamespaceDivision IS NOT NULL")
        case .schedules: Listing("ListSchedules", items: 1, token: 2)
        case .activities: Listing("ListActivityExecutions", items: 1, token: 2)
        case .nexusOperations: Listing("ListNexusOperationExecutions", items: 1, token: 2)
        case .deployments: Listing("ListWorkerDeployments", items: 2, token: 1)
        }
    }

    /// Whether there have to be some, or the namespace says that it has them; then a server that does not know how to list them is a problem.
    func isAnnounced(by identity: NamespaceIdentity) -> Bool {
        switch self {
        // Every server that knows references has these: one that denies it is something in between that does not.
        case .workflows, .systemWorkflows, .schedules: true
        case .activities: identity.hasActivities
        case .nexusOperations: identity.hasNexusOperations
        case .deployments: false
        }
    }

    /// A method that lists, and the fields of its answer.
    struct Listing: Sendable {
        let method: String
        let itemsField: UInt32
        let tokenField: UInt32
        let query: String

        init(_ method: String, items: UInt32, token: UInt32, query: String = "") {
            self.method = method
            self.itemsField = items
            self.tokenField = token
            self.query = query
        }

        var responseType: MessageType? {
            MessageType(name: "temporal.api.workflowservice.v1.\(self.method)Response")
        }

        func request(namespace: String, pageSize: Int, token: ByteBuffer) -> ByteBuffer {
            WireMessage.building { request in
                request.writeField(1, string: namespace)
                request.writeField(2, varint: UInt64(pageSize))
                if token.readableBytes > 0 { request.writeField(3, bytes: token) }
                request.writeField(4, string: self.query)
            }
        }
    }
}

/// One of them, as the listing names it.
package struct RootItem: Hashable, Sendable, Codable {
    package var id: String
    /// Empty for what has no runs.
    package var runID: String
    /// The workflow's or the activity's type.
    package var type: String

    package init(id: String, runID: String = "", type: String = "") {
        self.id = id
        self.runID = runID
        self.type = type
    }

    private enum CodingKeys: String, CodingKey {
        case id = "i"
        case runID = "r"
        case type = "t"
    }

    /// Reads an entry of a listing.
    init(_ entry: WireMessage, of kind: RootKind) throws(WireError) {
        switch kind {
        case .workflows, .systemWorkflows:
            let execution = try entry.message(1)
            self.init(id: try execution.string(1), runID: try execution.string(2), type: try entry.message(2).string(1))
        case .schedules, .deployments:
            self.init(id: try entry.string(1))
        case .activities:
            self.init(id: try entry.string(1), runID: try entry.string(2), type: try entry.message(3).string(1))
        case .nexusOperations:
            self.init(id: try entry.string(1), runID: try entry.string(2), type: try entry.string(5))
        }
    }
}
