//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ArgumentParser
import ExternalStorageCore
import ExternalStorageOperations
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// `temporal-storage get`.
struct GetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Write one payload that is in storage to a file or to standard output.",
        discussion: """
            The payload is named by its workflow, event and number, as inspect shows them. Its digest is checked. What \
            is written is its data, as the codec of the workers left it; with --serialized the whole payload, as it \
            would have stood in the history.

              temporal-storage get --driver s3 --bucket b --workflow-id order-1 --event 7 > result.json
              temporal-storage get --driver s3 --bucket b --workflow-id order-1 --run-id 0197… --event 1 --number 2 \
            --file input.bin
              temporal-storage get --driver s3 --bucket b --schedule-id nightly

            With --stdin, a reference on standard input instead of a workflow, in any form that inspect reads.

              temporal-storage get --driver s3 --bucket b --stdin < reference.json > result.json

            Without --event, what stands in no event: the input of a schedule, the heartbeat of an activity.

            Exit codes: 0 if it was written, 1 if the store does not have it or it is corrupted, 2 if there is no such \
            reference, 64 for a wrong setting.
            """
    )

    @Option(help: ArgumentHelp("The event.", valueName: "number"))
    var event: Int64?

    @Option(help: ArgumentHelp("Which reference of the event, from 0.", valueName: "number"))
    var number = 0

    @Option(help: ArgumentHelp("Where to write it; what is there is not replaced.", valueName: "file"))
    var file: String?

    @Flag(help: "The whole payload with its metadata, serialized, and not its data alone.")
    var serialized = false

    @OptionGroup(title: "Which workflow") var subject: SubjectOptions
    @OptionGroup(title: "Server") var cluster: ClusterOptions
    @OptionGroup(title: "TLS (PEM files)") var tls: TargetTLSOptions
    @OptionGroup(title: "Storage") var storage: StorageOptions
    @OptionGroup(title: "Common") var common: CommonOptions

    func run() async throws {
        let (subject, event, number, file, serialized) = (
            self.subject, self.event, self.number, self.file, self.serialized
        )
        try await OperatorSession.run(
            flags: self.cluster.flags + self.tls.flags + self.storage.flags + self.common.flags
        ) { session in
            let reader = NamespaceReader(
                caller: session.caller,
                finder: ReferenceFinder(storage: session.storage),
                namespace: subject.namespace
            )
            let all = try await subject.readings(by: reader)
            let found = all.flatMap { entry in
                entry.reading.sightings
                    .filter { $0.place.eventID == event && $0.place.index == number }
                    .map { (entry.item, $0) }
            }
            guard let (_, sighting) = found.first else {
                throw CommandError(
                    message: "there is no such reference; inspect lists those that there are",
                    exitCode: ExitCode(2)
                )
            }
            guard Set(found.map(\.1.reference)).count == 1 else {
                let runs = found.map(\.0.runID).joined(separator: ", ")
                throw CommandError.usage("several runs have such a reference; name one with --run-id: \(runs)")
            }
            let payload: Payload
            do {
                payload = try await session.storage.retrieve(
                    references: [sighting.payload],
                    namespace: subject.namespace
                )[0]
            } catch let error as ExternalStorageError {
                throw CommandError(message: "\(error)", exitCode: ExitCode(1))
            }
            try Self.write(serialized ? payload.serializedBytes : payload.data, to: file)
            return .success
        }
    }

    private static func write(_ bytes: ByteBuffer, to file: String?) throws {
        let data = Data(bytes.readableBytesView)
        if let file {
            do {
                try data.write(to: URL(filePath: file), options: .withoutOverwriting)
            } catch {
                throw CommandError.usage("--file is \"\(file)\", which cannot be written, or is there already")
            }
            return
        }
        // What a terminal would obey is not for a terminal.
        let isText = String(validating: data, as: UTF8.self).map { text in
            text.unicodeScalars.allSatisfy {
                $0.properties.generalCategory != .control || "\n\r\t".unicodeScalars.contains($0)
            }
        }
        guard isText == true || !StandardStreams.outputIsTerminal else {
            throw CommandError.usage(
                "the payload is no text, and standard output is a terminal; give --file, or a pipe"
            )
        }
        StandardStreams.write(Array(data))
    }
}
