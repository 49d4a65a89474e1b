//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageWire
import GRPCCore
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Reads a namespace once, completely or not, and keeps what it finds (ES-G1, ES-G3).
///
/// The order is what makes it complete: ask who the namespace is; list everything; ask again; read everything that was
/// listed, what is pending before the history (P16); list once more and read what is new, until nothing of that is gone
/// when it is read (P17); ask a third time (P24).
///
/// The work is cut into parts of up to 500 things. A part that is done is a file, so that a pass which was ended at any
/// point goes on behind it. A part knows nothing of the others: that is what lets several be read at a time.
package struct NamespacePass: Sendable {
    private static let itemsPerPart = 500
    /// How often new things are looked for at the end.
    private static let roundLimit = 10

    private let reader: NamespaceReader
    private let locator: ReferenceLocator
    private let directory: StateDirectory
    private let streams: Int
    private let examiner: (any ReferenceExaminer)?
    private let kinds: [RootKind]
    private let progress: PassProgress

    /// - Parameters:
    ///   - reader: Reads the namespace.
    ///   - locator: Tells where references lead.
    ///   - directory: Where to keep what is found; of this pass and this namespace alone.
    ///   - streams: How many parts are read at a time.
    ///   - examiner: Looks at each reference.
    ///   - kinds: What is read; all kinds but for tests.
    ///   - progress: Is told how far it is.
    package init(
        reader: NamespaceReader,
        locator: ReferenceLocator,
        directory: StateDirectory,
        streams: Int = 4,
        examiner: (any ReferenceExaminer)? = nil,
        kinds: [RootKind] = RootKind.allCases,
        progress: PassProgress = PassProgress()
    ) {
        self.reader = reader
        self.locator = locator
        self.directory = directory
        self.streams = streams
        self.examiner = examiner
        self.kinds = kinds
        self.progress = progress
    }

    /// Reads, or goes on reading.
    ///
    /// - Returns: What was found; it says itself whether that is all.
    /// - Throws: `RPCError` if the server cannot be reached, `OperationsError` if the state cannot be kept,
    ///   `CancellationError`: after each of them the same directory goes on where it was.
    package func run() async throws -> NamespaceSummary {
        if let done: NamespaceSummary = try await self.load("summary.json"), done.isFinal { return done }
        var problems = PartResult()
        let identity = try await self.control(against: nil, &problems)
        problems.add(try await self.list("a", identity, dropping: nil))
        _ = try await self.control(against: identity, &problems)
        _ = try await self.readParts(of: "a")
        var rounds = ["a"]
        // Never kept from an earlier attempt: what has started since is on no older list.
        for number in 1... {
            guard number <= Self.roundLimit else {
                let text = "the namespace changes faster than it can be read: things are gone before they are read"
                problems.add(ReadingProblem(.beyondReach, text), in: nil, .workflows)
                break
            }
            let round = "b\(number)"
            let seen = try await self.seen(in: rounds)
            problems.add(try await self.list(round, identity, dropping: seen))
            rounds.append(round)
            // What was listed and then gone may have handed on what it held, to something that is not listed yet.
            guard try await self.readParts(of: round) > 0 else { break }
        }
        _ = try await self.control(against: identity, &problems)
        return try await self.summarize(identity, problems, rounds)
    }

    // MARK: Who the namespace is

    /// Asks the server for the namespace, and compares (P18, P24, P25).
    private func control(
        against begin: NamespaceIdentity?,
        _ problems: inout PartResult
    ) async throws -> NamespaceIdentity {
        self.progress.update { $0.stage = "asking for the namespace \(self.reader.namespace)" }
        let identity = try await self.reader.identity()
        guard let begin else {
            // The first look counts for the whole pass, however often it is interrupted.
            let earlier: NamespaceIdentity? = try await self.load("identity.json")
            if earlier == nil { try await self.save(identity, to: "identity.json") }
            let begin = earlier ?? identity
            var beyond: [String] = []
            if begin.archivesHistories { beyond.append("the namespace archives histories, and archives are not read") }
            if begin.clusterCount > 1 {
                beyond.append("the namespace is replicated: what is gone here may be there in another cluster")
            }
            for text in beyond { problems.add(ReadingProblem(.beyondReach, text), in: nil, .workflows) }
            if !identity.isStill(begin) { problems.add(Self.changed(begin, identity), in: nil, .workflows) }
            return begin
        }
        if !identity.isStill(begin) { problems.add(Self.changed(begin, identity), in: nil, .workflows) }
        return begin
    }

    private static func changed(_ before: NamespaceIdentity, _ now: NamespaceIdentity) -> ReadingProblem {
        ReadingProblem(
            .namespaceChanged,
            """
            the namespace "\(before.name)" has the id \(before.id), active in "\(before.activeCluster)" \
            (\(before.failoverVersion)); now it is \(now.id), in "\(now.activeCluster)" (\(now.failoverVersion)), \
            \(now.isRegistered ? "registered" : "not registered")
            """
        )
    }

    // MARK: Listing

    /// Lists everything into files of items, each of which is a part to read.
    private func list(
        _ round: String,
        _ identity: NamespaceIdentity,
        dropping seen: HashSetFile?
    ) async throws -> PartResult {
        var result = PartResult()
        for kind in self.kinds {
            let name = "list-\(round)-\(kind.rawValue).json"
            if seen == nil, let done: ListingRecord = try await self.load(name) {
                result.add(done.result)
                continue
            }
            self.progress.update { $0.stage = "listing \(kind.rawValue) of \(self.reader.namespace)" }
            let record = try await self.list(kind, round, identity, dropping: seen)
            result.add(record.result)
            // What failed is tried again when the pass goes on.
            let isDone = !record.result.isWorthRepeating
            try await self.save(record, to: isDone ? name : "failed-\(name)")
            if !isDone { try await self.blocking { try $0.remove(name) } }
        }
        return result
    }

    private func list(
        _ kind: RootKind,
        _ round: String,
        _ identity: NamespaceIdentity,
        dropping seen: HashSetFile?
    ) async throws -> ListingRecord {
        let stem = "\(round)-\(kind.rawValue)"
        var record = ListingRecord()
        var pending: [RootItem] = []
        var token = ByteBuffer()
        repeat {
            let page: NamespaceReader.Page
            do {
                guard let found = try await self.reader.page(of: kind, after: token) else {
                    guard kind.isAnnounced(by: identity) else { break }
                    let text = "the server cannot list \(kind.rawValue), and there may be some"
                    record.result.add(ReadingProblem(.beyondReach, text), in: nil, kind)
                    break
                }
                page = found
            } catch {
                // A listing that ends early is no listing: not one part of it is read as if it were all.
                record.result.add(try Self.problem(after: error), in: nil, kind)
                break
            }
            let marks = self.marks(of: page.findings.sightings, in: nil, kind, &record.result)
            for problem in page.findings.problems { record.result.add(problem, in: nil, kind) }
            let (number, items) = (record.pages, page.items)
            let new = try await self.blocking { directory in
                try HashSetBuilder.write(marks, to: "marks-list-\(stem)-\(number)", in: directory)
                let hashes = items.map { ReferenceLocator.mark(of: $0, kind) }
                try HashSetBuilder.write(hashes, to: "seen-\(stem)-\(number)", in: directory)
                guard let seen else { return items }
                return try zip(items, hashes).filter { try !seen.contains($1) }.map(\.0)
            }
            pending += new
            self.progress.update { $0.itemsListed += new.count }
            while pending.count >= Self.itemsPerPart {
                try await self.save(Array(pending.prefix(Self.itemsPerPart)), to: "items-\(stem)-\(record.parts).json")
                pending.removeFirst(Self.itemsPerPart)
                record.parts += 1
            }
            token = page.token
            record.pages += 1
        } while token.readableBytes > 0
        if !pending.isEmpty {
            try await self.save(pending, to: "items-\(stem)-\(record.parts).json")
            record.parts += 1
        }
        return record
    }

    /// What a failure means for the pass.
    ///
    /// - Throws: The failure itself, if it is none of the call's own: then the whole pass cannot go on.
    private static func problem(after error: any Error) throws -> ReadingProblem {
        switch error {
        case let error as RPCError where [.unavailable, .deadlineExceeded, .unauthenticated].contains(error.code):
            throw error
        case let error as RPCError:
            return ReadingProblem(.failedCall, "the server answered \(error.code): \(error.message)")
        case let error as WireError:
            return ReadingProblem(.unreadable, "the answer is not a message: \(error)")
        default: throw error
        }
    }

    // MARK: Reading

    private struct Part: Sendable {
        var kind: RootKind
        var stem: String
    }

    /// What a listing left behind, of the last time that it was made.
    private func listing(_ round: String, _ kind: RootKind) async throws -> ListingRecord? {
        let name = "list-\(round)-\(kind.rawValue).json"
        if let record: ListingRecord = try await self.load(name) { return record }
        return try await self.load("failed-\(name)")
    }

    private func parts(of round: String) async throws -> [Part] {
        var parts: [Part] = []
        for kind in self.kinds {
            for number in 0..<(try await self.listing(round, kind)?.parts ?? 0) {
                parts.append(Part(kind: kind, stem: "\(round)-\(kind.rawValue)-\(number)"))
            }
        }
        return parts
    }

    /// What was listed in some rounds.
    ///
    /// The files of a listing that was ended before it was done, and made again, do not count: what stands in them alone
    /// was never read.
    private func seen(in rounds: [String]) async throws -> HashSetFile {
        var names: [String] = []
        for round in rounds {
            for kind in self.kinds {
                for number in 0..<(try await self.listing(round, kind)?.pages ?? 0) {
                    names.append("seen-\(round)-\(kind.rawValue)-\(number)")
                }
            }
        }
        let files = names
        return try await self.blocking { directory in
            try HashSetBuilder.merge(files, to: "seen", in: directory)
            return try HashSetFile("seen", in: directory)
        }
    }

    /// Reads all parts of a round that were not read yet.
    ///
    /// - Returns: How many things were gone when they were to be read.
    private func readParts(of round: String) async throws -> Int {
        let parts = try await self.parts(of: round)
        self.progress.update { $0.stage = "reading \(self.reader.namespace)" }
        // As many tasks as streams, each of which takes the next part when it is done with one.
        let queue = PartQueue(parts)
        try await withThrowingDiscardingTaskGroup { group in
            for _ in 0..<max(1, self.streams) {
                group.addTask {
                    while let part = queue.next() {
                        try Task.checkCancellation()
                        try await self.read(part)
                    }
                }
            }
        }
        var gone = 0
        for part in parts { gone += try await self.result(of: part).goneItems }
        return gone
    }

    private func result(of part: Part) async throws -> PartResult {
        let name = "part-\(part.stem).json"
        guard let result: PartResult = try await self.load(name) else {
            throw OperationsError(.state, "the file \(self.directory.path)/\(name) is gone")
        }
        return result
    }

    private func read(_ part: Part) async throws {
        let name = "items-\(part.stem).json"
        guard let bytes = try await self.blocking({ try $0.read(name) }) else {
            throw OperationsError(.state, "the file \(self.directory.path)/\(name) is gone")
        }
        // A listing that was made again may have put other things into a part of the same name.
        let digest = PayloadDigest(hashing: bytes).hexadecimal
        let done: PartResult? = try await self.load("part-\(part.stem).json")
        if let done, done.itemsDigest == digest, !done.isWorthRepeating {
            self.progress.update { progress in
                progress.itemsRead += done.items
                progress.references += done.references
            }
            return
        }
        let items: [RootItem] = try await self.load(name) ?? []
        var result = PartResult()
        result.itemsDigest = digest
        var marks = PartMarks(stem: part.stem)
        for item in items {
            try Task.checkCancellation()
            try await self.read(item, part.kind, into: &result, &marks)
        }
        // First the marks, then the word that they are complete.
        try await self.write(&marks)
        try await self.save(result, to: "part-\(part.stem).json")
    }

    /// Writes marks that were collected to a file of their own.
    private func write(_ marks: inout PartMarks) async throws {
        let (hashes, name) = (marks.hashes, "marks-\(marks.stem).\(marks.fileCount)")
        try await self.blocking { try HashSetBuilder.write(hashes, to: name, in: $0) }
        marks.hashes.removeAll(keepingCapacity: true)
        marks.fileCount += 1
    }

    private func read(
        _ item: RootItem,
        _ kind: RootKind,
        into result: inout PartResult,
        _ marks: inout PartMarks
    ) async throws {
        let earlier = result.references
        let reading: NamespaceReader.Reading
        do {
            reading = try await self.reader.read(item, of: kind) { findings in
                try await self.take(findings, in: item, kind, into: &result, &marks)
            }
        } catch {
            result.add(try Self.problem(after: error), in: item, kind)
            return
        }
        result.items += 1
        if !reading.isThere { result.goneItems += 1 }
        let found = result.references - earlier
        if let counted = reading.serverCount, counted > Int64(found), reading.isThere {
            result.add(
                ReferenceFinding(
                    kind: .fewerThanCounted,
                    root: kind,
                    item: item,
                    text: "the server counted \(counted) external payloads, \(found) were found"
                )
            )
        }
        let (problems, findings) = (result.problemCount, result.findingCount)
        self.progress.update { progress in
            progress.itemsRead += 1
            progress.problems = max(progress.problems, problems)
            progress.findings = max(progress.findings, findings)
        }
    }

    /// Takes in what one answer of the server has in it.
    ///
    /// A part may have any number of references, and so may one history: marks are written before they become many.
    private func take(
        _ findings: ReferenceFindings,
        in item: RootItem,
        _ kind: RootKind,
        into result: inout PartResult,
        _ marks: inout PartMarks
    ) async throws {
        for problem in findings.problems { result.add(problem, in: item, kind) }
        marks.hashes.formUnion(self.marks(of: findings.sightings, in: item, kind, &result))
        if marks.hashes.count >= PartMarks.limit { try await self.write(&marks) }
        for sighting in findings.sightings {
            result.references += 1
            result.tallies[item.type, default: .init()].count(bytes: sighting.claimedSizeInBytes)
            guard let examiner = self.examiner else { continue }
            let location = try? self.locator.location(of: sighting.reference)
            let finding = try await examiner.examine(
                sighting,
                in: item,
                kind,
                at: location,
                namespace: self.reader.namespace
            )
            if let finding { result.add(finding) }
        }
        self.progress.update { $0.references += findings.sightings.count }
    }

    private func marks(
        of sightings: [ReferenceSighting],
        in item: RootItem?,
        _ kind: RootKind,
        _ result: inout PartResult
    ) -> Set<PayloadDigest> {
        var marks: Set<PayloadDigest> = []
        for sighting in sightings {
            do throws(ExternalStorageError) {
                if let location = try self.locator.location(of: sighting.reference) {
                    marks.insert(ReferenceLocator.mark(ofKey: location.key))
                }
            } catch {
                result.add(ReadingProblem(.invalidClaim, error.message, at: sighting.place), in: item, kind)
            }
            // Whatever else is wrong with it: what it names is kept.
            for key in sighting.reference.claim.objectNames { marks.insert(ReferenceLocator.mark(ofKey: key)) }
        }
        return marks
    }

    // MARK: The end

    private func summarize(
        _ identity: NamespaceIdentity,
        _ problems: PartResult,
        _ rounds: [String]
    ) async throws -> NamespaceSummary {
        var total = problems
        for round in rounds {
            for part in try await self.parts(of: round) {
                let found = try await self.result(of: part)
                total.add(found)
                total.isWorthRepeating = total.isWorthRepeating || found.isWorthRepeating
            }
        }
        _ = try await self.seen(in: rounds)
        try await self.blocking { directory in
            // All that there are: a mark too many does no harm.
            let marks = try directory.fileNames().filter { $0.hasPrefix("marks-") }
            try HashSetBuilder.merge(marks, to: "marks", in: directory)
        }
        let summary = NamespaceSummary(identity: identity, result: total)
        try await self.save(summary, to: "summary.json")
        return summary
    }

    // MARK: Files

    private func blocking<Output: Sendable>(
        _ body: @escaping @Sendable (StateDirectory) throws -> Output
    ) async throws -> Output {
        let directory = self.directory
        return try await BlockingWork.run { try body(directory) }
    }

    private func save(_ value: some Encodable & Sendable, to name: String) async throws {
        try await self.blocking { try $0.save(value, to: name) }
    }

    private func load<Value: Decodable & Sendable>(_ name: String) async throws -> Value? {
        try await self.blocking { try $0.load(name) }
    }
}

/// The marks of a part that are not written yet.
private struct PartMarks: Sendable {
    /// How many are in memory, but for those of one answer.
    static let limit = 16_384

    let stem: String
    var hashes: Set<PayloadDigest> = []
    var fileCount = 0
}

/// What a listing found.
private struct ListingRecord: Codable, Sendable {
    var parts = 0
    var pages = 0
    var result = PartResult()
}
