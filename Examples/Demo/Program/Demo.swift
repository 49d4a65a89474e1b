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

/// A client, a workflow and an activity in one Swift program, with large values in S3.
///
///     demo WORKFLOW-ID
///
/// The server is that of the profile, such as `TEMPORAL_ADDRESS`, the bucket `S3_BUCKET` at `S3_ENDPOINT`.
///
/// Starts a workflow, signals it 5 MiB, queries them back, and awaits the result of an activity.
@main
struct Demo {
    static func main() async throws {
        let arguments = CommandLine.arguments
        let environment = ProcessInfo.processInfo.environment
        guard arguments.count == 2, let bucket = environment["S3_BUCKET"] else {
            FileHandle.standardError.write(Data("usage: S3_BUCKET=NAME demo WORKFLOW-ID\n".utf8))
            exit(64)
        }
        var logger = Logger(label: "demo") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .warning

        // What it takes: a driver, and `externalStorage:`.
        let s3 = S3HTTPClient(
            configuration: .init(
                region: environment["AWS_REGION"] ?? "us-east-1",
                endpointURL: environment["S3_ENDPOINT"]
            ),
            credentials: AWSCredentialsChain.default(logger: logger)
        )
        let driver = try S3StorageDriver(bucket: .fixed(bucket), client: s3, logger: logger)
        try await TemporalClient.connect(
            profile: .load(),
            externalStorage: try ExternalStorage(driver: driver, logger: logger),
            logger: logger
        ) { client in
            let taskQueue = "demo-swift"
            let worker = try TemporalWorker(client: client, taskQueue: taskQueue, workflows: [Invert.self]) {
                Activity("invert") { (value: ByteBuffer) in ByteBuffer(bytes: value.readableBytesView.map { ~$0 }) }
            }
            try await worker.running { try await Self.useWorkflow(arguments[1], on: taskQueue, of: client) }
        }
    }

    /// Starts, signals, queries, awaits.
    private static func useWorkflow(_ id: String, on taskQueue: String, of client: TemporalClient) async throws {
        let value = ByteBuffer(bytes: (0..<5 * 1_048_576).map { UInt8(truncatingIfNeeded: $0 &* 31 % 251) })
        let workflow = try await client.startWorkflow(
            "Invert",
            options: .init(id: id, taskQueue: taskQueue),
            returning: ByteBuffer.self
        )
        try await workflow.signal("put", input: value)
        print("  signalled", Self.text(value))
        let current = try await workflow.query("current", returning: ByteBuffer.self)
        print("  queried  ", Self.text(current), current == value ? "the same value" : "ANOTHER VALUE")
        let result = try await workflow.result()
        let isInverse = result.readableBytesView.elementsEqual(value.readableBytesView.lazy.map { ~$0 })
        print("  received ", Self.text(result), isInverse ? "its inverse, by the activity" : "ANOTHER VALUE")
        guard current == value, isInverse else { exit(1) }
    }

    private static func text(_ value: ByteBuffer) -> String {
        let digest = SHA256.hash(data: Data(value.readableBytesView)).prefix(8)
        let hex = digest.map { String(format: "%02x", $0) }.joined()
        return "\(value.readableBytes) bytes, sha256 \(hex)…"
    }
}
