//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ArgumentParser
import CoreMetrics
import ExternalStorageCore
import ExternalStorageS3
import Foundation
import GRPCNIOTransportHTTP2Posix
import Logging
import TemporalNative
import UnixSignals

/// The Swift half of `Scripts/stress`.
@main
struct WorkflowStress: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "WorkflowStress",
        abstract: "Random workflows, for Scripts/stress.",
        subcommands: [Serve.self, Replay.self]
    )
}

/// Where large values are.
struct StorageOptions: ParsableArguments {
    @Option(help: "The directory of the local-disk driver, or s3://BUCKET at AWS_ENDPOINT_URL_S3.")
    var store: String

    @Option(help: "From how many bytes on a payload is stored.")
    var threshold: Int

    func storage() throws -> ExternalStorage {
        var configuration = ExternalStorage.Configuration()
        configuration.threshold = .bytes(self.threshold)
        return try ExternalStorage(driver: self.driver(), configuration: configuration)
    }

    private func driver() throws -> any StorageDriver {
        let scheme = "s3://"
        guard self.store.hasPrefix(scheme) else { return try LocalDiskStorageDriver(root: self.store) }
        return try S3StorageDriver(bucket: String(self.store.dropFirst(scheme.count)), region: "us-east-1")
    }
}

/// How much a worker takes on at the same time, and how it asks for it.
struct RoomOptions: ParsableArguments {
    @Option(help: "How many tasks of each kind are taken on at the same time: a number or resource-based.")
    var slots = "100"

    @Option(help: "How many polls are under way: a number or autoscaling.")
    var pollers = "5"

    @Flag(inversion: .prefixedNo, help: "Whether activities come with the answers to workflow tasks.")
    var eager = true

    func apply(to configuration: inout TemporalWorker.Configuration) throws {
        if self.slots == "resource-based" {
            configuration.tuner = .resourceBased()
        } else {
            let supplier = SlotSupplier.fixed(try Self.number(self.slots, of: "--slots"))
            configuration.tuner = WorkerTuner(
                workflowTasks: supplier,
                activities: supplier,
                localActivities: supplier
            )
        }
        let pollers: PollerBehavior =
            try self.pollers == "autoscaling"
            ? .autoscaling() : .simpleMaximum(Self.number(self.pollers, of: "--pollers"))
        configuration.workflowPollers = pollers
        configuration.activityPollers = pollers
        configuration.disableEagerActivityExecution = !self.eager
    }

    private static func number(_ text: String, of name: String) throws -> Int {
        guard let number = Int(text) else { throw ValidationError("\(name) is \(text), which is no number") }
        return number
    }
}

/// A worker of random workflows.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Runs a worker until SIGTERM.")

    @Option(help: "Host and port of the server.")
    var server: String

    @Option(help: "The task queue.")
    var taskQueue: String

    @OptionGroup var storage: StorageOptions

    @OptionGroup var room: RoomOptions

    @Option(help: "How many runs are kept between tasks.")
    var cached = 1_000

    @Option(help: "Which share of tasks, from 0 to 1, has its run dropped.")
    var dropped = 0.0

    @Option(help: "Where counters are written.")
    var tally: String

    func run() async throws {
        let tally = Tally()
        MetricsSystem.bootstrap(tally)
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        var logger = Logger(label: "stress")
        logger.logLevel = .warning
        let parts = self.server.split(separator: ":")
        guard parts.count == 2, let port = Int(parts[1]) else {
            throw ValidationError("--server must be HOST:PORT")
        }
        let signals = await UnixSignalsSequence(trapping: .sigterm)
        try await TemporalClient.connect(
            target: .ipv4(address: String(parts[0]), port: port),
            externalStorage: self.storage.storage(),
            logger: logger
        ) { [logger] client in
            var configuration = TemporalWorker.Configuration()
            configuration.maxCachedWorkflows = self.cached
            configuration.droppedRunShare = self.dropped
            configuration.gracefulShutdownPeriod = .seconds(1)
            try self.room.apply(to: &configuration)
            let worker = try TemporalWorker(
                client: client,
                taskQueue: self.taskQueue,
                workflows: [Walk.self, Hold.self],
                activities: WalkActivities.all,
                configuration: configuration,
                logger: logger
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await tally.write(to: self.tally) }
                defer { group.cancelAll() }
                try await worker.running {
                    for await _ in signals { break }
                }
            }
        }
    }
}

/// Replays histories from their first event.
struct Replay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Replays the files that standard input names, one a line, and says for each `ok EVENTS` or what is wrong."
    )

    @OptionGroup var storage: StorageOptions

    func run() async throws {
        var logger = Logger(label: "replay")
        logger.logLevel = .critical
        let replayer = try WorkflowReplayer(
            workflows: [Walk.self, Hold.self],
            externalStorage: self.storage.storage(),
            logger: logger
        )
        while let path = readLine() {
            do {
                let history = try WorkflowHistory(json: Data(contentsOf: URL(filePath: path)))
                try await replayer.replay(history)
                Self.say("ok \(history.count)")
            } catch {
                Self.say("FAIL \("\(error)".replacing("\n", with: " "))")
            }
        }
    }

    /// Writes a line at once, which `print` does not do into a pipe.
    private static func say(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}
