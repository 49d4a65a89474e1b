//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageWire
import GRPCCore
package import NIOCore

/// Reads what a namespace holds, one thing at a time: bytes in, references out.
///
/// What is not there any more is no problem, but only together with a namespace that is (P24): whoever reads compares
/// ``identity()`` before, between and after.
package struct NamespaceReader: Sendable {
    package let caller: any TemporalCaller
    package let finder: ReferenceFinder
    package let namespace: String

    package init(caller: any TemporalCaller, finder: ReferenceFinder, namespace: String) {
        self.caller = caller
        self.finder = finder
        self.namespace = namespace
    }

    /// A page of a listing.
    package struct Page: Sendable {
        package var items: [RootItem]
        package var findings: ReferenceFindings
        /// Empty after the last page.
        package var token: ByteBuffer
    }

    /// What was found in one thing.
    package struct Reading: Sendable {
        /// Whether it was there.
        package var isThere = true
        package var sightings: [ReferenceSighting] = []
        package var problems: [ReadingProblem] = []
        /// How many payloads outside of Temporal the server counted, at least; nil if it said nothing (P23).
        package var serverCount: Int64?
        package var requests = 0

        package init() {}

        /// What was found in something that somebody gave, and that stands nowhere.
        package init(_ findings: ReferenceFindings) {
            self.add(findings)
        }

        mutating func add(_ findings: ReferenceFindings) {
            self.sightings += findings.sightings
            self.problems += findings.problems
        }
    }

    /// Asks the server what the namespace is.
    ///
    /// - Throws: `RPCError`; `WireError`; `CancellationError`.
    package func identity() async throws -> NamespaceIdentity {
        let request = WireMessage.building { $0.writeField(1, string: self.namespace) }
        return try NamespaceIdentity(describing: try await self.caller.call("DescribeNamespace", request))
    }

    /// Lists things of a kind, a page at a time.
    ///
    /// - Returns: The page; nil if the server does not know how to list them.
    /// - Throws: `RPCError`; `WireError`; `CancellationError`.
    package func page(of kind: RootKind, after token: ByteBuffer) async throws -> Page? {
        let listing = kind.listing
        let response: ByteBuffer
        do {
            response = try await self.caller.call(
                listing.method,
                listing.request(namespace: self.namespace, pageSize: 1_000, token: token)
            )
        } catch let error as RPCError where error.code == .unimplemented {
            return nil
        }
        let message = WireMessage(response)
        var items: [RootItem] = []
        for entry in try message.all(listing.itemsField) { items.append(try RootItem(entry, of: kind)) }
        return Page(
            items: items,
            // Visibility has memos of its own, with the references of the history's.
            findings: try await self.finder.find(in: response, as: listing.responseType),
            token: try message.message(listing.tokenField).bytes
        )
    }

    /// Reads one thing completely, and keeps all that was found; see ``read(_:of:_:)``.
    ///
    /// - Throws: `RPCError`; `WireError`; `CancellationError`.
    package func read(_ item: RootItem, of kind: RootKind) async throws -> Reading {
        var findings = ReferenceFindings()
        var reading = try await self.read(item, of: kind) { page in
            findings.sightings += page.sightings
            findings.problems += page.problems
        }
        reading.add(findings)
        return reading
    }

    /// Reads one thing completely; one answer of the server is in memory at a time.
    ///
    /// Of a workflow first what is pending and then its history: a reference goes from there to here, never back (P16).
    ///
    /// - Parameters:
    ///   - item: The thing.
    ///   - kind: Its kind.
    ///   - visit: Is given what was found in each answer.
    /// - Returns: What is known of it; what was found is not in there.
    /// - Throws: `RPCError`; `WireError`; `CancellationError`; what `visit` throws.
    package func read(
        _ item: RootItem,
        of kind: RootKind,
        _ visit: (ReferenceFindings) async throws -> Void
    ) async throws -> Reading {
        var reading = Reading()
        switch kind {
        case .workflows, .systemWorkflows:
            try await self.readWorkflow(item, into: &reading, visit)
        case .schedules:
            let request = WireMessage.building { request in
                request.writeField(1, string: self.namespace)
                request.writeField(2, string: item.id)
            }
            _ = try await self.describe("DescribeSchedule", request, into: &reading, visit)
        case .activities:
            let request = WireMessage.building { request in
                self.writeIdentity(of: item, to: &request)
                for field: UInt32 in [4, 5, 7, 8] { request.writeField(field, varint: 1) }
            }
            _ = try await self.describe("DescribeActivityExecution", request, into: &reading, visit)
        case .nexusOperations:
            let request = WireMessage.building { request in
                self.writeIdentity(of: item, to: &request)
                for field: UInt32 in [4, 5] { request.writeField(field, varint: 1) }
            }
            _ = try await self.describe("DescribeNexusOperationExecution", request, into: &reading, visit)
        case .deployments:
            try await self.readDeployment(item, into: &reading, visit)
        }
        return reading
    }

    /// Whether there is a workflow of an id now, and its run (P17).
    ///
    /// - Returns: The current run; nil if there is none.
    /// - Throws: `RPCError`; `WireError`; `CancellationError`.
    package func currentRun(ofWorkflow id: String) async throws -> String? {
        let request = WireMessage.building { request in
            request.writeField(1, string: self.namespace)
            request.writeField(2, bytes: WireMessage.building { $0.writeField(1, string: id) })
        }
        do {
            let response = WireMessage(try await self.caller.call("DescribeWorkflowExecution", request))
            return try response.message(2).message(1).string(2)
        } catch let error as RPCError where error.saysThatItIsGone {
            return nil
        }
    }

    /// All runs of a workflow, as visibility lists them, the newest first.
    ///
    /// - Throws: `RPCError`; `WireError`; `CancellationError`.
    package func runs(ofWorkflow id: String) async throws -> [RootItem] {
        var (items, token): ([RootItem], ByteBuffer) = ([], ByteBuffer())
        repeat {
            let page = try await self.list("WorkflowId = \(Self.quoted(id))", pageSize: 1_000, after: token)
            items += page.items
            token = page.token
        } while token.readableBytes > 0
        return items
    }

    /// One of the open children that a workflow started, as visibility lists them.
    ///
    /// - Returns: An open child; nil if there is none.
    /// - Throws: `RPCError`, also from a server that cannot list by parent; `WireError`; `CancellationError`.
    package func openChild(ofWorkflow id: String) async throws -> RootItem? {
        let query = "ParentWorkflowId = \(Self.quoted(id)) AND ExecutionStatus = \"Running\""
        return try await self.list(query, pageSize: 1, after: ByteBuffer()).items.first
    }

    private static func quoted(_ value: String) -> String {
        "\"" + value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    private func list(
        _ query: String,
        pageSize: UInt64,
        after token: ByteBuffer
    ) async throws -> (items: [RootItem], token: ByteBuffer) {
        let request = WireMessage.building { request in
            request.writeField(1, string: self.namespace)
            request.writeField(2, varint: pageSize)
            if token.readableBytes > 0 { request.writeField(3, bytes: token) }
            request.writeField(4, string: query)
        }
        let response = WireMessage(try await self.caller.call("ListWorkflowExecutions", request))
        var items: [RootItem] = []
        for entry in try response.all(1) { items.append(try RootItem(entry, of: .workflows)) }
        return (items, try response.message(2).bytes)
    }

    /// Has the server delete a run, with its history; it does so a little later.
    ///
    /// - Throws: `RPCError`; `WireError`; `CancellationError`. A run that is gone already is none.
    package func delete(_ run: RootItem) async throws {
        let request = WireMessage.building { request in
            request.writeField(1, string: self.namespace)
            request.writeField(
                2,
                bytes: WireMessage.building { execution in
                    execution.writeField(1, string: run.id)
                    execution.writeField(2, string: run.runID)
                }
            )
        }
        do {
            _ = try await self.caller.call("DeleteWorkflowExecution", request)
        } catch let error as RPCError where error.code == .notFound {
            return
        }
    }

    private func writeIdentity(of item: RootItem, to request: inout ByteBuffer) {
        request.writeField(1, string: self.namespace)
        request.writeField(2, string: item.id)
        request.writeField(3, string: item.runID)
    }

    /// - Returns: The answer; nil if there is no such thing any more.
    private func describe(
        _ method: String,
        _ request: ByteBuffer,
        into reading: inout Reading,
        _ visit: (ReferenceFindings) async throws -> Void
    ) async throws -> ByteBuffer? {
        reading.requests += 1
        do {
            let response = try await self.caller.call(method, request)
            let type = MessageType(name: "temporal.api.workflowservice.v1.\(method)Response")
            try await visit(try await self.finder.find(in: response, as: type))
            return response
        } catch let error as RPCError where error.saysThatItIsGone {
            reading.isThere = false
            return nil
        }
    }

    private func readWorkflow(
        _ item: RootItem,
        into reading: inout Reading,
        _ visit: (ReferenceFindings) async throws -> Void
    ) async throws {
        let execution = WireMessage.building { execution in
            execution.writeField(1, string: item.id)
            execution.writeField(2, string: item.runID)
        }
        let description = try await self.describe(
            "DescribeWorkflowExecution",
            WireMessage.building { request in
                request.writeField(1, string: self.namespace)
                request.writeField(2, bytes: execution)
            },
            into: &reading,
            visit
        )
        // Deletion goes in steps: a history may be readable for a while after the rest is gone.
        let info = try description.map { try WireMessage($0).message(2) }
        if let info {
            let count = Int64(truncatingIfNeeded: try info.varint(26))
            if count > 0 { reading.serverCount = count }
        }
        var token = ByteBuffer()
        repeat {
            let request = WireMessage.building { request in
                request.writeField(1, string: self.namespace)
                request.writeField(2, bytes: execution)
                if token.readableBytes > 0 { request.writeField(4, bytes: token) }
                // Without the archive, which is none of this.
                request.writeField(7, varint: 1)
            }
            guard
                let response = try await self.describe("GetWorkflowExecutionHistory", request, into: &reading, visit)
            else {
                // Gone between two pages: as if it had not been there at all.
                return
            }
            reading.isThere = true
            token = try WireMessage(response).message(3).bytes
        } while token.readableBytes > 0
    }

    private func readDeployment(
        _ item: RootItem,
        into reading: inout Reading,
        _ visit: (ReferenceFindings) async throws -> Void
    ) async throws {
        let request = WireMessage.building { request in
            request.writeField(1, string: self.namespace)
            request.writeField(2, string: item.id)
        }
        guard let response = try await self.describe("DescribeWorkerDeployment", request, into: &reading, visit) else {
            return
        }
        for summary in try WireMessage(response).message(2).all(2) {
            let version = try summary.message(4)
            let request = WireMessage.building { request in
                request.writeField(1, string: self.namespace)
                request.writeField(3, bytes: version.bytes)
            }
            _ = try await self.describe("DescribeWorkerDeploymentVersion", request, into: &reading, visit)
            reading.isThere = true
        }
    }
}
