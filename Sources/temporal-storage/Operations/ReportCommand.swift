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

/// `temporal-storage report`.
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write a page that shows what is in the store, for whom, and what is wrong with it.",
        discussion: """
            Reads all namespaces of the server and lists the store, as verify and orphans do, and writes one HTML file: \
            objects and bytes by type of workflow, age and size, growth, orphans, what sharing saves, the largest \
            objects, and all findings. The file needs no network and no script, and prints.

              temporal-storage report --driver s3 --bucket b --file report.html
              temporal-storage report --driver s3 --bucket b --file report.html --deep

            Keys hold the ids of workflows: give the file to nobody who may not know them.

            Exit codes: 0 if every reference resolves, 1 with findings, 2 if not everything could be read (the page \
            says so), 64 for a wrong setting.
            """
    )

    @Option(help: ArgumentHelp("Where to write the page; what is there is replaced.", valueName: "file"))
    var file: String

    @Flag(help: "Read every object and check its digest, and not only whether it is there.")
    var deep = false

    @Option(help: ArgumentHelp("How many parts are read at a time.", valueName: "count"))
    var streams = 4

    @OptionGroup(title: "Server") var cluster: ClusterOptions
    @OptionGroup(title: "TLS (PEM files)") var tls: TargetTLSOptions
    @OptionGroup(title: "Storage") var storage: StorageOptions
    @OptionGroup(title: "Common") var common: CommonOptions

    func validate() throws {
        guard (1...64).contains(self.streams) else { throw ValidationError("--streams has to be from 1 to 64") }
    }

    func run() async throws {
        let (file, deep, streams) = (self.file, self.deep, self.streams)
        let target = self.cluster.target ?? "127.0.0.1:7233"
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
                examiner: StoreExaminer(storage: session.storage, readsAll: deep),
                progress: progress
            )
            let summaries = try await ProgressLine.showing(progress, session.logger) {
                try await pass.run(telling: false).summaries
            }
            let isComplete = summaries.allSatisfy(\.isComplete)
            let directories = try namespaces.map { try ClusterPass.directory(of: $0, in: scratch.directory) }
            let marks = isComplete ? try MarkSet(passes: directories, last: directories) : nil
            var stores: [StoreCensus] = []
            for case let driver as any MaintainableStorageDriver in session.storage.drivers {
                for container in try driver.containers() {
                    let now = try await driver.currentTime(in: container)
                    stores.append(
                        try await StoreCensus.count(
                            driver,
                            container,
                            marks: marks,
                            namespaces: Set(namespaces),
                            now: now
                        )
                    )
                }
            }
            let title = "\(target), \(Date.now.formatted(.iso8601))"
            let page = ReportPage(summaries, stores, title: title).text()
            do {
                try Data(page.utf8).write(to: URL(filePath: file), options: .atomic)
            } catch {
                throw CommandError.usage("--file is \"\(file)\", which cannot be written: \(FileFailure.reason(error))")
            }
            guard isComplete else {
                OrphansCommand.explain(summaries)
                return ExitCode(2)
            }
            return summaries.contains { $0.result.findingCount > 0 } ? ExitCode(1) : .success
        }
    }
}
