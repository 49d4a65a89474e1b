//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
package import ExternalStorageWire
import Groundwork
import NIOCore

/// What offloading made of a request.
struct Offloaded<Message: MessageBytes>: Sendable {
    /// The request to send, or nil if that is the request itself.
    var message: Message?
    /// Why answers to queries are no longer in it (ES-F2).
    var failedQueries: [ExternalStorageError] = []
}

extension MessageEngine {
    /// Stores what is large enough and returns the request with references in its place.
    ///
    /// Also takes our context off the task token, if there is one. An answer to a query that cannot be stored fails that
    /// query alone (ES-F2).
    ///
    /// - Parameters:
    ///   - message: The serialized request.
    ///   - type: Its type.
    ///   - namespaceField: The field of the request that holds its namespace.
    /// - Returns: The request to send, or nil if that is the request itself.
    /// - Throws: `ExternalStorageError` if storing fails; then the request must not be sent (ES-F1). Objects that were
    ///   written before stay behind. ``WireError`` if the request cannot be read. `CancellationError` if cancelled.
    package func offload<Message: MessageBytes>(
        _ message: Message,
        as type: MessageType,
        namespaceField: UInt32 = 1
    ) async throws -> Message? {
        guard try self.hasWork(message, as: type) else { return nil }
        return try await self.offloadAlone(message, as: type, namespaceField: namespaceField)
    }

    /// By itself, because a generic function looks up the types of its variables when it begins, and that takes nearly
    /// half of the time for a request that holds nothing.
    @inline(never)
    private func offloadAlone<Message: MessageBytes>(
        _ message: Message,
        as type: MessageType,
        namespaceField: UInt32
    ) async throws -> Message? {
        let found = try await self.offloadFound(
            message,
            as: type,
            namespaceField: namespaceField,
            deadline: nil,
            findParent: { _ in nil }
        )
        return found.message
    }

    /// As above, for a request that has work, and for whoever has a deadline and can ask the server.
    ///
    /// - Parameters:
    ///   - message: The serialized request.
    ///   - type: Its type.
    ///   - namespaceField: The field of the request that holds its namespace.
    ///   - deadline: When the call has to be over.
    ///   - findParent: Gives the parent of a workflow of which nobody here knows whether it has one. Only asked if its
    ///     result is large.
    /// - Returns: As above, and the answers to queries that could not be stored.
    /// - Throws: As above, and what `findParent` throws. `TimeLimitExceeded` at the deadline.
    @inline(never)
    func offloadFound<Message: MessageBytes>(
        _ message: Message,
        as type: MessageType,
        namespaceField: UInt32,
        deadline: Deadline?,
        findParent: (TaskContext) async throws -> TaskContext.Execution?
    ) async throws -> Offloaded<Message> {
        var request = try self.read(message, as: type, namespaceField: namespaceField)
        if let task = request.task, request.needsParent, let parent = try await findParent(task) {
            try request.adopt(parent)
        }
        var changes = MessageChanges(sites: request.scanned.scan.sites.count)
        if let token = request.token { changes.replacements[token.site] = token.bytes }
        for (id, reason) in (request.task?.failedQueries ?? [:]).sorted(by: { $0.key < $1.key }) {
            var field = StorageFailureReport.failedQueryResult(id: id, message: reason)
            changes.suffix.writeBuffer(&field)
        }
        let storage = request.scanned.payloadSites.isEmpty ? nil : self.storage
        guard storage != nil || message.count > Self.smallestForOtherThreads else {
            return Offloaded(message: try request.scanned.applying(changes))
        }
        return try await self.apart(until: deadline) { [request, changes] in
            var changes = changes
            if let storage { try await self.store(request, in: storage, changes: &changes) }
            return Offloaded(message: try request.scanned.applying(changes), failedQueries: changes.failedQueries)
        }
    }

    private func store<Message: MessageBytes>(
        _ request: OffloadRequest<Message>,
        in storage: ExternalStorage,
        changes: inout MessageChanges
    ) async throws {
        try await self.storeByThreshold(request, in: storage, changes: &changes)
        if let limit = storage.configuration.requestSizeLimit {
            if let partLimit = storage.configuration.requestPartSizeLimit {
                for part in request.scanned.parts(largerThan: partLimit) {
                    try await self.storeMore(of: request, in: part, until: partLimit, storage, changes: &changes)
                }
            }
            try await self.storeMore(of: request, in: nil, until: limit, storage, changes: &changes)
        }
    }

    private func storeByThreshold<Message: MessageBytes>(
        _ request: OffloadRequest<Message>,
        in storage: ExternalStorage,
        changes: inout MessageChanges
    ) async throws {
        let threshold = storage.configuration.threshold.sizeInBytes
        let sites = request.scanned.payloadSites.filter { request.scanned.scan.sites[$0].count >= threshold }
        try await self.storeOrFailQueries(sites, of: request, in: storage, changes: &changes)
    }

    /// Stores the payloads at `sites`; an answer to a query of which one cannot be stored becomes the failure of that
    /// query (ES-F2).
    private func storeOrFailQueries<Message: MessageBytes>(
        _ sites: [Int],
        of request: OffloadRequest<Message>,
        in storage: ExternalStorage,
        changes: inout MessageChanges,
        ignoresThreshold: Bool = false
    ) async throws {
        func store(_ sites: [Int]) async throws {
            try await self.store(
                sites,
                of: request,
                in: storage,
                changes: &changes,
                ignoresThreshold: ignoresThreshold
            )
        }
        do {
            try await store(sites)
        } catch let error as ExternalStorageError {
            let answers = request.queryAnswers.filter { !Set(sites).isDisjoint(with: $0.sites) }
            guard !answers.isEmpty else { throw error }
            // Everything but the answers first: without it the task fails anyway.
            let inAnswers = Set(answers.flatMap(\.sites))
            try await store(sites.filter { !inAnswers.contains($0) })
            for answer in answers {
                do {
                    try await store(sites.filter(Set(answer.sites).contains))
                } catch let error as ExternalStorageError {
                    changes.failedQueries.append(error)
                    changes.removals.insert(answer.frame)
                    var field = StorageFailureReport.failedQueryResult(id: answer.id, message: error.description)
                    changes.suffix.writeBuffer(&field)
                }
            }
        }
    }

    /// Stores payloads below the threshold, the largest first, while the request, or one part of it, is larger than
    /// `limit`.
    ///
    /// What the selector keeps inline stays, so the request may remain too large: then the server says so.
    private func storeMore<Message: MessageBytes>(
        of request: OffloadRequest<Message>,
        in part: Int?,
        until limit: Int,
        _ storage: ExternalStorage,
        changes: inout MessageChanges
    ) async throws {
        let (scan, threshold) = (request.scanned.scan, storage.configuration.threshold.sizeInBytes)
        var rest = request.scanned.payloadSites(in: part).filter { site in
            scan.sites[site].count < threshold && changes.replacements[site] == nil
                && !request.scanned.isRemoved(site, by: changes)
        }
        rest.sort { scan.sites[$0].count > scan.sites[$1].count }
        var size = request.scanned.size(of: part, after: changes)
        while size > limit, !rest.isEmpty {
            // As many as it takes if every reference is as large as the largest that is worth writing.
            var chosen: [Int] = []
            var expected = size
            while expected > limit, let site = rest.first {
                chosen.append(site)
                expected -= scan.sites[site].count - Self.smallestWorthStoring
                rest.removeFirst()
            }
            // Answers to queries by themselves and first: one that cannot be stored goes, and then the rest may fit.
            let inAnswers = Set(request.queryAnswers.flatMap(\.sites))
            let answers = chosen.filter(inAnswers.contains)
            if !answers.isEmpty {
                rest = (chosen.filter { !inAnswers.contains($0) } + rest)
                chosen = answers
            }
            try await self.storeOrFailQueries(
                chosen.sorted(),
                of: request,
                in: storage,
                changes: &changes,
                ignoresThreshold: true
            )
            rest.removeAll { request.scanned.isRemoved($0, by: changes) }
            size = request.scanned.size(of: part, after: changes)
        }
    }

    /// A payload below this size gains too little by a reference, which takes some 500 bytes.
    private static var smallestWorthStoring: Int { 1_024 }

    /// Stores the payloads at `sites`; changes nothing if that fails.
    private func store<Message: MessageBytes>(
        _ sites: [Int],
        of request: OffloadRequest<Message>,
        in storage: ExternalStorage,
        changes: inout MessageChanges,
        ignoresThreshold: Bool = false
    ) async throws {
        guard !sites.isEmpty else { return }
        let items = zip(sites, request.scanned.payloads(at: sites)).map { site, payload in
            ExternalStorage.StoreItem(
                payload: payload,
                target: request.targets[site],
                ignoresThreshold: ignoresThreshold
            )
        }
        let references = try await storage.store(items, namespace: request.namespace)
        for (site, reference) in zip(sites, references) where reference != nil {
            changes.replacements[site] = reference?.serializedBytes
        }
    }

    /// The smallest payload to look for: smaller ones too in a request that is too large as a whole.
    private func minimumSize(inMessageOf count: Int) -> Int {
        // Without storage nothing is large enough.
        guard let configuration = self.storage?.configuration else { return Int.max }
        let threshold = configuration.threshold.sizeInBytes
        guard let limit = configuration.requestSizeLimit else { return threshold }
        guard count > min(limit, configuration.requestPartSizeLimit ?? limit) else { return threshold }
        return min(threshold, Self.smallestWorthStoring)
    }

    /// Whether there is anything to store or to take off; almost always there is not, so this comes first.
    func hasWork<Message: MessageBytes>(_ message: Message, as type: MessageType) throws(WireError) -> Bool {
        let scanner = self.scanner(forMessageOf: message.count)
        return try message.withSpan { bytes throws(WireError) in
            let scan = try scanner.scan(bytes, as: type)
            // Two halves may be large enough where neither of them is.
            if scan.needsNormalization { return true }
            return scan.sites.contains { site in
                site.kind == .payload || TaskToken.split(bytes, in: site.body) != nil
            }
        }
    }

    private func scanner(forMessageOf count: Int) -> PayloadScanner {
        PayloadScanner(
            purpose: .offload(minimumSize: self.minimumSize(inMessageOf: count)),
            findsTaskTokens: true,
            readsLegacyReferences: self.readsLegacyReferences
        )
    }

    private func read<Message: MessageBytes>(
        _ message: Message,
        as type: MessageType,
        namespaceField: UInt32
    ) throws(WireError) -> OffloadRequest<Message> {
        try OffloadRequest(
            ScannedMessage(message, as: type, by: self.scanner(forMessageOf: message.count)),
            namespaceField: namespaceField
        )
    }
}

/// A request as it was read before anything was stored.
private struct OffloadRequest<Message: MessageBytes>: Sendable {
    /// One entry of `query_results`.
    struct QueryAnswer: Sendable {
        var id: String
        var frame: Int
        var sites: [Int]
    }

    private(set) var scanned: ScannedMessage<Message>
    var namespace = ""
    var task: TaskContext?
    /// The server's own part of the token, where ours was behind it.
    var token: (site: Int, bytes: ByteBuffer)?
    /// Whose each payload is, aligned with the sites.
    var targets: [StorageDriverTarget?] = []
    var queryAnswers: [QueryAnswer] = []

    init(_ scanned: ScannedMessage<Message>, namespaceField: UInt32) throws(WireError) {
        self.scanned = scanned
        guard !scanned.scan.sites.isEmpty else { return }
        var request = self
        try scanned.message.withSpan { bytes throws(WireError) in
            try request.read(bytes, namespaceField: namespaceField)
        }
        self = request
    }

    private mutating func read(_ bytes: Span<UInt8>, namespaceField: UInt32) throws(WireError) {
        let scan = self.scanned.scan
        self.namespace = try WireReader.string(namespaceField, in: 0..<bytes.count, of: bytes)
        if let site = scan.sites.firstIndex(where: { $0.kind == .taskToken }),
            let split = TaskToken.split(bytes, in: scan.sites[site].body)
        {
            let start = scan.sites[site].bodyStart
            var own = ByteBuffer()
            own.write(bytes, in: start..<(start + split.count))
            self.task = split.context
            self.token = (site, own)
        }
        guard scan.sites.contains(where: { $0.kind == .payload }) else { return }
        try self.readTargets(bytes)
        guard self.scanned.type == .respondWorkflowTaskCompletedRequest else { return }
        for site in self.scanned.payloadSites {
            let frame = self.scanned.outermostFrame(of: site) { $0.parent < 0 && $0.field == 8 }
            guard let frame else { continue }
            if self.queryAnswers.last?.frame != frame {
                let id = try WireReader.string(1, in: scan.frames[frame].body, of: bytes)
                self.queryAnswers.append(QueryAnswer(id: id, frame: frame, sites: []))
            }
            self.queryAnswers[self.queryAnswers.count - 1].sites.append(site)
        }
    }

    private mutating func readTargets(_ bytes: Span<UInt8>) throws(WireError) {
        let scan = self.scanned.scan
        let targets = try RequestTargets(
            request: self.scanned.type,
            of: bytes,
            namespace: self.namespace,
            task: self.task
        )
        self.targets = []
        self.targets.reserveCapacity(scan.sites.count)
        for site in scan.sites {
            self.targets.append(site.kind == .payload ? try targets.target(of: site, in: scan, of: bytes) : nil)
        }
    }

    /// Whether the request ends a workflow of which nobody knows whether it has a parent, with a result that may be
    /// stored.
    var needsParent: Bool {
        guard self.task?.parentIsUnknown == true else { return false }
        return self.scanned.payloadSites.contains { site in
            self.scanned.outermostFrame(of: site) { $0.type == .completeWorkflowExecutionCommandAttributes } != nil
        }
    }

    /// Takes note of a parent, to whom the result of the workflow belongs.
    mutating func adopt(_ parent: TaskContext.Execution) throws(WireError) {
        self.task?.parent = parent
        var request = self
        try self.scanned.message.withSpan { bytes throws(WireError) in try request.readTargets(bytes) }
        self = request
    }
}
