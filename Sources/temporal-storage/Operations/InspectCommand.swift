//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ArgumentParser
import ExternalStorageCore
import ExternalStorageOperations

/// `temporal-storage inspect`.
struct InspectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract:
            "Show the references of a workflow, a schedule or an activity, or one that is given, and whether they resolve.",
        discussion: """
            For each reference: the run, the event, the field, its number (which get wants to know), the driver, the \
            key of the object, its size, and what the store says of it. Nothing is changed.

              temporal-storage inspect --driver s3 --bucket b --workflow-id order-1
              temporal-storage inspect --driver s3 --bucket b --workflow-id order-1 --run-id 0197… --deep
              temporal-storage inspect --driver s3 --bucket b --schedule-id nightly --output json

            With --stdin the references are read from standard input and no server is asked: the JSON of one, whatever \
            the Temporal command prints as JSON, or a serialized payload.

              temporal workflow show -w order-1 --output json | temporal-storage inspect --driver s3 --bucket b --stdin
              echo '{"driverName":"aws.s3driver","claimData":{…}}' | temporal-storage inspect … --stdin --deep

            States: there, missing, wrongSize, corrupted (seen with --deep alone), unknown (the store did not say), \
            unread (the driver is not configured here).

            Exit codes: 0 if every reference resolves, 1 if one does not, 2 if something could not be read or there is \
            no such workflow, 64 for a wrong setting.
            """
    )

    @Flag(help: "Read every object and check its digest, and not only whether it is there.")
    var deep = false

    @OptionGroup(title: "What to inspect") var subject: SubjectOptions
    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup(title: "Server") var cluster: ClusterOptions
    @OptionGroup(title: "TLS (PEM files)") var tls: TargetTLSOptions
    @OptionGroup(title: "Storage") var storage: StorageOptions
    @OptionGroup(title: "Common") var common: CommonOptions

    /// One reference, as it is shown.
    private struct Row: Encodable {
        var id: String
        var runID: String
        var eventID: Int64?
        var field: String
        var index: Int
        var driver: String
        var claim: [String: String]
        var claimedSizeInBytes: Int?
        var state: String
        var text: String?
    }

    func run() async throws {
        let (subject, deep, format) = (self.subject, self.deep, self.output.format)
        try await OperatorSession.run(
            flags: self.cluster.flags + self.tls.flags + self.storage.flags + self.common.flags
        ) { session in
            let reader = NamespaceReader(
                caller: session.caller,
                finder: ReferenceFinder(storage: session.storage),
                namespace: subject.namespace
            )
            let examiner = StoreExaminer(storage: session.storage, readsAll: deep)
            let locator = ReferenceLocator(storage: session.storage)
            let names = Set(session.storage.drivers.map(\.name))
            var (rows, problems): ([Row], [ReadingProblem]) = ([], [])
            for (item, kind, reading) in try await subject.readings(by: reader) {
                problems += reading.problems
                for sighting in reading.sightings {
                    let finding = try await examiner.examine(
                        sighting,
                        in: item,
                        kind,
                        at: try? locator.location(of: sighting.reference),
                        namespace: subject.namespace
                    )
                    rows.append(
                        Row(
                            id: item.id,
                            runID: item.runID,
                            eventID: sighting.place.eventID,
                            field: sighting.place.path,
                            index: sighting.place.index,
                            driver: sighting.reference.driverName,
                            claim: sighting.reference.claim.entries,
                            claimedSizeInBytes: sighting.claimedSizeInBytes,
                            state: finding?.kind.rawValue
                                ?? (names.contains(sighting.reference.driverName) ? "there" : "unread"),
                            text: finding?.text
                        )
                    )
                }
            }
            try Self.show(rows, problems, as: format)
            if !problems.isEmpty { return ExitCode(2) }
            return rows.allSatisfy { $0.state == "there" } ? .success : ExitCode(1)
        }
    }

    private static func show(_ rows: [Row], _ problems: [ReadingProblem], as format: OutputOptions.Format) throws {
        guard format == .table else {
            for row in rows { try OperatorOutput.json(row) }
            for problem in problems { try OperatorOutput.json(problem) }
            return
        }
        let cells = rows.map { row in
            [
                row.runID.isEmpty ? "-" : row.runID, row.eventID.map(String.init) ?? "-", "\(row.index)", row.field,
                row.driver, row.claimedSizeInBytes.map(OperatorOutput.size) ?? "?", row.state,
                row.claim["key"] ?? "-",
            ]
        }
        StandardStreams.write(
            rows.isEmpty
                ? "no references\n"
                : OperatorOutput.table(["RUN", "EVENT", "NUMBER", "FIELD", "DRIVER", "SIZE", "STATE", "KEY"], cells)
        )
        for problem in problems {
            let event = problem.place?.eventID.map { " at event \($0)" } ?? ""
            StandardStreams.write("problem\(event): \(OperatorOutput.printable(problem.text))\n")
        }
    }
}
