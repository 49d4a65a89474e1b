//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
package import ExternalStorageWire
import Groundwork
import NIOCore

/// What resolving made of a response.
struct Resolution<Message: MessageBytes>: Sendable {
    /// The response to hand on, or nil if that is the response itself.
    var message: Message?
    /// Tasks, and queries of tasks, that could not be resolved, and are no longer in the response.
    ///
    /// The server has to be told (ES-F2, ES-F3).
    var failedTasks: [FailedTask] = []
    /// Why references of a list stayed in it, one error per reference (ES-F7).
    var keptForFailure: [ExternalStorageError] = []
}

/// A task whose payloads could not be retrieved.
struct FailedTask: Sendable {
    var task: TaskContext
    var error: ExternalStorageError
    /// What to send to the server.
    ///
    /// Nil if the rules say that nothing is sent, and for a query: the completion of its task answers it.
    var report: StorageFailureReport?
    /// Whether it is nothing but a query, or one of the queries of a task.
    var isQuery = false
}

/// Who asked for a response, and what is to become of it.
struct ResolveRequest: Sendable {
    /// The namespace of the request.
    var namespace: String
    /// Who asked, for the report of a failure.
    var identity = ""
    /// Where the parents of workflow runs are remembered; nil leaves tokens as they are.
    var parents: ParentLedger?
    /// Which references stay as they are.
    var kept: KeptReferences = []
    /// When the call has to be over.
    var deadline: Deadline?
    /// Whether the response is about many executions: one that cannot be resolved keeps its reference (ES-F7).
    var isList = false
    /// What the response takes of memory; nil where nobody counts.
    var memory: ByteShare?
}

extension MessageEngine {
    /// Puts the payloads back in the place of the references in a response, and the context behind the tokens of tasks.
    ///
    /// A task that cannot be resolved is taken out of the response, so that what else is in it arrives; if the response
    /// is the task, it becomes empty, as at the end of a long poll. No more is retrieved than the response may hold
    /// (ES-P11): a page of history ends earlier then, a list keeps references, and anything else fails.
    ///
    /// - Parameters:
    ///   - message: The serialized response.
    ///   - type: Its type.
    ///   - request: Who asked.
    /// - Returns: The response to hand on, and the tasks that are no longer in it.
    /// - Throws: `ExternalStorageError` if a reference outside of a task cannot be resolved; then nothing has been
    ///   replaced. `CancellationError` if cancelled. ``WireError`` if the response cannot be read.
    func resolve<Message: MessageBytes>(
        _ message: Message,
        as type: MessageType,
        for request: ResolveRequest
    ) async throws -> Resolution<Message> {
        try await self.resolve(message, as: type, for: request, step: .whole)
    }

    /// Puts the payloads back in the place of the references in a message that holds no tasks.
    ///
    /// - Parameters:
    ///   - message: The serialized message.
    ///   - type: Its type.
    ///   - namespace: The namespace of the call.
    ///   - kept: Which references stay as they are.
    /// - Returns: The message with its payloads, or nil if that is the message itself.
    /// - Throws: `ExternalStorageError` if a reference cannot be resolved. `CancellationError` if cancelled.
    package func resolve<Message: MessageBytes>(
        _ message: Message,
        as type: MessageType,
        namespace: String,
        keeping kept: KeptReferences = []
    ) async throws -> Message? {
        try await self.resolve(message, as: type, for: ResolveRequest(namespace: namespace, kept: kept)).message
    }

    /// How far a response has come.
    private enum Step {
        /// As the server sent it.
        case whole
        /// Cut to a page that holds what came, or may hold what is to come.
        case page(Retrieval?)
    }

    private func resolve<Message: MessageBytes>(
        _ message: Message,
        as type: MessageType,
        for request: ResolveRequest,
        step: Step
    ) async throws -> Resolution<Message> {
        let scanner = PayloadScanner(
            purpose: .resolve,
            findsTaskTokens: request.parents != nil,
            readsLegacyReferences: self.readsLegacyReferences
        )
        let scanned = try ScannedMessage(message, as: type, by: scanner, keeping: request.kept)
        guard !scanned.scan.sites.isEmpty else { return Resolution() }
        let response = try ResolveResponse(scanned, namespace: request.namespace, parents: request.parents)
        let attempt = ResolveAttempt(response: response, request: request)
        guard !scanned.payloadSites.isEmpty else {
            guard message.count > Self.smallestForOtherThreads else { return try attempt.resolution() }
            return try await self.apart(until: request.deadline) { try attempt.resolution() }
        }
        return try await self.apart(until: request.deadline) { try await self.retrieve(attempt, step: step) }
    }

    private func retrieve<Message: MessageBytes>(
        _ attempt: ResolveAttempt<Message>,
        step: Step
    ) async throws -> Resolution<Message> {
        let scanned = attempt.response.scanned
        var (sites, references) = (scanned.payloadSites, [Payload]())
        let history = try HistoryPage.history(in: scanned)
        if let history {
            // What is not history cannot be put off to the next page, so it has the first claim to the room.
            let inHistory = sites.filter { history.contains(scanned.scan.sites[$0].bodyStart) }
            sites = sites.filter { !history.contains(scanned.scan.sites[$0].bodyStart) } + inHistory
        }
        references = scanned.payloads(at: sites)
        if history != nil, case .whole = step {
            let growth = references.map { max(0, $0.declaredSize - $0.sizeInBytes) }
            if let page = try self.page(of: scanned, sites, growth: growth, endsEmpty: false) {
                return try await self.resolve(page, of: attempt, step: .page(nil))
            }
        }
        let room: Retrieval
        if case .page(let earlier?) = step {
            room = earlier
        } else {
            room = Retrieval(
                limit: self.resolvedMessageLimit,
                occupied: scanned.message.count,
                manner: attempt.manner(isHistory: history != nil),
                memory: try await self.memory(for: references, in: attempt.request.memory),
                replacesReferences: true
            )
        }
        let outcomes: [RetrievalOutcome]
        if let storage = self.storage {
            outcomes = try await storage.retrieve(
                references: references,
                namespace: attempt.request.namespace,
                in: room
            )
        } else {
            let error = ExternalStorageError.notConfigured(references: references.count)
            outcomes = references.map { _ in .failed(error) }
        }
        // What a failure has stopped is not what has no room: then there is no page.
        if history != nil, !room.isStoppedByFailure {
            let growth = zip(references, outcomes).map { $1.growth(over: $0) }
            if let page = try self.page(of: scanned, sites, growth: growth, endsEmpty: true) {
                return try await self.resolve(page, of: attempt, step: .page(room))
            }
            if growth.contains(.max), room.hasRoomLeftOver,
                // What came first left no room for the first event, which may fit alone.
                let page = try self.page(of: scanned, sites, growth: sites.map { _ in .max }, endsEmpty: false)
            {
                // What it waits for next is all that it needs.
                room.giveBack()
                return try await self.resolve(page, of: attempt, step: .page(nil))
            }
        }
        var attempt = attempt
        let failure = room.failure
        try attempt.apply(zip(sites, zip(references, outcomes)).map { ($0, $1.0, $1.1) }, failure: failure)
        let resolution = try attempt.resolution()
        // The payloads are in the response now.
        if let memory = attempt.request.memory { room.handMemory(to: memory) }
        return resolution
    }

    /// Memory for what references say that their payloads take, for which it waits; what is more is taken later, if it is
    /// there.
    private func memory(for references: [Payload], in memory: ByteShare?) async throws -> ByteShare? {
        guard let memory else { return nil }
        let expected = references.reduce(0) { sum, reference in
            sum.addingClamped(reference.declaredSize > 0 ? reference.declaredSize : Self.undeclaredSize)
        }
        let bytes = min(expected, self.resolvedMessageLimit)
        try await memory.growInAnyCase(by: bytes)
        return memory.split(bytes)
    }

    /// What is expected of a reference that does not say how large its payload is, in bytes.
    private static var undeclaredSize: Int { 262_144 }

    /// The response without the events that have no room, or nil if it has none to leave out.
    private func page<Message: MessageBytes>(
        of scanned: ScannedMessage<Message>,
        _ sites: [Int],
        growth: [Int],
        endsEmpty: Bool
    ) throws(WireError) -> Message? {
        var bySite: [Int: Int] = [:]
        for (site, growth) in zip(sites, growth) { bySite[site] = growth }
        return try HistoryPage.cut(scanned, limit: self.resolvedMessageLimit, growth: bySite, mayEndEmpty: endsEmpty)
    }

    private func resolve<Message: MessageBytes>(
        _ page: Message,
        of attempt: ResolveAttempt<Message>,
        step: Step
    ) async throws -> Resolution<Message> {
        var resolution = try await self.resolve(
            page,
            as: attempt.response.scanned.type,
            for: attempt.request,
            step: step
        )
        resolution.message = resolution.message ?? page
        return resolution
    }
}

extension RetrievalOutcome {
    /// How much larger than a reference its payload is, in bytes; the largest number there is if there is no room for it.
    fileprivate func growth(over reference: Payload) -> Int {
        switch self {
        case .retrieved(let payload): payload.sizeInBytes - reference.sizeInBytes
        case .noRoom, .stopped: .max
        // No size makes a difference to these.
        case .left, .failed: 0
        }
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
    let request: ResolveRequest
    private var changes: MessageChanges
    private var failedTasks: [FailedTask] = []
    private var keptForFailure: [ExternalStorageError] = []
    /// Queries that could not be read, by task.
    private var failedQueries: [Int: [String: String]] = [:]
    private var responseFailed = false

    init(response: ResolveResponse<Message>, request: ResolveRequest) {
        self.response = response
        self.request = request
        self.changes = MessageChanges(sites: response.scanned.scan.sites.count)
    }

    /// What becomes of the other references if one cannot be resolved.
    func manner(isHistory: Bool) -> Retrieval.Manner {
        if self.request.isList { return [.survivesFailures, .survivesRefusals] }
        let units = self.response.units
        // Where a part may fail by itself, the others are needed.
        let hasParts = units.contains { !$0.queries.isEmpty || $0.sites != self.response.scanned.payloadSites }
        if isHistory { return hasParts ? [.endsWhereRoomEnds, .survivesFailures] : .endsWhereRoomEnds }
        return hasParts ? [.survivesFailures, .survivesRefusals] : []
    }

    /// Takes over what became of the references.
    ///
    /// - Throws: `ExternalStorageError` if one outside of a task could not be resolved.
    mutating func apply(
        _ results: [(site: Int, reference: Payload, outcome: RetrievalOutcome)],
        failure: ExternalStorageError?
    ) throws(ExternalStorageError) {
        var errors: [Int: ExternalStorageError] = [:]
        for (site, _, outcome) in results {
            switch outcome {
            case .retrieved(let payload): self.changes.replacements[site] = payload.serializedBytes
            case .left: break
            case .noRoom(let error), .failed(let error): errors[site] = error
            case .stopped: errors[site] = failure ?? .messageTooLarge(sizeInBytes: .max, limit: .max)
            }
        }
        guard !errors.isEmpty else { return }
        if self.request.isList {
            self.keptForFailure = errors.sorted { $0.key < $1.key }.map(\.value)
            return
        }
        func first(of sites: [Int]) -> ExternalStorageError? {
            guard let error = sites.lazy.compactMap({ errors[$0] }).first else { return nil }
            // With one failure for all, it is the one that stopped the others.
            return self.response.units.count <= 1 && self.response.units.allSatisfy(\.queries.isEmpty)
                ? failure ?? error : error
        }
        let inUnits = Set(self.response.units.flatMap(\.sites))
        if let error = first(of: self.response.scanned.payloadSites.filter({ !inUnits.contains($0) })) { throw error }
        for (index, unit) in self.response.units.enumerated() {
            let inQueries = Set(unit.queries.flatMap(\.sites))
            if let error = first(of: unit.sites.filter({ !inQueries.contains($0) })) {
                self.fail(unit: index, error)
                continue
            }
            for query in unit.queries {
                if let error = first(of: query.sites) { self.fail(query: query, ofUnit: index, error) }
            }
        }
    }

    /// Takes a task out of the response.
    private mutating func fail(unit index: Int, _ error: ExternalStorageError) {
        let unit = self.response.units[index]
        if let frame = unit.frame { self.changes.removals.insert(frame) } else { self.responseFailed = true }
        let report = StorageFailureReport(
            of: error,
            task: unit.task,
            kind: unit.task.kind,
            token: unit.token,
            namespace: self.request.namespace,
            identity: self.request.identity,
            isQuery: unit.isQuery
        )
        self.failedTasks.append(FailedTask(task: unit.task, error: error, report: report, isQuery: unit.isQuery))
    }

    /// Takes a query out of its task; the completion of the task will answer it with the failure.
    private mutating func fail(
        query: ResolveResponse<Message>.Query,
        ofUnit index: Int,
        _ error: ExternalStorageError
    ) {
        self.changes.removals.insert(query.frame)
        self.failedQueries[index, default: [:]][query.id] = error.description
        let task = self.response.units[index].task
        self.failedTasks.append(FailedTask(task: task, error: error, report: nil, isQuery: true))
    }

    func resolution() throws(ExternalStorageError) -> Resolution<Message> {
        if self.responseFailed { return Resolution(message: Message(ByteBuffer()), failedTasks: self.failedTasks) }
        var changes = self.changes
        for (index, unit) in self.response.units.enumerated() {
            var task = unit.task
            task.failedQueries = self.failedQueries[index] ?? [:]
            changes.replacements[unit.tokenSite] = TaskToken.appending(task, to: unit.token)
        }
        return Resolution(
            message: try self.response.scanned.applying(changes),
            failedTasks: self.failedTasks,
            keptForFailure: self.keptForFailure
        )
    }
}
