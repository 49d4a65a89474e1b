//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ArgumentParser
import ExternalStorageCore
import ExternalStorageOperations
import Logging

/// `temporal-storage copy`.
struct CopyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Copy what is referenced to another bucket or directory.",
        discussion: """
            Reads all namespaces of the server, and copies every object that something refers to, after comparing it \
            with the digest of its reference. What is there already is not copied again, so that the command can be \
            run as often as one likes: once while everything works, and once more when writers use the new place.

              temporal-storage copy --driver s3 --bucket old --to-bucket new
              temporal-storage copy --driver s3 --bucket old --to-bucket new --state ./copy --apply
              temporal-storage copy --driver s3 --bucket old --to-config elsewhere.yaml --apply
              temporal-storage copy --driver local-disk --store /old --to-store /new --apply

            References cannot be rewritten: they name the old bucket for as long as histories exist. After the copy, \
            give all readers --moved-buckets old=new and all writers --bucket new; then copy once more, and \
            run verify with the same options. When it finds nothing, nobody needs the old bucket.

            Exit codes: 0 if everything is in the new place, 1 if something could not be copied, 2 if not everything \
            could be read, 64 for a wrong setting.
            """
    )

    @Option(
        help: ArgumentHelp("The bucket to copy to, in the region and at the URL of the old one.", valueName: "name")
    )
    var toBucket: String?

    @Option(help: ArgumentHelp("The directory to copy to, for the driver local-disk.", valueName: "dir"))
    var toStore: String?

    @Option(
        help: ArgumentHelp(
            "A configuration file with the driver to copy to, for another account, region or store.",
            valueName: "file"
        )
    )
    var toConfig: String?

    @Option(help: ArgumentHelp("The driver to copy from, if there are several.", valueName: "name"))
    var fromDriver: String?

    @Flag(help: "Copy, and do not only say what would be copied.")
    var apply = false

    @Option(help: ArgumentHelp("A directory to keep in what was done. (default: kept nowhere)", valueName: "dir"))
    var state: String?

    @Option(help: ArgumentHelp("How many parts are read at a time.", valueName: "count"))
    var streams = 4

    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup(title: "Server") var cluster: ClusterOptions
    @OptionGroup(title: "TLS (PEM files)") var tls: TargetTLSOptions
    @OptionGroup(title: "Storage") var storage: StorageOptions
    @OptionGroup(title: "Common") var common: CommonOptions

    func validate() throws {
        guard (1...64).contains(self.streams) else { throw ValidationError("--streams has to be from 1 to 64") }
        guard [self.toBucket, self.toStore, self.toConfig].compactMap(\.self).count == 1 else {
            throw ValidationError("give one of --to-bucket, --to-store and --to-config")
        }
    }

    /// The options that say where to copy to.
    private var destinationFlags: [(Setting, String?)] {
        if let file = self.toConfig { return [(.config, file)] }
        return
            self.storage.flags.map { setting, value -> (Setting, String?) in
                switch setting {
                case .bucket where self.toBucket != nil: (setting, self.toBucket)
                case .store where self.toStore != nil: (setting, self.toStore)
                case .movedBuckets: (setting, nil)
                default: (setting, value)
                }
            } + self.common.flags.filter { $0.0 == .config }
    }

    private struct Line: Encodable {
        var record = "copy"
        var applied: Bool
        var from: String
        var to: String
        var isComplete: Bool
        var tally: CopyingExaminer.Tally
    }

    func run() async throws {
        let command = self
        try await OperatorSession.run(
            flags: self.cluster.flags + self.tls.flags + self.storage.flags + self.common.flags
        ) { session in
            let destination = try await OperatorSession.onlyDriver(
                of: try Settings(options: command.destinationFlags),
                "to copy to",
                session.logger
            )
            return try await command.copy(by: session, to: destination)
        }
    }

    private func copy(
        by session: OperatorSession,
        to destination: (driver: any MaintainableStorageDriver, container: String)
    ) async throws -> ExitCode {
        let sources = session.storage.drivers.compactMap { $0 as? any MaintainableStorageDriver }
            .filter { self.fromDriver == nil || $0.name == self.fromDriver }
        guard sources.count == 1, let source = sources.first else {
            throw CommandError.usage("name the driver to copy from with --from-driver")
        }
        guard type(of: source) == type(of: destination.driver), source.name == destination.driver.name else {
            throw OperationsError(
                .refused,
                "references name the driver \"\(source.name)\": only a driver of the same kind and name can serve them "
                    + "from another place"
            )
        }
        let containers = try source.containers()
        guard containers.count == 1, let container = containers.first else {
            throw CommandError.usage("copy takes one bucket at a time; name it with --bucket")
        }
        let examiner = CopyingExaminer(
            driverName: source.name,
            container: container,
            target: destination.container,
            copier: ObjectCopier(from: source, to: destination.driver, writes: self.apply)
        )
        let scratch = try ScratchState(at: self.state, part: self.apply ? "copy" : "rehearsal")
        defer { scratch.remove() }
        let progress = PassProgress()
        let pass = ClusterPass(
            storage: session.storage,
            caller: session.caller,
            directory: scratch.directory,
            namespaces: try await ClusterNames.namespaces(by: session.caller),
            streams: self.streams,
            examiner: examiner,
            progress: progress
        )
        let summaries = try await ProgressLine.showing(progress, session.logger) {
            try await pass.run(telling: false).summaries
        }
        let isComplete = summaries.allSatisfy(\.isComplete)
        for finding in summaries.flatMap(\.result.findings) {
            let place = "\(finding.item.id) \(finding.item.runID), event \(finding.place?.eventID ?? 0)"
            StandardStreams.writeError(
                OperatorOutput.printable("\(place): \(finding.key ?? "?"): \(finding.text)") + "\n"
            )
        }
        if !isComplete { OrphansCommand.explain(summaries) }
        let line = Line(
            applied: self.apply,
            from: container,
            to: destination.container,
            isComplete: isComplete,
            tally: examiner.tally
        )
        try self.show(line)
        guard isComplete else { return ExitCode(2) }
        return summaries.contains { $0.result.findingCount > 0 } ? ExitCode(1) : .success
    }

    private func show(_ line: Line) throws {
        guard self.output.format == .table else { return try OperatorOutput.json(line) }
        let tally = line.tally
        var text = "\(tally.copied) objects (\(OperatorOutput.size(tally.copiedBytes))) "
        text += line.applied ? "copied" : "would be copied"
        text +=
            ", \(tally.present) are there already, \(tally.failed) failed; \(tally.elsewhere) references lead elsewhere\n"
        if line.applied, line.isComplete, tally.failed == 0, !line.from.isEmpty {
            text +=
                "next: --moved-buckets \(line.from)=\(line.to) for all readers, --bucket \(line.to) for all writers, "
            text += "this command once more, and verify\n"
        }
        StandardStreams.write(text)
    }
}

extension OperatorSession {
    /// The one driver of some settings, and its one container.
    static func onlyDriver(
        of settings: Settings,
        _ purpose: String,
        _ logger: Logger
    ) async throws -> (driver: any MaintainableStorageDriver, container: String) {
        let storage = try await StorageSettings.storage(from: settings, caches: false, logger: logger)
        let drivers = (storage?.drivers ?? []).compactMap { $0 as? any MaintainableStorageDriver }
        guard drivers.count == 1, let driver = drivers.first else {
            throw CommandError.usage("there has to be one driver \(purpose), of a store that can be looked around in")
        }
        let containers = try driver.containers()
        guard containers.count == 1, let container = containers.first else {
            throw CommandError.usage("there has to be one bucket \(purpose)")
        }
        return (driver, container)
    }
}
