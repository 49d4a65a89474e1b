//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import ExternalStorageCore

/// Deletes what two complete passes saw no reference to, or marks it first (ES-G2, ES-G3, P29).
package struct Collector: Sendable {
    /// What is done with what may go.
    package enum Method: Sendable, Hashable {
        case delete
        /// Mark it now; delete it when it has been marked for so long, and a pass that began later saw no reference either.
        case quarantine(graceInSeconds: Int64)
        /// Mark it; a rule of the store deletes.
        case mark
    }

    /// What became of what was to be deleted.
    package struct Outcome: Sendable, Codable, Hashable {
        package var deleted = 0
        package var deletedBytes = 0
        /// Of those: on a store that cannot tell an object from the same bytes written again.
        package var deletedAfterLastLook = 0
        /// Gone already.
        package var missing = 0
        /// Written again since: kept.
        package var changed = 0
        /// Too young, or of an unknown age: kept.
        package var tooYoung = 0
        /// Their workflow has a run that no pass has read: kept (P17).
        package var unreadRuns = 0
        package var failed = 0
        package var firstFailure: String?
        /// Marked now.
        package var marked = 0
        package var markedBytes = 0
        /// Marked before, and not for long enough; or for the store to delete.
        package var waiting = 0

        package init() {}
    }

    /// How many deletions may fail before no more are tried.
    private static let failureLimit = 10

    private let plan: CollectionPlan
    private let marks: MarkSet
    private let driver: any MaintainableStorageDriver
    private let container: String
    private let changes: LoggedChanges?
    private let method: Method
    private let list: AuditLog?
    private let readers: [String: NamespaceReader]
    private let identities: [String: String]

    /// - Parameters:
    ///   - plan: When an object may go.
    ///   - marks: Those of both passes.
    ///   - driver: Whose store.
    ///   - container: One of its containers.
    ///   - lease: The right to change it; nil to only say what would be done.
    ///   - method: What is done with what may go.
    ///   - run: A name that no other collection has, for the keys of the log.
    ///   - readers: Those of all namespaces of which objects may go.
    ///   - identities: The ids of the namespaces, as they were read.
    /// - Throws: `OperationsError` if the store cannot do what the method asks for, or is none of the passes'.
    package init(
        plan: CollectionPlan,
        marks: MarkSet,
        driver: any MaintainableStorageDriver,
        container: String,
        lease: StoreLease?,
        method: Method = .delete,
        run: String,
        readers: [String: NamespaceReader],
        identities: [String: String]
    ) throws(OperationsError) {
        guard plan.stores.contains("\(driver.name)/\(container)") else {
            throw OperationsError(
                .refused,
                "the passes are not of the store \"\(container)\" of the driver \"\(driver.name)\", whose clock they do not "
                    + "know; nothing is deleted. Begin afresh in another directory"
            )
        }
        self.plan = plan
        self.marks = marks
        self.driver = driver
        self.container = container
        let log = AuditLog(prefix: "temporal-storage/audit/\(run)", driver: driver, container: container)
        self.changes = lease.map { LoggedChanges(lease: $0, log: log) }
        self.method = method
        if method == .delete {
            self.list = nil
        } else {
            guard let tagging = driver as? any TaggingStorageDriver, method != .mark || tagging.canExpireTagged else {
                throw OperationsError(
                    .refused,
                    method == .mark
                        ? "no rule deletes by a mark in the store of the driver \"\(driver.name)\"; leave --tag-only out"
                        : "the driver \"\(driver.name)\" cannot mark objects; leave --quarantine out"
                )
            }
            self.list = Quarantine(driver: tagging, container: container).list(of: run)
        }
        self.readers = readers
        self.identities = identities
    }

    /// Deletes or marks some orphans, or says what would become of them.
    ///
    /// Before the first of them is deleted, the log in the store says which are about to be; behind the last, what became
    /// of each. The namespaces are asked for before and the right is made sure of.
    ///
    /// - Parameters:
    ///   - orphans: Orphans of ``OrphanSearch``, at most a page of them.
    ///   - batch: The number of the batch, for the log.
    ///   - outcome: Is added to.
    /// - Throws: `OperationsError` if nothing more may be deleted; what the server and the store throw.
    package func collect(_ orphans: [Orphan], batch: Int, into outcome: inout Outcome) async throws {
        var doomed: [Orphan] = []
        var runs: [String: Bool] = [:]
        for orphan in orphans {
            guard orphan.driverName == self.driver.name, orphan.object.location.container == self.container,
                let reader = self.readers[orphan.key.namespace]
            else { continue }
            guard self.plan.mayDelete(orphan.object) else {
                outcome.tooYoung += 1
                continue
            }
            if case .workflow(let id, _, _) = orphan.key.owner {
                let name = "\(orphan.key.namespace)\u{0}\(id)"
                let isRead: Bool
                if let known = runs[name] {
                    isRead = known
                } else {
                    isRead = try await self.wasRead(id, by: reader)
                    runs[name] = isRead
                }
                guard isRead else {
                    outcome.unreadRuns += 1
                    continue
                }
            }
            doomed.append(orphan)
        }
        guard !doomed.isEmpty else { return }
        // After the questions above, so that a "not found" among them is one of a workflow (P24).
        try await self.checkNamespaces(Set(doomed.map(\.key.namespace)))
        try await self.carryOut(try await self.decide(doomed, &outcome), batch: batch, &outcome)
    }

    /// An object, and whether it is marked or deleted.
    private struct Decision: Sendable {
        var object: StoredObject
        var marks: Bool

        var line: AuditLog.Line {
            AuditLog.Line(self.object, self.marks ? "about to be marked" : "about to be deleted")
        }
    }

    private func decide(_ doomed: [Orphan], _ outcome: inout Outcome) async throws -> [Decision] {
        guard self.method != .delete, let driver = self.driver as? any TaggingStorageDriver else {
            return doomed.map { Decision(object: $0.object, marks: false) }
        }
        let now = try await driver.currentTime(in: self.container)
        var decisions: [Decision] = []
        for orphan in doomed {
            guard let since = try await driver.unreferencedSince(orphan.object) else {
                decisions.append(Decision(object: orphan.object, marks: true))
                continue
            }
            guard case .quarantine(let grace) = self.method, since < self.plan.secondBegan,
                case (let end, false) = since.addingReportingOverflow(grace), end <= now
            else {
                outcome.waiting += 1
                continue
            }
            decisions.append(Decision(object: orphan.object, marks: false))
        }
        return decisions
    }

    private func carryOut(_ decisions: [Decision], batch: Int, _ outcome: inout Outcome) async throws {
        guard let changes = self.changes else {
            for decision in decisions { outcome.count(decision.object, asMarked: decision.marks) }
            return
        }
        let marked = decisions.filter(\.marks)
        // Before the first is marked: what is referenced again later is found by this.
        if !marked.isEmpty { try await self.list?.write("marked", batch, marked.map(\.line)) }
        let since = marked.isEmpty ? 0 : try await self.driver.currentTime(in: self.container)
        try await changes.make(decisions, batch: batch, line: \.line) { decision in
            try await self.tolerating(&outcome) { outcome in
                decision.marks
                    ? try await self.mark(decision.object, since: since, &outcome)
                    : try await self.delete(decision.object, &outcome)
            }
        }
    }

    /// Whether the workflow's current run was read by the last pass, or there is none.
    private func wasRead(_ id: String, by reader: NamespaceReader) async throws -> Bool {
        guard let run = try await reader.currentRun(ofWorkflow: id) else { return true }
        let marks = self.marks
        return try await BlockingWork.run { try marks.wasRead(run: run, ofWorkflow: id) }
    }

    private func checkNamespaces(_ names: Set<String>) async throws {
        for name in names.sorted() {
            guard let reader = self.readers[name] else { continue }
            let identity = try await reader.identity()
            guard identity.isRegistered, identity.id == self.identities[name] else {
                throw OperationsError(
                    .cluster,
                    "the namespace \"\(name)\" is not the one any more that was read (\(identity.id)); nothing is deleted"
                )
            }
        }
    }

    private func delete(_ object: StoredObject, _ outcome: inout Outcome) async throws -> String {
        let deletion = try await self.driver.deleteObject(object)
        switch deletion {
        case .deleted, .deletedAfterLastLook:
            outcome.count(object, asMarked: false)
            outcome.deletedAfterLastLook += deletion == .deleted ? 0 : 1
        case .missing: outcome.missing += 1
        case .changed: outcome.changed += 1
        }
        return deletion.inWords
    }

    private func mark(_ object: StoredObject, since time: Int64, _ outcome: inout Outcome) async throws -> String {
        guard let driver = self.driver as? any TaggingStorageDriver else { return "kept: the store knows no marks" }
        switch try await driver.markUnreferenced(object, since: time) {
        case .marked:
            outcome.count(object, asMarked: true)
            return "marked"
        case .missing:
            outcome.missing += 1
            return "gone already"
        case .changed:
            outcome.changed += 1
            return "kept: written again"
        }
    }

    private func tolerating(
        _ outcome: inout Outcome,
        _ body: (inout Outcome) async throws -> String
    ) async throws -> String {
        do {
            return try await body(&outcome)
        } catch let error as ExternalStorageError {
            try Task.checkCancellation()
            outcome.failed += 1
            outcome.firstFailure = outcome.firstFailure ?? error.message
            // Who may not delete one may not delete the next; a store in trouble is left in peace.
            if error.code == .forbidden || outcome.failed >= Self.failureLimit {
                throw OperationsError(.store, "deleting or marking failed, and no more is tried: \(error.message)")
            }
            return "failed: \(error.code)"
        }
    }
}

extension StoredObjectDeletion {
    /// For the log.
    package var inWords: String {
        switch self {
        case .deleted: "deleted"
        case .deletedAfterLastLook: "deleted after a last look"
        case .missing: "gone already"
        case .changed: "kept: written again"
        }
    }
}

extension Collector.Outcome {
    fileprivate mutating func count(_ object: StoredObject, asMarked isMarked: Bool) {
        self.deleted += isMarked ? 0 : 1
        self.deletedBytes += isMarked ? 0 : object.sizeInBytes
        self.marked += isMarked ? 1 : 0
        self.markedBytes += isMarked ? object.sizeInBytes : 0
    }

    /// Adds what became of others.
    package mutating func add(_ other: Self) {
        self.deleted += other.deleted
        self.deletedBytes += other.deletedBytes
        self.deletedAfterLastLook += other.deletedAfterLastLook
        self.missing += other.missing
        self.changed += other.changed
        self.tooYoung += other.tooYoung
        self.unreadRuns += other.unreadRuns
        self.failed += other.failed
        self.firstFailure = self.firstFailure ?? other.firstFailure
        self.marked += other.marked
        self.markedBytes += other.markedBytes
        self.waiting += other.waiting
    }
}
