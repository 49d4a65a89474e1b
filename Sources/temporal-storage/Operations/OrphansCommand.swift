//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ArgumentParser
import ExternalStorageCore
import ExternalStorageOperations

/// `temporal-storage orphans`.
struct OrphansCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "orphans",
        abstract: "List what is in the store and referenced by nothing.",
        discussion: """
            Reads all namespaces of the server, then lists the store and shows what nothing refers to. Nothing is \
            changed. An object that has just been written is no waste: its reference may be on its way, and the last \
            column says how old it is. What may be deleted, and when, is for gc to say.

              temporal-storage orphans --driver s3 --bucket b
              temporal-storage orphans --driver s3 --bucket b --output json | jq -r .key

            There is no list if anything could not be read: then nobody knows what is referenced. Objects of \
            namespaces that this server does not have are counted and not listed, and so is what has no namespace in \
            its key.

            Exit codes: 0 if there are none, 1 if there are, 2 if not everything could be read, 64 for a wrong setting.
            """
    )

    @Option(help: ArgumentHelp("How many parts are read at a time.", valueName: "count"))
    var streams = 4

    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup(title: "Server") var cluster: ClusterOptions
    @OptionGroup(title: "TLS (PEM files)") var tls: TargetTLSOptions
    @OptionGroup(title: "Storage") var storage: StorageOptions
    @OptionGroup(title: "Common") var common: CommonOptions

    /// One orphan, as it is shown.
    private struct Row: Encodable {
        var driver: String
        var container: String
        var key: String
        var namespace: String
        var sizeInBytes: Int
        var lastModified: Int64?
        var ageInSeconds: Int64?
    }

    func validate() throws {
        guard (1...64).contains(self.streams) else { throw ValidationError("--streams has to be from 1 to 64") }
    }

    func run() async throws {
        let (streams, format) = (self.streams, self.output.format)
        try await OperatorSession.run(
            flags: self.cluster.flags + self.tls.flags + self.storage.flags + self.common.flags
        ) { session in
            let scratch = try ScratchState(at: nil)
            defer { scratch.remove() }
            let progress = PassProgress()
            let namespaces = try await ClusterNames.namespaces(by: session.caller)
            let pass = ClusterPass(
                storage: session.storage,
                caller: session.caller,
                directory: scratch.directory,
                namespaces: namespaces,
                streams: streams,
                progress: progress
            )
            let summaries = try await ProgressLine.showing(progress, session.logger) {
                try await pass.run(telling: false).summaries
            }
            guard summaries.allSatisfy(\.isComplete) else {
                Self.explain(summaries)
                return ExitCode(2)
            }
            let directories = try namespaces.map { try ClusterPass.directory(of: $0, in: scratch.directory) }
            let marks = try MarkSet(passes: directories, last: directories)
            let search = OrphanSearch(marks: marks, namespaces: Set(namespaces), progress: progress)
            var count = 0
            for case let driver as any MaintainableStorageDriver in session.storage.drivers {
                for container in try driver.containers() {
                    let now = try? await driver.currentTime(in: container)
                    let summary = try await search.run(on: driver, in: container) { orphans in
                        for orphan in orphans { try Self.show(orphan, now: now, as: format) }
                    }
                    count += summary.orphans
                    try Self.show(summary, of: driver.name, container, as: format)
                }
            }
            return count == 0 ? .success : ExitCode(1)
        }
    }

    /// Says on standard error why there is no answer.
    static func explain(_ summaries: [NamespaceSummary]) {
        for summary in summaries where !summary.isComplete {
            let name = OperatorOutput.printable(summary.identity.name)
            StandardStreams.writeError(
                "\(name): \(summary.result.problemCount) problems, so that the pass is incomplete\n"
            )
            for problem in summary.result.problems.prefix(20) {
                let item = problem.item.map { " in \"\($0.id)\"" } ?? ""
                let text = "  \(problem.problem.kind.rawValue)\(item): \(problem.problem.text)"
                StandardStreams.writeError(OperatorOutput.printable(text) + "\n")
            }
        }
    }

    private static func show(_ orphan: Orphan, now: Int64?, as format: OutputOptions.Format) throws {
        let object = orphan.object
        let age = object.lastModified.flatMap { time in now.map { $0 - time } }
        guard format == .table else {
            return try OperatorOutput.json(
                Row(
                    driver: orphan.driverName,
                    container: object.location.container,
                    key: object.location.key,
                    namespace: orphan.key.namespace,
                    sizeInBytes: object.sizeInBytes,
                    lastModified: object.lastModified,
                    ageInSeconds: age
                )
            )
        }
        let key = OperatorOutput.printable(object.location.key)
        let time = age.map { "\($0 / 3_600) h" } ?? "?"
        StandardStreams.write("\(key)  \(OperatorOutput.size(object.sizeInBytes))  \(time)\n")
    }

    private static func show(
        _ summary: OrphanSummary,
        of driver: String,
        _ container: String,
        as format: OutputOptions.Format
    ) throws {
        guard format == .table else { return try OperatorOutput.json(summary) }
        var text = "\(driver) \(container): \(summary.objects) objects (\(OperatorOutput.size(summary.bytes))), "
        text += "\(summary.orphans) orphans (\(OperatorOutput.size(summary.orphanBytes)))\n"
        if summary.foreignKeys > 0 { text += "\(summary.foreignKeys) objects with keys that no driver writes\n" }
        for (name, count) in summary.unreadNamespaces.sorted(by: { $0.key < $1.key }) {
            text +=
                "\(count) objects of the namespace \"\(OperatorOutput.printable(name))\", which this server does not have\n"
        }
        StandardStreams.write(text)
    }
}
