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

/// The same value with two thresholds: inline with one, stored with the other.
///
///     threshold
///
/// A workflow in Python (`threshold.py`, which has to run) calls the activity that is here. The server is
/// that of the profile, such as `TEMPORAL_ADDRESS`, the bucket `S3_BUCKET` at `S3_ENDPOINT`.
@main
struct Threshold {
    let environment = ProcessInfo.processInfo.environment
    let logger = Logger(label: "threshold") { StreamLogHandler.standardError(label: $0) }
    /// 100 KiB: less than the default threshold, 256 KiB, and more than that of the second client.
    let value = String(repeating: "payload ", count: 100 * 1_024 / 8)

    static func main() async throws {
        let example = Threshold()
        let inline = try await example.run(.default, workflows: "threshold-default")
        let stored = try await example.run(.bytes(64 * 1_024), workflows: "threshold-64-kib")
        // The input of the workflow, that of the activity, and both results.
        guard inline.externalPayloadCount == 0, inline.historySizeInBytes > 4 * 100 * 1_024 else {
            throw ApplicationFailure("with the default threshold \(inline.externalPayloadCount) payloads are stored")
        }
        guard stored.externalPayloadCount == 4, stored.historySizeInBytes < 16 * 1_024 else {
            throw ApplicationFailure("with 64 KiB \(stored.externalPayloadCount) payloads are stored")
        }
    }

    /// Runs the workflow with a client and a worker of their own, and says what its history holds.
    func run(_ threshold: PayloadSizeThreshold, workflows: String) async throws -> WorkflowInfo {
        var configuration = ExternalStorage.Configuration()
        configuration.threshold = threshold
        let storage = try ExternalStorage(driver: self.bucket(), configuration: configuration, logger: self.logger)
        return try await TemporalClient.connect(
            profile: .load(),
            externalStorage: storage,
            logger: self.logger
        ) { client in
            let worker = try TemporalWorker(client: client, taskQueue: "\(workflows)-activities") {
                Activity("render") { (text: String) in text.uppercased() }
            }
            return try await worker.running {
                let handle = try await client.startWorkflow(
                    "Report",
                    options: WorkflowOptions(id: "report-\(UUID().uuidString)", taskQueue: workflows),
                    input: self.value,
                    returning: String.self
                )
                guard try await handle.result() == self.value.uppercased() else {
                    throw ApplicationFailure("\(handle.id) is not what it should be")
                }
                let info = try await handle.describe().info
                print(
                    "\(workflows): \(info.externalPayloadCount) payloads are stored, and the history has "
                        + "\(info.historySizeInBytes) bytes"
                )
                return info
            }
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
}
