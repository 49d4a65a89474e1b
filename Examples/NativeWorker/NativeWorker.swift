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
import ServiceLifecycle
import TemporalNative
import UnixSignals

/// Workflows and activities in Swift, large values in S3: one program, no runtime to install.
///
/// Its activities can be called by workflows in any language, and its workflow started from any.
///
///     native-worker TASK-QUEUE
///
/// The server is `TEMPORAL_ADDRESS` (HOST:PORT) and the other variables of Temporal's programs, the store `S3_BUCKET` and, if it is not Amazon's, `S3_ENDPOINT`;
/// credentials and region are found as the AWS SDKs find them. `EXTERNAL_STORAGE_THRESHOLD` is a number of bytes or
/// `all`. It ends on SIGTERM, when what runs has ended.
@main
struct NativeWorker {
    static func main() async throws {
        let environment = ProcessInfo.processInfo.environment
        guard CommandLine.arguments.count == 2 else {
            FileHandle.standardError.write(Data("usage: TEMPORAL_ADDRESS=HOST:PORT native-worker TASK-QUEUE\n".utf8))
            exit(64)
        }
        var logger = Logger(label: "native-worker") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = environment["LOG_LEVEL"].flatMap { Logger.Level(rawValue: $0) } ?? .info

        let client = try TemporalClient(
            profile: ClientProfile(environment: environment),
            externalStorage: try Self.storage(environment, logger: logger),
            logger: logger
        )
        let worker = try TemporalWorker(
            client: client,
            taskQueue: CommandLine.arguments[1],
            workflows: [FlipTwice.self]
        ) {
            Values()
            Counting()
        }
        let services = ServiceGroup(
            services: [client, worker],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        try await services.run()
    }

    static func storage(_ environment: [String: String], logger: Logger) throws -> ExternalStorage {
        let settings = S3HTTPClient.Configuration(
            region: environment["AWS_REGION"] ?? "us-east-1",
            endpointURL: environment["S3_ENDPOINT"]
        )
        let driver = try S3StorageDriver(
            bucket: .fixed(environment["S3_BUCKET"] ?? "payloads"),
            client: S3HTTPClient(configuration: settings, credentials: AWSCredentialsChain.default(logger: logger)),
            logger: logger
        )
        var configuration = ExternalStorage.Configuration()
        // The cache is for histories that are read again. These activities read each value once.
        configuration.cache = .disabled
        switch environment["EXTERNAL_STORAGE_THRESHOLD"] {
        case nil: break
        case "all": configuration.threshold = .all
        case let text?: configuration.threshold = .bytes(Int(text) ?? 0)
        }
        return try ExternalStorage(driver: driver, configuration: configuration, logger: logger)
    }
}
