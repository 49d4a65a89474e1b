//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ArgumentParser
import ExternalStorageCore
import ExternalStorageOperations
import GRPCCore

/// `temporal-storage purge`.
struct PurgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "purge",
        abstract: "Delete everything that is stored of one workflow.",
        discussion: """
            Finds the objects that lie with a workflow and those that its runs refer to, reads all namespaces for who \
            else refers to them, and shows both. Nothing is changed without --apply.

              temporal-storage purge --driver s3 --bucket b --workflow-id order-1 --state ./purge-order-1
              temporal-storage purge … --state ./purge-order-1 --delete-workflow --claim --apply

            With --apply the workflow has to be gone already, or --delete-workflow has all its runs deleted first, open \
            ones too. What was referred to outside of the workflow's own keys is known only as long as its history is \
            there: the first run keeps it in --state, and that is why it comes before the deletion.

            Deleted is what nobody else refers to. What is younger than a day may belong to a call under way and stays; \
            run the same command a day later. What the workflow only referred to, and \
            lies with another (what it has sent), may be used again by that one for as long as writers do not write it \
            anew: it stays until it is older than --refresh-after and a day, and without --refresh-after it is for gc to \
            delete. The same is true of all that lies with the workflow while a child of it is open. What lies under another \
            namespace than the workflow's is for gc, too. Stay do: what others refer to (a parent's history has its child's \
            result: purge the parent), older versions in buckets that keep them, replicas, archives, backups, the \
            caches of running processes, and the log of what was deleted, which names keys.

            --claim, once per bucket: no other cluster has a namespace of this name and this bucket.

            Exit codes: 0 if nothing of it is left, 1 if something stays, 2 if not everything could be read, 64 for a \
            wrong setting or what is refused.
            """
    )

    @Option(help: ArgumentHelp("The namespace of the workflow.", valueName: "name"))
    var namespace = "default"

    @Option(help: ArgumentHelp("The workflow; all its runs.", valueName: "id"))
    var workflowId: String

    @Option(help: ArgumentHelp("A directory that keeps what the workflow referred to.", valueName: "dir"))
    var state: String

    @Flag(help: "With --apply: have the server delete all runs of the workflow first, open ones too.")
    var deleteWorkflow = false

    @OptionGroup(title: "What is deleted") var sweep: SweepOptions
    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup(title: "Server") var cluster: ClusterOptions
    @OptionGroup(title: "TLS (PEM files)") var tls: TargetTLSOptions
    @OptionGroup(title: "Storage") var storage: StorageOptions
    @OptionGroup(title: "Common") var common: CommonOptions

    func validate() throws {
        guard !self.workflowId.isEmpty else { throw ValidationError("the id is empty") }
        guard self.sweep.apply || !self.deleteWorkflow else { throw ValidationError("--delete-workflow needs --apply") }
    }

    func run() async throws {
        let command = self
        try await OperatorSession.run(
            flags: self.cluster.flags + self.tls.flags + self.storage.flags + self.common.flags
        ) { session in
            try await PurgeRun(command: command, session: session).run()
        }
    }
}

/// One run of `purge`.
private struct PurgeRun: Sendable {
    private static let file = "inventory.json"

    var command: PurgeCommand
    var session: OperatorSession

    private var graceInSeconds: Int64 {
        self.command.sweep.graceInSecondsForTests.map { Int64($0) } ?? CollectionPlan.shortestGrace.components.seconds
    }

    func run() async throws -> ExitCode {
        let namespaces = try await self.command.sweep.namespaces([self.command.namespace], of: self.session)
        let directory = try StateDirectory(path: self.command.state)
        let inventory = try await self.inventory(in: directory)
        let isGone = try await self.removeWorkflow()
        let child = try await self.openChild(in: namespaces)
        let examiner = HolderExaminer(inventory)
        let scratch = try ScratchState(at: nil)
        defer { scratch.remove() }
        let progress = PassProgress()
        let pass = ClusterPass(
            storage: self.session.storage,
            caller: self.session.caller,
            directory: scratch.directory,
            namespaces: namespaces,
            streams: self.command.sweep.streams,
            examiner: examiner,
            progress: progress
        )
        let (record, summaries) = try await ProgressLine.showing(progress, self.session.logger) {
            try await pass.run(telling: true)
        }
        guard record.isComplete else {
            OrphansCommand.explain(summaries)
            return ExitCode(2)
        }
        // Visibility lags: a run that was not listed when the others were deleted may be listed now.
        if isGone, let run = examiner.runsOfItself.first {
            throw OperationsError(
                .refused,
                "the workflow \"\(self.command.workflowId)\" has the run \(run), which was not listed a moment ago; nothing is "
                    + "deleted. Run the same command again"
            )
        }
        // One that was not listed a moment ago counts as well as one that has closed since.
        let later = try await self.openChild(in: namespaces)
        if let child = child ?? later {
            StandardStreams.writeError(
                """
                note: \(child) was started by the workflow and is open; what it gives back is stored with the workflow, and \
                may be there already. What it may use again stays: end it, or run the same command again later

                """
            )
        }
        let hasOpenChild = child != nil || later != nil
        var stays = 0
        for case let driver as any MaintainableStorageDriver in self.session.storage.drivers {
            for container in try driver.containers() {
                stays += try await self.purge(
                    driver,
                    container,
                    inventory,
                    examiner,
                    record,
                    hasOpenChild: hasOpenChild,
                    mayDelete: isGone
                )
            }
        }
        return stays == 0 ? .success : ExitCode(1)
    }

    /// What the workflow refers to now, with what earlier runs of the command found.
    private func inventory(in directory: StateDirectory) async throws -> PurgeInventory {
        var inventory = PurgeInventory(namespace: self.command.namespace, workflowID: self.command.workflowId)
        if let earlier: PurgeInventory = try directory.load(Self.file) {
            guard earlier.namespace == inventory.namespace, earlier.workflowID == inventory.workflowID else {
                throw OperationsError(
                    .refused,
                    "the state in \(directory.path) is of the workflow \"\(earlier.workflowID)\"; take another directory"
                )
            }
            inventory = earlier
        }
        let reader = self.session.reader(of: self.command.namespace)
        for run in try await self.runs(by: reader) {
            let reading = try await reader.read(run, of: .workflows)
            guard reading.problems.isEmpty else {
                throw OperationsError(
                    .cluster,
                    "not everything in run \(run.runID) could be read: \(reading.problems[0].text)"
                )
            }
            inventory.add(reading, by: ReferenceLocator(storage: self.session.storage))
        }
        try directory.save(inventory, to: Self.file)
        return inventory
    }

    /// All runs; the current one may not be listed yet.
    private func runs(by reader: NamespaceReader) async throws -> [RootItem] {
        var runs = try await reader.runs(ofWorkflow: self.command.workflowId)
        if let current = try await reader.currentRun(ofWorkflow: self.command.workflowId),
            !runs.contains(where: { $0.runID == current })
        {
            runs.append(RootItem(id: self.command.workflowId, runID: current))
        }
        return runs
    }

    /// An open child of the workflow, in words: a child keeps its parent when that is gone.
    ///
    /// A server that cannot list by parent may have one.
    private func openChild(in namespaces: [String]) async throws -> String? {
        for namespace in namespaces {
            do {
                let reader = self.session.reader(of: namespace)
                guard let child = try await reader.openChild(ofWorkflow: self.command.workflowId) else { continue }
                return "\"\(child.id)\" in the namespace \"\(namespace)\""
            } catch let error as RPCError where error.code == .invalidArgument {
                return "perhaps a child that this server cannot list (\(error.message))"
            }
        }
        return nil
    }

    /// Has the workflow deleted if that was asked for.
    ///
    /// - Returns: Whether objects may be deleted.
    private func removeWorkflow() async throws -> Bool {
        guard self.command.sweep.apply else { return false }
        let reader = self.session.reader(of: self.command.namespace)
        let deadline = ContinuousClock.now + .seconds(300)
        var asked: Set<String> = []
        while true {
            let runs = try await self.runs(by: reader)
            var present: [RootItem] = []
            for run in runs {
                if try await reader.read(run, of: .workflows).isThere { present.append(run) }
            }
            guard !present.isEmpty else { return true }
            guard self.command.deleteWorkflow else {
                throw OperationsError(
                    .refused,
                    "the workflow \"\(self.command.workflowId)\" has \(present.count) runs: wait for their retention, or "
                        + "give --delete-workflow"
                )
            }
            guard ContinuousClock.now < deadline else {
                throw OperationsError(
                    .cluster,
                    "the server has not deleted the workflow within five minutes; run the same command again later"
                )
            }
            for run in present where asked.insert(run.runID).inserted { try await reader.delete(run) }
            // The server deletes in its own time; there is nothing to wait for but to ask again.
            try await Task.sleep(for: .seconds(1))
        }
    }

    private func purge(
        _ driver: any MaintainableStorageDriver,
        _ container: String,
        _ inventory: PurgeInventory,
        _ examiner: HolderExaminer,
        _ record: ClusterPass.Record,
        hasOpenChild: Bool,
        mayDelete: Bool
    ) async throws -> Int {
        guard let began = record.began["\(driver.name)/\(container)"] else {
            throw OperationsError(.store, "the store does not say what time it is")
        }
        var found: [(object: StoredObject, verdict: PurgeVerdict)] = []
        var unread: Set<String> = []
        for try await objects in driver.pages(in: container, prefix: "v0/ns/") {
            for object in objects {
                guard let key = StoredKey(object.location.key) else { continue }
                if !record.namespaces.contains(key.namespace) { unread.insert(key.namespace) }
                guard inventory.contains(object, key, ofDriver: driver.name) else { continue }
                let holders = examiner.holders(ofKey: object.location.key)
                let verdict = PurgeVerdict(
                    of: object,
                    holders: holders.count,
                    mayBeStoredAgain: hasOpenChild || !inventory.owns(key),
                    isOfNamespace: key.namespace == inventory.namespace,
                    began: began,
                    graceInSeconds: self.graceInSeconds,
                    renewalMargin: driver.renewalMargin
                )
                found.append((object, verdict))
                try self.show(object, verdict, holders, driver.name)
            }
        }
        if mayDelete { try self.command.sweep.check(unread: unread, in: container) }
        let doomed = found.filter { $0.verdict == .deletable }.map(\.object)
        var deleted = 0
        if mayDelete, !doomed.isEmpty { deleted = try await self.delete(doomed, from: driver, container, record) }
        try self.show(found.map(\.verdict), deleted: deleted, driver.name, container)
        return found.count - deleted
    }

    private func delete(
        _ objects: [StoredObject],
        from driver: any MaintainableStorageDriver,
        _ container: String,
        _ record: ClusterPass.Record
    ) async throws -> Int {
        let name = self.command.namespace
        guard let id = record.identities[name] else {
            throw OperationsError(.refused, "the namespace \"\(name)\" was not read")
        }
        let lease = try await self.session.lease(
            on: driver,
            container,
            of: [name: id],
            claims: self.command.sweep.claim
        )
        return try await LoggedChanges.holding(lease) {
            let reader = self.session.reader(of: name)
            // Whoever started it again meanwhile may refer to all of it.
            guard try await reader.currentRun(ofWorkflow: self.command.workflowId) == nil,
                try await reader.identity().id == id
            else { throw OperationsError(.refused, "the workflow was started again; nothing is deleted") }
            let prefix = "temporal-storage/audit/purge-\(SweepOptions.run(endingAt: record.end))"
            let log = AuditLog(prefix: prefix, driver: driver, container: container)
            var deleted = 0
            try await LoggedChanges(lease: lease, log: log).make(
                objects,
                batch: 0,
                line: { AuditLog.Line($0, "about to be deleted") }
            ) { object in
                let outcome = try await driver.deleteObject(object)
                if [.deleted, .deletedAfterLastLook, .missing].contains(outcome) { deleted += 1 }
                return outcome.inWords
            }
            // A start that was on its way has found objects that then were deleted (P1): nobody else can tell.
            guard try await reader.currentRun(ofWorkflow: self.command.workflowId) == nil else {
                throw OperationsError(
                    .cluster,
                    """
                    the workflow was started again while its objects were being deleted: that run may refer to some of \
                    them. Look with verify, and terminate it or start it once more
                    """
                )
            }
            return deleted
        }
    }

    // MARK: What is said

    private struct Line: Encodable {
        var record: String
        var driver: String
        var container: String
        var key: String?
        var sizeInBytes: Int?
        var verdict: PurgeVerdict?
        var holders: [HolderExaminer.Holder]?
        var deleted: Int?
        var heldByOthers: Int?
        var tooYoung: Int?
        var reusable: Int?
        var ofOtherNamespaces: Int?
    }

    private func show(
        _ object: StoredObject,
        _ verdict: PurgeVerdict,
        _ holders: [HolderExaminer.Holder],
        _ driver: String
    ) throws {
        guard self.command.output.format == .table else {
            return try OperatorOutput.json(
                Line(
                    record: "object",
                    driver: driver,
                    container: object.location.container,
                    key: object.location.key,
                    sizeInBytes: object.sizeInBytes,
                    verdict: verdict,
                    holders: holders
                )
            )
        }
        var text = "\(OperatorOutput.size(object.sizeInBytes))  \(verdict.rawValue)  \(object.location.key)"
        for holder in holders { text += "  <- \(holder.namespace)/\(holder.id) \(holder.runID)" }
        StandardStreams.write(OperatorOutput.printable(text) + "\n")
    }

    private func show(_ verdicts: [PurgeVerdict], deleted: Int, _ driver: String, _ container: String) throws {
        let (held, young) = (verdicts.count { $0 == .heldByOthers }, verdicts.count { $0 == .tooYoung })
        let (reusable, other) = (
            verdicts.count { $0 == .reusable }, verdicts.count { $0 == .ofAnotherNamespace }
        )
        guard self.command.output.format == .table else {
            return try OperatorOutput.json(
                Line(
                    record: "summary",
                    driver: driver,
                    container: container,
                    deleted: deleted,
                    heldByOthers: held,
                    tooYoung: young,
                    reusable: reusable,
                    ofOtherNamespaces: other
                )
            )
        }
        var text =
            "\(driver) \(container): \(verdicts.count) objects, \(deleted) deleted; kept: \(held) that others refer "
        text += "to, \(young) younger than a day, \(reusable) that others may use again, "
        text += "\(other) under other namespaces\n"
        text += "what this cannot reach: older versions, replicas, archives, backups, caches of running processes\n"
        StandardStreams.write(text)
    }
}
