//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSCredentials
import ExternalStorageCore
import ExternalStorageS3
import Foundation
import Logging
import TemporalNative
import TemporalProfiles

/// From one store to another, while workflows go on: what is new goes to the new store, what is old is still read.
///
///     migration DIRECTORY
///
/// Before, there is a directory; after, an S3 bucket comes first, and the directory stays registered for what is in it. A
/// workflow in Python (`migration.py`, which has to run with the same directory) calls the activity that is here. The
/// server is that of the profile, such as `TEMPORAL_ADDRESS`, the bucket `S3_BUCKET` at `S3_ENDPOINT`.
@main
struct Migration {
    let environment = ProcessInfo.processInfo.environment
    let logger = Logger(label: "migration") { StreamLogHandler.standardError(label: $0) }
    let directory: String

    static func main() async throws {
        guard CommandLine.arguments.count == 2 else {
            FileHandle.standardError.write(Data("usage: migration DIRECTORY\n".utf8))
            exit(64)
        }
        let migration = Migration(directory: CommandLine.arguments[1])
        let report = try await migration.before()
        try await migration.after(report)
    }

    /// The first deployment: one driver.
    func before() async throws -> WorkflowRun {
        let old = try LocalDiskStorageDriver(root: self.directory)
        let storage = try ExternalStorage(driver: old, logger: self.logger)
        return try await self.withClient(storage) { client in
            let run = try await self.report("before", client)
            try Self.check(run.driver == "local-disk", "the first report is in \(run.driver)")
            print("before: \(run.id) is in \(run.driver)")
            return run
        }
    }

    /// The second deployment: two drivers, and a selector for what is new.
    func after(_ first: WorkflowRun) async throws {
        let old: any StorageDriver = try LocalDiskStorageDriver(root: self.directory)
        let new: any StorageDriver = try self.bucket()
        let storage = try ExternalStorage(
            drivers: [new, old],
            selector: .selecting { _, _ in new },
            logger: self.logger
        )
        let objects = self.filesInDirectory()
        try await self.withClient(storage) { client in
            let run = try await self.report("after", client)
            try Self.check(run.driver == "aws.s3driver", "the second report is in \(run.driver)")
            print("after: \(run.id) is in \(run.driver)")

            let result = try await client.workflowHandle(id: first.id, returning: Stored<String>.self).result()
            let driver = try StorageReference(payload: result.payload).driverName
            try Self.check(driver == "local-disk", "the first report is in \(driver)")
            try Self.check(try await result.value() == first.text, "the first report has changed")
            print("after: \(first.id) is still in \(driver), and was read from there")
        }
        try Self.check(!objects.isEmpty, "the directory is empty")
        try Self.check(self.filesInDirectory() == objects, "something new is in the directory")
        print("after: the directory has the \(objects.count) objects that it had")
    }

    /// A workflow that has run, and where its result is.
    struct WorkflowRun: Sendable {
        var id: String
        var text: String
        var driver: String
    }

    /// Runs a workflow with large values; the workers of a phase have drivers and a selector of their own.
    func report(_ phase: String, _ client: TemporalClient) async throws -> WorkflowRun {
        let id = "report-\(phase)-\(UUID().uuidString)"
        let input = String(repeating: "\(id)\n", count: 8_000)
        let result = try await client.executeWorkflow(
            "Report",
            options: WorkflowOptions(id: id, taskQueue: "migration-\(phase)"),
            input: input,
            returning: Stored<String>.self
        )
        let text = try await result.value()
        try Self.check(text == input.uppercased(), "\(id) is not what it should be")
        return WorkflowRun(id: id, text: text, driver: try StorageReference(payload: result.payload).driverName)
    }

    /// A client and a worker of one deployment, for the time of a closure.
    func withClient<Result: Sendable>(
        _ storage: ExternalStorage,
        _ body: (TemporalClient) async throws -> Result
    ) async throws -> Result {
        try await TemporalClient.connect(
            profile: .load(),
            externalStorage: storage,
            logger: self.logger
        ) { client in
            let worker = try TemporalWorker(client: client, taskQueue: "migration-activities") {
                Activity("render") { (text: String) in text.uppercased() }
            }
            return try await worker.running { try await body(client) }
        }
    }

    func bucket() throws -> S3StorageDriver {
        let settings = S3HTTPClient.Configuration(
            region: self.environment["AWS_REGION"] ?? "us-east-1",
            endpointURL: self.environment["S3_ENDPOINT"]
        )
        let credentials = AWSCredentialsChain.default(logger: self.logger)
        return try S3StorageDriver(
            bucket: .fixed(self.environment["S3_BUCKET"] ?? "payloads"),
            client: S3HTTPClient(configuration: settings, credentials: credentials),
            logger: self.logger
        )
    }

    func filesInDirectory() -> Set<String> {
        let paths = FileManager.default.enumerator(atPath: self.directory)?.compactMap { $0 as? String } ?? []
        return Set(paths.filter { $0.contains("/d/sha256/") })
    }

    static func check(_ condition: Bool, _ message: String) throws {
        guard condition else { throw ApplicationFailure(message) }
    }
}
