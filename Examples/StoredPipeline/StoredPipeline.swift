//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSCredentials
import Crypto
import ExternalStorageCore
import ExternalStorageS3
import Foundation
import Logging
import NIOCore
import TemporalNative
import TemporalProfiles

/// A file through two activities, larger than this program's memory: it travels by reference.
///
///     stored-pipeline [MEBIBYTES]
///
/// A workflow in Python (`pipeline.py`, which has to run) calls the two activities; this program is their worker, and the
/// client that starts it. The server is that of the profile, such as `TEMPORAL_ADDRESS`, the store `S3_BUCKET` at `S3_ENDPOINT`. The last lines say
/// what came out, and how much memory was needed at most.
@main
struct StoredPipeline {
    static func main() async throws {
        let size = (CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 200) * 1_048_576
        let environment = ProcessInfo.processInfo.environment
        let logger = Logger(label: "stored-pipeline") { StreamLogHandler.standardError(label: $0) }
        try await TemporalClient.connect(
            profile: .load(),
            externalStorage: Self.storage(environment, largest: size + 1_024, logger: logger),
            logger: logger
        ) { client in
            let worker = try TemporalWorker(client: client, taskQueue: "stored-pipeline-activities") {
                FileActivities()
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await worker.run() }
                try await Self.sendFile(size, client)
                try await Self.sendText(client)
                group.cancelAll()
            }
        }
        print("peak memory: \(Memory.peakInBytes / 1_048_576) MiB")
    }

    /// The size cap of a driver is for what is in memory as a whole; here nothing is.
    static func storage(_ environment: [String: String], largest: Int, logger: Logger) throws -> ExternalStorage {
        let settings = S3HTTPClient.Configuration(
            region: environment["AWS_REGION"] ?? "us-east-1",
            endpointURL: environment["S3_ENDPOINT"]
        )
        var configuration = S3StorageDriver.Configuration()
        configuration.payloadSizeLimit = max(largest, configuration.payloadSizeLimit)
        configuration.uploadPartSizeInBytes = 8 * 1_048_576
        configuration.downloadPartSizeInBytes = 8 * 1_048_576
        let driver = try S3StorageDriver(
            bucket: .fixed(environment["S3_BUCKET"] ?? "payloads"),
            client: S3HTTPClient(configuration: settings, credentials: AWSCredentialsChain.default(logger: logger)),
            configuration: configuration,
            logger: logger
        )
        return try ExternalStorage(driver: driver, logger: logger)
    }

    /// The workflow hands the file from the first activity to the second, and its result is a reference too.
    static func sendFile(_ size: Int, _ client: TemporalClient) async throws {
        try await TemporaryFile.with { file in
            var expected = try file.fill(sizeInBytes: size)
            expected.update(data: FileActivities.seal)
            let started = ContinuousClock.now
            let sealed = try await client.executeWorkflow(
                "FilePipeline",
                options: .init(id: "file-\(UUID().uuidString)", taskQueue: "stored-pipeline-files"),
                input: file.path,
                returning: Stored<ByteBuffer>.self
            )
            var (actual, count) = (SHA256(), 0)
            for try await chunk in sealed.bytes {
                actual.update(data: Data(chunk.readableBytesView))
                count += chunk.readableBytes
            }
            guard sealed.isReference, actual.finalize() == expected.finalize() else {
                throw ApplicationFailure("what came out is not what went in, with a seal")
            }
            print("\(count) bytes through two activities and back in \(ContinuousClock.now - started)")
        }
    }

    /// To the workflow a stored value is the plain value.
    static func sendText(_ client: TemporalClient) async throws {
        let text = String(repeating: "word ", count: 100_000)
        let stored = try await client.store(text)
        let count = try await client.executeWorkflow(
            "CountWords",
            options: .init(id: "words-\(UUID().uuidString)", taskQueue: "stored-pipeline-words"),
            input: stored,
            returning: Int.self
        )
        guard stored.isReference, count == 100_000 else { throw ApplicationFailure("the workflow counted \(count)") }
        print("the workflow in Python read \(stored) and counted \(count) words")
    }
}
