//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ArgumentParser
import ExternalStorageCore
import ExternalStorageOperations
import Logging

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// `temporal-storage verify`.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check that every reference of a namespace leads to its object.",
        discussion: """
            Reads all histories, open and closed, and all else that can hold references (schedules, activities and \
            Nexus operations of their own, heartbeats), and asks the store for each object. Nothing is changed.

              temporal-storage verify --driver s3 --bucket b --namespace default
              temporal-storage verify --driver s3 --bucket b --namespace default --deep
              temporal-storage verify --driver s3 --bucket b --namespace a --namespace b --state ./verify

            With --deep every object is read and its digest checked. With --state, what was found is kept, and the \
            same command goes on after it was ended; a pass that is done is not made again.

            Findings: missing (the store has no such object), corrupted, wrongSize, unknown (the store did not say), \
            fewerThanCounted (the server counted more than were found). Whatever could not be read or understood is \
            a problem, and makes the pass incomplete.

            With --repair-from, the name of a bucket that replication or a backup fills (for local-disk: a directory), \
            every finding says whether it has the object with the right digest; with --apply it is put back.

              temporal-storage verify --driver s3 --bucket b --repair-from b-backup --apply

            At the end the rules by which the bucket deletes are looked at: one that deletes sooner than the longest \
            retention and the longest run of the server is a finding too (see lifecycle).

            Exit codes: 0 if every reference resolves, 1 with findings, 2 if the pass is incomplete, 64 for a wrong \
            setting.
            """
    )

    @Option(help: ArgumentHelp("The namespace to read; may be given several times.", valueName: "name"))
    var namespace: [String] = ["default"]

    @Flag(help: "Read every object and check its digest, and not only whether it is there.")
    var deep = false

    @Option(help: ArgumentHelp("A directory to keep in what was found. (default: kept nowhere)", valueName: "dir"))
    var state: String?

    @Option(help: ArgumentHelp("How many parts are read at a time.", valueName: "count"))
    var streams = 4

    @Option(
        help: ArgumentHelp(
            "A bucket, or a directory for local-disk, that has what is missing here.",
            valueName: "name|dir"
        )
    )
    var repairFrom: String?

    @Flag(help: "With --repair-from: put it back, and do not only say that it can be.")
    var apply = false

    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup(title: "Server") var cluster: ClusterOptions
    @OptionGroup(title: "TLS (PEM files)") var tls: TargetTLSOptions
    @OptionGroup(title: "Storage") var storage: StorageOptions
    @OptionGroup(title: "Common") var common: CommonOptions

    func validate() throws {
        guard (1...64).contains(self.streams) else { throw ValidationError("--streams has to be from 1 to 64") }
        guard self.repairFrom != nil || !self.apply else { throw ValidationError("--apply needs --repair-from") }
    }

    func run() async throws {
        let (deep, streams, format) = (self.deep, self.streams, self.output.format)
        let namespaces = Set(self.namespace).sorted()
        let (repairFrom, apply) = (self.repairFrom, self.apply)
        let state = self.state
        try await OperatorSession.run(
            flags: self.cluster.flags + self.tls.flags + self.storage.flags + self.common.flags
        ) { session in
            // A pass that only looked has put nothing back, however often it is gone on with.
            let scratch = try ScratchState(at: state, part: apply ? "repair" : nil)
            defer { scratch.remove() }
            let progress = PassProgress()
            let store = StoreExaminer(storage: session.storage, readsAll: deep)
            var examiner: any ReferenceExaminer = store
            if let repairFrom {
                examiner = try Self.repairing(store, session.storage, from: repairFrom, writes: apply)
            }
            let pass = ClusterPass(
                storage: session.storage,
                caller: session.caller,
                directory: scratch.directory,
                namespaces: namespaces,
                streams: streams,
                examiner: examiner,
                progress: progress
            )
            let summaries = try await ProgressLine.showing(progress, session.logger) {
                try await pass.run(telling: false).summaries
            }
            for summary in summaries { try Self.show(summary, as: format) }
            let areRulesLongEnough = try await Self.checkRules(by: session, format)
            if summaries.contains(where: { !$0.isComplete }) { return ExitCode(2) }
            return areRulesLongEnough && !summaries.contains { $0.result.findingCount > 0 } ? .success : ExitCode(1)
        }
    }

    private static func repairing(
        _ store: StoreExaminer,
        _ storage: ExternalStorage,
        from replica: String,
        writes: Bool
    ) throws -> any ReferenceExaminer {
        var copiers: [String: ObjectCopier] = [:]
        var container: String?
        for case let driver as any MaintainableStorageDriver in storage.drivers {
            // A directory is a store of its own; a bucket is one more at the same store.
            if driver is LocalDiskStorageDriver {
                let other = try LocalDiskStorageDriver(root: replica)
                copiers[driver.name] = ObjectCopier(from: other, to: driver, writes: writes)
            } else {
                container = replica
                copiers[driver.name] = ObjectCopier(from: driver, to: driver, writes: writes)
            }
        }
        guard copiers.count == 1 else {
            throw CommandError.usage("--repair-from is for one driver; give one by options, without a list of drivers")
        }
        return RepairingExaminer(store, copiers: copiers, replica: container)
    }

    private struct RuleLine: Encodable {
        var record = "rule"
        var container: String
        var rule: StoredObjectExpiryRule
        var neededDays: Int
    }

    /// Whether no rule of a bucket deletes sooner than the server's runs and retentions allow (P34).
    ///
    /// A bucket that has no rules, or does not let them be read, costs the server nothing.
    private static func checkRules(by session: OperatorSession, _ format: OutputOptions.Format) async throws -> Bool {
        var surveys: [NamespaceSurvey]?
        var isFine = true
        for case let driver as any ExpiringStorageDriver in session.storage.drivers {
            for container in try driver.containers() {
                let rules: [StoredObjectExpiryRule]
                do {
                    rules = try await driver.expiryRules(of: container)
                } catch let error as ExternalStorageError {
                    session.logger.warning("The rules by which the bucket deletes are not known: \(error)")
                    continue
                }
                guard rules.contains(where: \.isEnabled) else { continue }
                if surveys == nil {
                    let names = try await ClusterNames.namespaces(by: session.caller)
                    surveys = try await session.surveys(of: names, now: try await driver.currentTime(in: container))
                }
                let plan = ExpiryPlan(surveys ?? [], longestRunInDays: nil, renewalMargin: driver.renewalMargin)
                for rule in plan.shorterRules(among: rules) {
                    isFine = false
                    let line = RuleLine(container: container, rule: rule, neededDays: plan.days)
                    guard format == .table else {
                        try OperatorOutput.json(line)
                        continue
                    }
                    let text =
                        "RULE TOO SHORT: \"\(rule.id)\" deletes \(rule.prefix.isEmpty ? "all objects" : rule.prefix) of "
                        + "\(container) after \(rule.days) days; needed are \(plan.days) at least"
                    StandardStreams.write(OperatorOutput.printable(text) + "\n")
                }
            }
        }
        return isFine
    }

    private static func show(_ summary: NamespaceSummary, as format: OutputOptions.Format) throws {
        let result = summary.result
        switch format {
        case .json:
            for finding in result.findings { try OperatorOutput.json(Line(finding: finding, in: summary)) }
            for problem in result.problems { try OperatorOutput.json(Line(problem: problem, in: summary)) }
            try OperatorOutput.json(Line(summary))
        case .table:
            var text = ""
            if !result.findings.isEmpty {
                text += OperatorOutput.table(
                    ["FINDING", "IN", "RUN", "EVENT", "FIELD", "KEY"],
                    result.findings.map { finding in
                        [
                            finding.kind.rawValue, finding.item.id, finding.item.runID,
                            finding.place?.eventID.map(String.init) ?? "-", finding.place?.path ?? "-",
                            finding.key ?? finding.text,
                        ]
                    }
                )
            }
            if !result.problems.isEmpty {
                text += OperatorOutput.table(
                    ["PROBLEM", "IN", "EVENT", "WHAT"],
                    result.problems.map { problem in
                        [
                            problem.problem.kind.rawValue, problem.item?.id ?? problem.kind.rawValue,
                            problem.problem.place?.eventID.map(String.init) ?? "-", problem.problem.text,
                        ]
                    }
                )
            }
            let bytes = result.tallies.values.reduce(0) { sum, tally in
                let (next, overflow) = sum.addingReportingOverflow(tally.bytes)
                return overflow ? .max : next
            }
            text +=
                "\(OperatorOutput.printable(summary.identity.name)): \(result.items) read, \(result.references) references "
                + "(\(OperatorOutput.size(bytes))), \(result.findingCount) findings, \(result.problemCount) problems: "
                + (summary.isComplete ? "complete\n" : "INCOMPLETE\n")
            StandardStreams.write(text)
        }
    }

    /// A line of JSON.
    private struct Line: Encodable {
        var namespace: String
        var record: String
        var finding: ReferenceFinding?
        var problem: FoundProblem?
        var items: Int?
        var references: Int?
        var findings: Int?
        var problems: Int?
        var isComplete: Bool?
        var tallies: [String: PartResult.Tally]?

        init(finding: ReferenceFinding, in summary: NamespaceSummary) {
            self.namespace = summary.identity.name
            self.record = "finding"
            self.finding = finding
        }

        init(problem: FoundProblem, in summary: NamespaceSummary) {
            self.namespace = summary.identity.name
            self.record = "problem"
            self.problem = problem
        }

        init(_ summary: NamespaceSummary) {
            self.namespace = summary.identity.name
            self.record = "summary"
            self.items = summary.result.items
            self.references = summary.result.references
            self.findings = summary.result.findingCount
            self.problems = summary.result.problemCount
            self.isComplete = summary.isComplete
            self.tallies = summary.result.tallies
        }
    }
}

/// A directory for the state of a pass: the user's, or one that goes with the command.
struct ScratchState: Sendable {
    let directory: StateDirectory
    private let isTemporary: Bool

    /// - Parameters:
    ///   - path: The user's directory; nil for a temporary one.
    ///   - part: A directory in the user's, for what has to be kept apart there.
    /// - Throws: `OperationsError` if it can neither be opened nor made.
    init(at path: String?, part: String? = nil) throws {
        let temporary = URL.temporaryDirectory.appending(path: "temporal-storage-\(UUID().uuidString)").path()
        let root = try StateDirectory(path: path ?? temporary)
        self.directory = try part.map { path == nil ? root : try root.directory($0) } ?? root
        self.isTemporary = path == nil
    }

    func remove() {
        guard self.isTemporary else { return }
        // What cannot be removed is a few files in the directory for such.
        try? FileManager.default.removeItem(atPath: self.directory.path)
    }
}
