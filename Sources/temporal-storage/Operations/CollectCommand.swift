//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ArgumentParser
import ExternalStorageCore
import ExternalStorageOperations

/// `temporal-storage gc`.
struct CollectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gc",
        abstract: "Delete what is in the store and referenced by nothing.",
        discussion: """
            An object goes if two complete passes over all namespaces of the server, at least --grace apart, saw no \
            reference to it, it was written before the first, nobody can have used it unseen since, and it is \
            unchanged at the moment it is deleted. So the command is run several times: each run does what there is \
            to do next, and says when the next one makes sense. A cron job every few hours will do.

              temporal-storage gc --driver s3 --bucket b --refresh-after 30 --state ./gc --namespace orders
              temporal-storage gc … --writers-renew --claim --apply

            Without --apply it says what would be deleted. With it, two promises are needed that only you can make:

            --writers-renew: every worker, client and proxy that writes to the store writes objects again that are \
            older than --refresh-after. A writer that finds an object and leaves it as it is (the drivers of other \
            SDKs do) would have it deleted under its hands.

            --claim, once per bucket: no other cluster has a namespace of this name and this bucket. The id of the \
            namespace is kept in the bucket, and whoever comes with another one is refused.

            With --quarantine, what may go is marked first (with tags, in S3 and Azure), and deleted by a later run if it was \
            marked for --grace, a pass that began after that saw no reference either, and nobody wrote it since. What is \
            referenced again loses its mark. With --tag-only nothing is ever deleted: let a lifecycle rule of the bucket \
            expire what has the tag temporal-unreferenced=true, after a day. It goes by the age of the object, so that \
            a marked one goes when the store next looks.

              temporal-storage gc … --quarantine --writers-renew --apply

            Nothing is deleted by what a server says that is newer than this command knows.

            Deleted is only what belongs to the namespaces named, and only if the store holds nothing of namespaces \
            that were not read (--unrelated-namespace for those whose workflows refer to nothing here). Objects \
            without a namespace in their key stay. One collector works at a time. What is deleted stands in the \
            bucket under temporal-storage/audit/ before it is deleted. Copies and versions that the store keeps stay.

            Exit codes: 0 if the step was done, 1 if deletions failed, 2 if not everything could be read or another \
            collector works, 64 for a wrong setting or what is refused.
            """
    )

    @Option(help: ArgumentHelp("The directory that keeps the passes from run to run.", valueName: "dir"))
    var state: String

    @Option(
        help: ArgumentHelp("The namespace whose objects may go; may be given several times.", valueName: "name")
    )
    var namespace: [String]

    @Option(help: ArgumentHelp("How far the two passes are apart at least, 25 or more.", valueName: "hours"))
    var grace = 48

    @Flag(help: "All writers renew what is older than --refresh-after.")
    var writersRenew = false

    @Flag(
        help: "Mark what may go, and delete it in a later run: when it was marked for --grace, and was not used since."
    )
    var quarantine = false

    @Flag(
        help: "Mark what may go, and delete nothing: a lifecycle rule of the bucket does. No right to delete is needed."
    )
    var tagOnly = false

    // For tests: nobody waits a day for one.
    @Option(help: .hidden)
    var renewalMarginInSecondsForTests: Int?

    @OptionGroup(title: "What is deleted") var sweep: SweepOptions
    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup(title: "Server") var cluster: ClusterOptions
    @OptionGroup(title: "TLS (PEM files)") var tls: TargetTLSOptions
    @OptionGroup(title: "Storage") var storage: StorageOptions
    @OptionGroup(title: "Common") var common: CommonOptions

    func validate() throws {
        guard (25...87_600).contains(self.grace) else {
            throw ValidationError(
                "--grace has to be from 25 to 87600 hours: a day for what is in flight, and the hour for which "
                    + "processes remember what they stored"
            )
        }
        guard !self.quarantine || !self.tagOnly else {
            throw ValidationError("--tag-only leaves deleting to the store, and --quarantine does it: give one of them")
        }
        guard self.renewalMarginInSecondsForTests.map({ $0 > 0 && $0 < 86_400 }) ?? true else {
            throw ValidationError("a margin has to be positive")
        }
        guard !self.namespace.isEmpty else { throw ValidationError("name the namespaces whose objects may go") }
    }

    func run() async throws {
        let command = self
        try await OperatorSession.run(
            flags: self.cluster.flags + self.tls.flags + self.storage.flags + self.common.flags
        ) { session in
            try await CollectionRun(command: command, session: session).run()
        }
    }
}

/// One run of `gc`.
private struct CollectionRun: Sendable {
    var command: CollectCommand
    var session: OperatorSession
    private let progress = PassProgress()

    init(command: CollectCommand, session: OperatorSession) {
        self.command = command
        self.session = session
    }

    private var graceInSeconds: Int64 {
        self.command.sweep.graceInSecondsForTests.map { Int64($0) } ?? Int64(self.command.grace) * 3_600
    }

    private var method: Collector.Method {
        if self.command.tagOnly { return .mark }
        return self.command.quarantine ? .quarantine(graceInSeconds: self.graceInSeconds) : .delete
    }

    /// How old an object may be that is used again without being written.
    private func renewalMargin(of driver: any MaintainableStorageDriver) -> Duration? {
        self.command.renewalMarginInSecondsForTests.map { .seconds($0) } ?? driver.renewalMargin
    }

    func run() async throws -> ExitCode {
        let namespaces = try await self.command.sweep.namespaces(self.command.namespace, of: self.session)
        let state = CollectionState(directory: try StateDirectory(path: self.command.state))
        // A run makes at most one pass: a second one right behind it would be too early in any case.
        for _ in 0..<2 {
            let passes = try state.passes()
            let now = try await ClusterPass.times(of: self.session.storage).values.min()
            guard let now else {
                throw CommandError.usage("no driver has a store that can be looked around in; nothing can be collected")
            }
            switch CollectionState.next(passes, now: now, graceInSeconds: self.graceInSeconds) {
            case .read(let number):
                let pass = ClusterPass(
                    storage: self.session.storage,
                    caller: self.session.caller,
                    directory: try state.directory(ofPass: number),
                    namespaces: namespaces,
                    streams: self.command.sweep.streams,
                    progress: self.progress
                )
                let summaries = try await ProgressLine.showing(self.progress, self.session.logger) {
                    try await pass.run(telling: true).summaries
                }
                guard summaries.allSatisfy(\.isComplete) else {
                    OrphansCommand.explain(summaries)
                    return ExitCode(2)
                }
                try self.say("pass", "pass \(number) is complete", number: number)
            case .wait(let time):
                let hours = Double(time - now) / 3_600
                let text =
                    "the next pass can begin in \((hours * 10).rounded() / 10) hours; until then nothing is deleted"
                try self.say("wait", text, seconds: time - now)
                return .success
            case .collect(let first, let second):
                return try await ProgressLine.showing(self.progress, self.session.logger) {
                    try await self.collect(passes, first: first, second: second)
                }
            }
        }
        return .success
    }

    private func collect(
        _ passes: [CollectionState.Pass],
        first: Int,
        second: Int
    ) async throws -> ExitCode {
        guard let firstPass = passes.first(where: { $0.number == first }),
            let secondPass = passes.first(where: { $0.number == second })
        else { throw CommandError.usage("the passes in \(self.command.state) are gone") }
        // Those in between count too: what any of them saw stays.
        let counted = passes.filter { $0.record.isComplete && (first...second).contains($0.number) }
        let marks = try MarkSet(
            passes: try counted.flatMap { try $0.namespaceDirectories() },
            last: try secondPass.namespaceDirectories()
        )
        let search = OrphanSearch(marks: marks, namespaces: Set(secondPass.record.namespaces), progress: self.progress)
        var total = Collector.Outcome()
        for case let driver as any MaintainableStorageDriver in self.session.storage.drivers {
            let plan = try CollectionPlan(
                first: firstPass.record,
                second: secondPass.record,
                grace: .seconds(self.graceInSeconds),
                // To say what could go, the best is assumed; to let it go, it has to be known.
                renewalMargin: self.renewalMargin(of: driver) ?? (self.command.sweep.apply ? nil : .zero)
            )
            for container in try driver.containers() {
                let outcome = try await self.collect(driver, container, plan, marks, search, secondPass.record)
                total.add(outcome)
            }
        }
        guard self.command.sweep.apply else { return .success }
        if total.failed == 0 {
            var record = secondPass.record
            record.isCollected = true
            try secondPass.directory.save(record, to: "pass.json")
        }
        return total.failed == 0 ? .success : ExitCode(1)
    }

    private func collect(
        _ driver: any MaintainableStorageDriver,
        _ container: String,
        _ plan: CollectionPlan,
        _ marks: MarkSet,
        _ search: OrphanSearch,
        _ record: ClusterPass.Record
    ) async throws -> Collector.Outcome {
        // First a look at everything: what is found in it may forbid the rest.
        self.progress.update { ($0.stage, $0.objects, $0.objectsExpected) = ("looking through \(container)", 0, 0) }
        let summary = try await search.run(on: driver, in: container) { _ in }
        try self.command.sweep.check(unread: summary.unreadNamespaces.keys, in: container)
        self.progress.update {
            ($0.stage, $0.objects, $0.objectsExpected) = ("sweeping \(container)", 0, summary.objects)
        }
        var lease: StoreLease?
        if self.command.sweep.apply { lease = try await self.permission(driver, container, record) }
        var readers: [String: NamespaceReader] = [:]
        for name in Set(self.command.namespace) { readers[name] = self.session.reader(of: name) }
        var (outcome, review) = (Collector.Outcome(), Quarantine.Review())
        do {
            try await LoggedChanges.holding(lease) {
                let collector = try Collector(
                    plan: plan,
                    marks: marks,
                    driver: driver,
                    container: container,
                    lease: lease,
                    method: self.method,
                    run: SweepOptions.run(endingAt: record.end),
                    readers: readers,
                    identities: record.identities
                )
                // Also without --quarantine: what an earlier run has marked may be needed again.
                if let driver = driver as? any TaggingStorageDriver {
                    let quarantine = Quarantine(driver: driver, container: container)
                    review = try await quarantine.review(marks: marks, lease: lease)
                }
                var batch = 0
                _ = try await search.run(on: driver, in: container) { orphans in
                    try await collector.collect(orphans, batch: batch, into: &outcome)
                    batch += 1
                }
            }
        } catch {
            try self.show(outcome, review, summary, driver.name, container)
            throw error
        }
        try self.show(outcome, review, summary, driver.name, container)
        if !self.command.sweep.apply, self.renewalMargin(of: driver) == nil {
            try self.say(
                "note",
                "--apply needs to know that writers renew what they use again: set --refresh-after on all of them and here"
            )
        }
        return outcome
    }

    /// Everything that has to be so before something may be deleted.
    private func permission(
        _ driver: any MaintainableStorageDriver,
        _ container: String,
        _ record: ClusterPass.Record
    ) async throws -> StoreLease {
        guard self.renewalMargin(of: driver) != nil else {
            throw OperationsError(
                .refused,
                """
                the driver "\(driver.name)" uses objects of any age again without writing them, so that age says \
                nothing about whether one is needed. Set --refresh-after on all writers and on this command
                """
            )
        }
        guard self.command.writersRenew else {
            throw OperationsError(
                .refused,
                """
                --apply needs --writers-renew: your word that everything that writes to "\(container)" writes objects \
                again that are older than --refresh-after. Drivers of other SDKs do not
                """
            )
        }
        var identities: [String: String] = [:]
        for name in self.command.namespace {
            guard let id = record.identities[name] else {
                throw OperationsError(.refused, "the namespace \"\(name)\" was not read by these passes")
            }
            identities[name] = id
        }
        return try await self.session.lease(on: driver, container, of: identities, claims: self.command.sweep.claim)
    }

    // MARK: What is said

    private struct Line: Encodable {
        var record: String
        var text: String
        var pass: Int?
        var seconds: Int64?
        var driver: String?
        var container: String?
        var applied: Bool?
        var store: OrphanSummary?
        var outcome: Collector.Outcome?
        var quarantine: Quarantine.Review?
    }

    private func say(_ record: String, _ text: String, number: Int? = nil, seconds: Int64? = nil) throws {
        guard self.command.output.format == .json else { return StandardStreams.write(text + "\n") }
        try OperatorOutput.json(Line(record: record, text: text, pass: number, seconds: seconds))
    }

    private func show(
        _ outcome: Collector.Outcome,
        _ review: Quarantine.Review,
        _ summary: OrphanSummary,
        _ driver: String,
        _ container: String
    ) throws {
        let verb = self.command.sweep.apply ? "" : "would be "
        var text = "\(outcome.deleted) objects \(verb)deleted (\(OperatorOutput.size(outcome.deletedBytes)))"
        if self.method != .delete {
            text += ", \(outcome.marked) \(verb)marked (\(OperatorOutput.size(outcome.markedBytes)))"
            text += ", \(outcome.waiting) marked before and waiting"
        }
        if review.unmarked > 0 { text += ", \(review.unmarked) referenced again and \(verb)unmarked" }
        text +=
            ", of \(summary.orphans) orphans among \(summary.objects) objects; kept: \(outcome.tooYoung) too young, \(outcome.changed) "
        text += "written again, \(outcome.unreadRuns) of runs that were not read; \(outcome.missing) gone already, "
        text += "\(outcome.failed) failed"
        if outcome.deletedAfterLastLook > 0 {
            text +=
                ". The bucket keeps no versions: between the last look at an object and its deletion are milliseconds"
        }
        guard self.command.output.format == .json else { return StandardStreams.write(text + "\n") }
        try OperatorOutput.json(
            Line(
                record: "collection",
                text: text,
                driver: driver,
                container: container,
                applied: self.command.sweep.apply,
                store: summary,
                outcome: outcome,
                quarantine: review
            )
        )
    }
}
