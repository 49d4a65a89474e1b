//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
import TemporalAPI

extension TemporalClient {
    /// The runs that a query finds.
    ///
    /// ```swift
    /// for try await run in client.listWorkflows("WorkflowType = 'Order' AND ExecutionStatus = 'Running'") {
    ///     print(run)
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - query: A query in the server's language; all runs if empty. What it finds lags behind by some moments.
    ///   - pageSize: How many runs are asked for at a time; 0 for the server's default.
    /// - Returns: The runs, in the server's order; read lazily. Reading throws ``TemporalError``: `invalidArgument` for
    ///   a query that is wrong.
    public func listWorkflows(_ query: String = "", pageSize: Int = 0) -> Pages<WorkflowInfo> {
        let connection = self.connection
        return Pages { token in
            var request = WorkflowService.ListWorkflowExecutions.Input()
            request.namespace = connection.namespace
            request.query = query
            request.pageSize = Int32(clamping: pageSize)
            request.nextPageToken = token
            let response = try await connection.call(WorkflowService.ListWorkflowExecutions.self, request)
            let runs = try response.executions.map { try WorkflowInfo($0, on: connection) }
            return .init(elements: runs, nextToken: response.nextPageToken)
        }
    }

    /// The number of runs that a query finds.
    ///
    /// - Parameter query: A query in the server's language; all runs if empty.
    /// - Returns: The number; with `GROUP BY` in the query, one for each group too.
    /// - Throws: ``TemporalError``: `invalidArgument` for a query that is wrong. `CancellationError` if cancelled.
    public func countWorkflows(_ query: String = "") async throws -> WorkflowCount {
        var request = WorkflowService.CountWorkflowExecutions.Input()
        request.namespace = self.connection.namespace
        request.query = query
        return WorkflowCount(try await self.connection.call(WorkflowService.CountWorkflowExecutions.self, request))
    }
}

/// How many runs a query finds.
public struct WorkflowCount: Hashable, Sendable {
    /// The number of runs in a group.
    public struct Group: Hashable, Sendable {
        /// What the runs of the group have in common.
        public var values: [SearchAttributes.Value]
        /// Their number.
        public var count: Int
    }

    /// The number of all runs.
    public var count: Int
    /// The groups, if the query asks for some.
    public var groups: [Group]

    init(_ message: WorkflowService.CountWorkflowExecutions.Output) {
        self.count = Int(message.count)
        self.groups = message.groups.map { group in
            Group(values: group.groupValues.compactMap { SearchAttributes.decoded($0) }, count: Int(group.count))
        }
    }
}
