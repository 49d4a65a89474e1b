//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ArgumentParser
import ExternalStorageCore
import ExternalStorageOperations

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// `temporal-storage lifecycle`.
struct LifecycleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lifecycle",
        abstract: "Compute the age at which a bucket may delete objects, and set the rule.",
        discussion: """
            An object is needed from when it was written until the last run that uses it is deleted: --refresh-after, \
            plus the longest run, plus the longest retention of all namespaces, plus two days. The command reads the \
            retention of every namespace of the server, lists all runs, looks into all schedules, and shows the rule \
            beside those that the bucket has.

              temporal-storage lifecycle --driver s3 --bucket b --refresh-after 30
              temporal-storage lifecycle --driver s3 --bucket b --refresh-after 30 --longest-run 90
              temporal-storage lifecycle --driver s3 --bucket b --refresh-after 30 --longest-run 90 --apply

            With --apply the rule "temporal-storage" is set, for keys that begin with v0/. Rules of other names stay as \
            they are. It is refused where no age is safe: writers that renew nothing, schedules with their input in the \
            bucket, archives, or nobody who says how long runs may take. A rule beside gc is one too many: the \
            shorter one wins.

            Exit codes: 0 if the bucket has no rule that is too short, 1 if it has one, 2 if not everything could be \
            read, 64 for a wrong setting or what is refused.
            """
    )

    /// The name of our rule.
    static let ruleID = "temporal-storage"

    @Option(
        help: ArgumentHelp(
            "The longest that a workflow may take, with all runs that it continues as, as you know it.",
            valueName: "days"
        )
    )
    var longestRun: Int?

    @Flag(help: "Set the rule, and do not only show it.")
    var apply = false

    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup(title: "Server") var cluster: ClusterOptions
    @OptionGroup(title: "TLS (PEM files)") var tls: TargetTLSOptions
    @OptionGroup(title: "Storage") var storage: StorageOptions
    @OptionGroup(title: "Common") var common: CommonOptions

    func validate() throws {
        guard self.longestRun.map({ (1...36_500).contains($0) }) ?? true else {
            throw ValidationError("--longest-run has to be from 1 to 36500 days")
        }
    }

    func run() async throws {
        let (longestRun, apply, format) = (self.longestRun, self.apply, self.output.format)
        try await OperatorSession.run(
            flags: self.cluster.flags + self.tls.flags + self.storage.flags + self.common.flags
        ) { session in
            let namespaces = try await ClusterNames.namespaces(by: session.caller)
            var code = ExitCode.success
            var count = 0
            for case let driver as any ExpiringStorageDriver in session.storage.drivers {
                for container in try driver.containers() {
                    count += 1
                    let now = try await driver.currentTime(in: container)
                    let surveys = try await session.surveys(of: namespaces, now: now)
                    let plan = ExpiryPlan(
                        surveys,
                        longestRunInDays: longestRun,
                        renewalMargin: driver.renewalMargin
                    )
                    let rules = try await driver.expiryRules(of: container)
                    let shorter = plan.shorterRules(among: rules)
                    try Self.show(Self.Report(driver.name, container, plan, surveys, rules, shorter), as: format)
                    // Ours is about to be set; those of others stay, and stay wrong.
                    if !shorter.allSatisfy({ apply && $0.id == Self.ruleID }) { code = ExitCode(1) }
                    guard apply else { continue }
                    guard plan.obstacles.isEmpty else {
                        throw OperationsError(
                            .refused,
                            "no rule is set: \(plan.obstacles.joined(separator: "; "))"
                        )
                    }
                    try await driver.setExpiryRule(
                        id: Self.ruleID,
                        prefix: "v0/",
                        days: plan.days,
                        of: container
                    )
                    StandardStreams.writeError(
                        "\(container): objects under v0/ go \(plan.days) days after they were written\n"
                    )
                }
            }
            guard count > 0 else {
                throw OperationsError(.refused, "no driver here has a store that deletes by rules; S3 has one")
            }
            return code
        }
    }

    private struct Report: Encodable {
        var driver: String
        var container: String
        var days: Int
        var plan: ExpiryPlan
        var namespaces: [NamespaceSurvey]
        var rules: [StoredObjectExpiryRule]
        var tooShort: [String]

        init(
            _ driver: String,
            _ container: String,
            _ plan: ExpiryPlan,
            _ surveys: [NamespaceSurvey],
            _ rules: [StoredObjectExpiryRule],
            _ shorter: [StoredObjectExpiryRule]
        ) {
            self.driver = driver
            self.container = container
            self.days = plan.days
            self.plan = plan
            self.namespaces = surveys
            self.rules = rules
            self.tooShort = shorter.map(\.id)
        }
    }

    private static func show(_ report: Report, as format: OutputOptions.Format) throws {
        guard format == .table else { return try OperatorOutput.json(report) }
        let plan = report.plan
        var text = OperatorOutput.table(
            ["NAMESPACE", "RETENTION", "RUNS", "OPEN", "LONGEST", "BY"],
            report.namespaces.map { survey in
                [
                    survey.identity.name, "\(survey.identity.retentionInSeconds / 3_600) h", "\(survey.runs)",
                    "\(survey.openRuns)", "\(survey.longestInSeconds / 3_600) h", survey.longestWorkflow ?? "-",
                ]
            }
        )
        text += "\n\(report.container): safe from \(plan.days) days on = \(plan.retentionInDays) retention + "
        text +=
            "\(plan.longestRunInDays) longest run + \(plan.renewalMarginInDays.map(String.init) ?? "?") refresh-after "
        text += "+ \(ExpiryPlan.spareDays)\n"
        if !report.rules.isEmpty {
            text += OperatorOutput.table(
                ["RULE", "PREFIX", "DAYS", "STATE"],
                report.rules.map { rule in
                    let isShort = report.tooShort.contains(rule.id)
                    return [
                        rule.id, rule.prefix.isEmpty ? "(all)" : rule.prefix, "\(rule.days)",
                        !rule.isEnabled ? "off" : isShort ? "TOO SHORT" : "long enough",
                    ]
                }
            )
        } else {
            text += "the bucket has no rule that deletes by age\n"
        }
        for obstacle in plan.obstacles { text += "no age is safe yet: \(OperatorOutput.printable(obstacle))\n" }
        StandardStreams.write(text)
    }
}

extension OperatorSession {
    /// What the namespaces say about how long payloads are needed.
    func surveys(of namespaces: [String], now: Int64) async throws -> [NamespaceSurvey] {
        var surveys: [NamespaceSurvey] = []
        for name in namespaces { surveys.append(try await self.reader(of: name).survey(now: now)) }
        return surveys
    }

    /// Reads a namespace.
    func reader(of namespace: String) -> NamespaceReader {
        NamespaceReader(
            caller: self.caller,
            finder: ReferenceFinder(storage: self.storage),
            namespace: namespace
        )
    }

    /// The right to change a container, after a look at whose it is (P13, P25, P32).
    ///
    /// - Parameters:
    ///   - driver: Whose store.
    ///   - container: The container.
    ///   - identities: The ids of the namespaces whose objects may go, by name.
    ///   - claims: Whether a container that belongs to nobody yet is claimed.
    /// - Returns: The lease; whoever gets it gives it back.
    /// - Throws: `OperationsError` if the container is somebody else's, or another collector works on it.
    func lease(
        on driver: any MaintainableStorageDriver,
        _ container: String,
        of identities: [String: String],
        claims: Bool
    ) async throws -> StoreLease {
        for (name, id) in identities.sorted(by: { $0.key < $1.key }) {
            let ownership = StoreOwnership(namespace: name, id: id)
            if claims, try await StoreOwnership.read(of: name, from: driver, in: container) == nil {
                try await ownership.claim(from: driver, in: container)
            }
            try await ownership.check(in: driver, container: container)
        }
        let process = ProcessInfo.processInfo
        return try await StoreLease(
            on: driver,
            container: container,
            holder: "\(process.hostName), process \(process.processIdentifier), \(UInt32.random(in: .min ... .max))"
        )
    }
}
