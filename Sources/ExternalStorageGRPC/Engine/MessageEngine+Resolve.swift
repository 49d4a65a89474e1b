//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
package import ExternalStorageWire
import NIOCore

/// What resolving made of a response.
struct Resolution<Message: MessageBytes>: Sendable {
    /// The response to hand on, or nil if that is the response itself.
    var message: Message?
    /// Tasks, and queries of tasks, that could not be resolved, and are no longer in the response.
    ///
    /// The server has to be told (ES-F2, ES-F3).
    var failedTasks: [FailedTask] = []
}

/// A task whose payloads could not be retrieved.
struct FailedTask: Sendable {
    var task: TaskContext
    var error: ExternalStorageError
    /// What to send to the server.
    ///
    /// Nil if the rules say that nothing is sent, and for a query: the completion of its task answers it.
    var report: StorageFailureReport?
}

extension MessageEngine {
    /// Puts the payloads back in the place of the references in a response, and the context behind the tokens of tasks.
    ///
    /// A task that cannot be resolved is taken out of the response, so that what else is in it arrives; if the response
    /// is the task, it becomes empty, as at the end of a long poll.
    ///
    /// - Parameters:
    ///   - message: The serialized response.
    ///   - type: Its type.
    ///   - namespace: The namespace of the request.
    ///   - identity: Who asked, for the report of a failure.
    ///   - parents: Where the parents of workflow runs are remembered; nil leaves tokens as they are.
    ///   - kept: Which references stay as they are.
    /// - Returns: The response to hand on, and the tasks that are no longer in it.
    /// - Throws: `ExternalStorageError` if a reference outside of a task cannot be resolved; then nothing has been
    ///   replaced. `CancellationError` if cancelled.
    func resolve<Message: MessageBytes>(
        _ message: Message,
        as type: MessageType,
        namespace: String,
        identity: String = "",
        parents: ParentLedger?,
        keeping kept: KeptReferences = []
    ) async throws -> Resolution<Message> {
        let scanner = PayloadScanner(
            purpose: .resolve,
            findsTaskTokens: parents != nil,
            readsLegacyReferences: self.readsLegacyReferences
        )
        let response: ResolveResponse<Message>
        let page: Message?
        do throws(WireError) {
            let scanned = try ScannedMessage(message, as: type, by: scanner, keeping: kept)
            guard !scanned.scan.sites.isEmpty else { return Resolution() }
            page = try HistoryPage.cut(scanned, limit: self.resolvedMessageLimit)
            response = try ResolveResponse(scanned, namespace: namespace, parents: parents)
        } catch {
            // Not protobuf, or not what we know: whoever asked for it judges it.
            return Resolution()
        }
        if let page {
            var resolution = try await self.resolve(
                page,
                as: type,
                namespace: namespace,
                identity: identity,
                parents: parents,
                keeping: kept
            )
            resolution.message = resolution.message ?? page
            return resolution
        }
        let attempt = ResolveAttempt(response: response, namespace: namespace, identity: identity)
        guard !response.scanned.payloadSites.isEmpty else { return try attempt.resolution() }
        return try await Self.offEventLoop { try await self.retrieveAll(attempt) }
    }

    private func retrieveAll<Message: MessageBytes>(_ attempt: ResolveAttempt<Message>) async throws -> Resolution<
        Message
    > {
        let response = attempt.response
        var attempt = attempt
        do {
            try await self.retrieve(response.scanned.payloadSites, attempt: &attempt)
        } catch let error as ExternalStorageError {
            guard let unit = response.units.first else { throw error }
            if response.units.count == 1, unit.queries.isEmpty, unit.sites == response.scanned.payloadSites {
                // There is nothing else that could be saved.
                attempt.fail(unit: 0, error)
            } else {
                try await self.retrieveByUnit(attempt: &attempt)
            }
        }
        return try attempt.resolution()
    }

    /// Puts the payloads back in the place of the references in a message that holds no tasks.
    ///
    /// - Parameters:
    ///   - message: The serialized message.
    ///   - type: Its type.
    ///   - namespace: The namespace of the call.
    /// - Returns: The message with its payloads, or nil if that is the message itself.
    /// - Throws: `ExternalStorageError` if a reference cannot be resolved. `CancellationError` if cancelled.
    package func resolve<Message: MessageBytes>(
        _ message: Message,
        as type: MessageType,
        namespace: String
    ) async throws -> Message? {
        try await self.resolve(message, as: type, namespace: namespace, parents: nil).message
    }

    /// Retrieves what is outside of tasks, and then each task for itself.
    private func retrieveByUnit<Message: MessageBytes>(attempt: inout ResolveAttempt<Message>) async throws {
        let units = attempt.response.units
        let inUnits = Set(units.flatMap(\.sites))
        try await self.retrieve(
            attempt.response.scanned.payloadSites.filter { !inUnits.contains($0) },
            attempt: &attempt
        )
        for (index, unit) in units.enumerated() {
            do {
                let inQueries = Set(unit.queries.flatMap(\.sites))
                try await self.retrieve(unit.sites.filter { !inQueries.contains($0) }, attempt: &attempt)
            } catch let error as ExternalStorageError {
                attempt.fail(unit: index, error)
                continue
            }
            for query in unit.queries {
                do {
                    try await self.retrieve(query.sites, attempt: &attempt)
                } catch let error as ExternalStorageError {
                    attempt.fail(query: query, ofUnit: index, error)
                }
            }
        }
    }

    /// Retrieves the references at `sites`; changes nothing if that fails.
    private func retrieve<Message: MessageBytes>(
        _ sites: [Int],
        attempt: inout ResolveAttempt<Message>
    ) async throws {
        guard !sites.isEmpty else { return }
        let references = attempt.response.scanned.payloads(at: sites)
        guard let storage = self.storage else { throw ExternalStorageError.notConfigured(references: references.count) }
        // By what the references say, so that what is too large is not downloaded first.
        let announced = references.reduce(attempt.resolvedSize) { $0.addingClamped($1.growthInBytes) }
        guard announced <= self.resolvedMessageLimit else {
            throw ExternalStorageError.messageTooLarge(sizeInBytes: announced, limit: self.resolvedMessageLimit)
        }
        let payloads = try await storage.retrieve(references: references, namespace: attempt.namespace)
        let total = zip(references, payloads).reduce(attempt.resolvedSize) { size, pair in
            size.addingClamped(pair.1.sizeInBytes - pair.0.sizeInBytes)
        }
        guard total <= self.resolvedMessageLimit else {
            throw ExternalStorageError.messageTooLarge(sizeInBytes: total, limit: self.resolvedMessageLimit)
        }
        attempt.resolvedSize = total
        for (site, payload) in zip(sites, payloads) { attempt.changes.replacements[site] = payload.serializedBytes }
    }
}

/// A response as it was read before anything was retrieved.
private struct ResolveResponse<Message: MessageBytes>: Sendable {
    /// An entry of `queries` of a workflow task.
    struct Query: Sendable {
        var id: String
        var frame: Int
        var sites: [Int]
    }

    /// One task in the response.
    struct Unit: Sendable {
        /// Nil if the response itself is the task.
        var frame: Int?
        var task: TaskContext
        var tokenSite: Int
        var token: ByteBuffer
        /// Whether the task is nothing but a query (the legacy form).
        var isQuery: Bool
        /// The sites of all payloads in the task.
        var sites: [Int] = []
        var queries: [Query] = []
    }

    private(set) var scanned: ScannedMessage<Message>
    var units: [Unit] = []

    init(_ scanned: ScannedMessage<Message>, namespace: String, parents: ParentLedger?) throws(WireError) {
        self.scanned = scanned
        guard let parents else { return }
        var response = self
        try scanned.message.withSpan { bytes throws(WireError) in
            try response.readTasks(bytes, namespace: namespace, parents: parents)
        }
        self = response
    }

    private mutating func readTasks(
        _ bytes: Span<UInt8>,
        namespace: String,
        parents: ParentLedger
    ) throws(WireError) {
        let scan = self.scanned.scan
        // By frame, with -1 for the response itself.
        var unitByFrame: [Int: Int] = [:]
        for (index, site) in scan.sites.enumerated() where site.kind == .taskToken && site.count > 0 {
            let frame = site.frame < 0 ? nil : scan.frames[Int(site.frame)]
            let (type, range) = (frame?.type ?? self.scanned.type, frame?.body ?? 0..<bytes.count)
            guard var task = try TaskContext(response: type, in: range, of: bytes, namespace: namespace) else {
                continue
            }
            if task.kind == .workflow {
                if try TaskContext.hasFirstEvent(workflowTask: range, of: bytes) {
                    parents.remember(task.parent, ofRun: task.workflow.runID)
                } else if let known = parents.parent(ofRun: task.workflow.runID) {
                    task.parent = known
                } else {
                    task.parentIsUnknown = true
                }
            }
            var token = ByteBuffer()
            token.write(bytes, in: site.body)
            let query = try WireReader.lastBytes(10, in: range, of: bytes)
            let isQuery = type == .pollWorkflowTaskQueueResponse && query != nil
            unitByFrame[Int(site.frame)] = self.units.count
            self.units.append(
                Unit(
                    frame: site.frame < 0 ? nil : Int(site.frame),
                    task: task,
                    tokenSite: index,
                    token: token,
                    isQuery: isQuery
                )
            )
        }
        for site in self.scanned.payloadSites {
            let enclosing = Array(scan.enclosingFrames(of: scan.sites[site])) + [-1]
            guard let position = enclosing.firstIndex(where: { unitByFrame[$0] != nil }),
                let unit = unitByFrame[enclosing[position]]
            else { continue }
            self.units[unit].sites.append(site)
            // The frame directly inside the task; field 14 of a workflow task holds its queries.
            guard self.units[unit].task.kind == .workflow, position > 0,
                scan.frames[enclosing[position - 1]].field == 14
            else { continue }
            let frame = enclosing[position - 1]
            if self.units[unit].queries.last?.frame != frame {
                let id = try WireReader.string(1, in: scan.frames[frame].body, of: bytes)
                self.units[unit].queries.append(Query(id: id, frame: frame, sites: []))
            }
            self.units[unit].queries[self.units[unit].queries.count - 1].sites.append(site)
        }
    }
}

/// A response while it is being resolved.
private struct ResolveAttempt<Message: MessageBytes>: Sendable {
    let response: ResolveResponse<Message>
    let namespace: String
    let identity: String
    var changes: MessageChanges
    var resolvedSize: Int
    var failedTasks: [FailedTask] = []
    /// Queries that could not be read, by task.
    private var failedQueries: [Int: [String: String]] = [:]
    private var responseFailed = false

    init(response: ResolveResponse<Message>, namespace: String, identity: String) {
        self.response = response
        self.namespace = namespace
        self.identity = identity
        self.changes = MessageChanges(sites: response.scanned.scan.sites.count)
        self.resolvedSize = response.scanned.message.count
    }

    /// Takes a task out of the response.
    mutating func fail(unit index: Int, _ error: ExternalStorageError) {
        let unit = self.response.units[index]
        if let frame = unit.frame { self.changes.removals.insert(frame) } else { self.responseFailed = true }
        let report = StorageFailureReport(
            of: error,
            task: unit.task,
            kind: unit.task.kind,
            token: unit.token,
            namespace: self.namespace,
            identity: self.identity,
            isQuery: unit.isQuery
        )
        self.failedTasks.append(FailedTask(task: unit.task, error: error, report: report))
    }

    /// Takes a query out of its task; the completion of the task will answer it with the failure.
    mutating func fail(query: ResolveResponse<Message>.Query, ofUnit index: Int, _ error: ExternalStorageError) {
        self.changes.removals.insert(query.frame)
        self.failedQueries[index, default: [:]][query.id] = error.description
        self.failedTasks.append(FailedTask(task: self.response.units[index].task, error: error, report: nil))
    }

    func resolution() throws(ExternalStorageError) -> Resolution<Message> {
        if self.responseFailed { return Resolution(message: Message(ByteBuffer()), failedTasks: self.failedTasks) }
        var changes = self.changes
        for (index, unit) in self.response.units.enumerated() {
            var task = unit.task
            task.failedQueries = self.failedQueries[index] ?? [:]
            changes.replacements[unit.tokenSite] = TaskToken.appending(task, to: unit.token)
        }
        return Resolution(message: try self.response.scanned.applying(changes), failedTasks: self.failedTasks)
    }
}
