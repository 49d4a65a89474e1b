//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import Foundation
import GRPCNIOTransportHTTP2Posix
import Logging
import TemporalNative

/// How many activities are called, and where they run.
struct Walk: Codable, Sendable {
    var count: Int
    var taskQueue: String
}

/// Calls so many activities, one after the other.
struct Steps: WorkflowDefinition {
    init(input: Walk) {}

    func run(context: WorkflowContext<Self>, input: Walk) async throws -> Int {
        let options = ActivityOptions(startToCloseTimeout: .seconds(60), taskQueue: input.taskQueue)
        for _ in 0..<input.count { try await context.executeActivity("step", options: options, returning: Void.self) }
        return input.count
    }
}

/// Waits for a signal.
struct Waits: WorkflowDefinition {
    @WorkflowState var isFinished = false

    init(input: Void) {}

    func run(context: WorkflowContext<Self>, input: Void) async throws {
        try await context.condition { self.isFinished }
    }

    func finish() { self.isFinished = true }

    static var handlers: [WorkflowHandler<Self>] { [.signal("finish", Self.finish)] }
}

/// Has activities make values, some at a time, and counts their bytes; then waits for a signal.
struct March: WorkflowDefinition {
    struct Order: Codable, Sendable {
        var rounds: Int
        /// How many activities at a time.
        var width: Int
        /// The size of the values of one round in so many; the others are small.
        var bytes: Int
        var every: Int
    }

    @WorkflowState var bytes = 0
    @WorkflowState var rounds = 0
    @WorkflowState var isFinished = false

    init(input: Order) {}

    func run(context: WorkflowContext<Self>, input: Order) async throws -> Int {
        let options = ActivityOptions(startToCloseTimeout: .seconds(60))
        for round in 0..<input.rounds {
            let size = round % input.every == 0 ? input.bytes : 10
            self.bytes += try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<input.width {
                    group.addTask {
                        let value: String = try await context.executeActivity("make", options: options, input: size)
                        return value.utf8.count
                    }
                }
                return try await group.reduce(0, +)
            }
            self.rounds += 1
        }
        try await context.condition { self.isFinished }
        return self.bytes
    }

    func progress() -> Int { self.rounds }

    func finish() { self.isFinished = true }

    static var handlers: [WorkflowHandler<Self>] {
        [.signal("finish", Self.finish), .query("progress", Self.progress)]
    }
}

/// The Swift half of `Scripts/benchmark workflows`.
@main
struct WorkflowBenchmark {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        switch (arguments.first, arguments.count) {
        case ("serve", 3): try await Self.serve(String(arguments[2]), taskQueue: arguments[3])
        case ("replay", 3): try await Self.replay(arguments[2], rounds: Int(arguments[3]) ?? 1)
        default:
            FileHandle.standardError.write(
                Data("usage: WorkflowBenchmark serve HOST:PORT TASK-QUEUE | replay FILE ROUNDS\n".utf8)
            )
            exit(64)
        }
    }

    /// Runs a worker until the process is ended.
    private static func serve(_ address: String, taskQueue: String) async throws {
        let parts = address.split(separator: ":")
        let logger = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }
        try await TemporalClient.connect(
            target: .ipv4(address: String(parts[0]), port: Int(parts[1]) ?? 7233),
            externalStorage: try Self.storage(),
            logger: logger
        ) { client in
            var configuration = TemporalWorker.Configuration()
            configuration.maxCachedWorkflows = 100_000
            let worker = try TemporalWorker(
                client: client,
                taskQueue: taskQueue,
                workflows: [Steps.self, Waits.self, March.self],
                configuration: configuration,
                logger: logger
            ) {
                Activity("make") { (size: Int) in String(repeating: "v", count: size) }
            }
            try await worker.run()
        }
    }

    /// Replays a history, and prints of each time how many seconds of processor time it took to read it and to replay it, and
    /// the most memory that the process has had, in MiB.
    private static func replay(_ path: String, rounds: Int) async throws {
        let json = try Data(contentsOf: URL(filePath: path))
        let replayer = try WorkflowReplayer(workflows: [Steps.self, March.self], externalStorage: Self.storage())
        for _ in 0..<rounds {
            let began = Self.processorTime()
            let history = try WorkflowHistory(json: json)
            let read = Self.processorTime()
            try await replayer.replay(history)
            print(read - began, Self.processorTime() - read, try Self.peakMemory())
        }
    }

    /// Large values are in the directory `WORKFLOW_BENCHMARK_STORE`, if there is one.
    private static func storage() throws -> ExternalStorage? {
        guard let root = ProcessInfo.processInfo.environment["WORKFLOW_BENCHMARK_STORE"] else { return nil }
        return try ExternalStorage(driver: LocalDiskStorageDriver(root: root))
    }

    /// The most memory that the process has had, in MiB.
    ///
    /// Its own word: what a parent is told of a child's usage begins with what the parent had when it started it.
    private static func peakMemory() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) / 1024
    }

    private static func processorTime() -> Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
