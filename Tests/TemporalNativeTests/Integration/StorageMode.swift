//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import Foundation
import TemporalNative
import Testing

/// With the default threshold or with everything in storage: each feature is tried both ways.
enum StorageMode: String, CaseIterable, CustomTestStringConvertible, Sendable {
    case standard
    case all

    var threshold: PayloadSizeThreshold { self == .all ? .all : .default }
    var testDescription: String { "threshold \(self.rawValue)" }

    /// Bytes that nobody else has, beyond the default threshold.
    func blob(_ size: Int = 300_000) -> [UInt8] {
        var state = UInt64.random(in: .min ... .max)
        return (0..<size).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 33)
        }
    }

    /// The options for a workflow of the Python worker.
    func options(_ name: String) throws -> WorkflowOptions {
        WorkflowOptions(
            id: "\(name)-\(UUID().uuidString)",
            taskQueue: try "\(PythonWorker.shared.get().taskQueue)-\(self.rawValue)"
        )
    }

    /// A client with storage, for the time of a closure.
    func withClient<Result: Sendable>(
        address: String? = LiveServices.address,
        _ configure: (inout TemporalClient.Configuration) -> Void = { _ in },
        _ body: (TemporalClient) async throws -> Result
    ) async throws -> Result {
        try await PythonWorker.ready()
        var configuration = TemporalClient.Configuration()
        configure(&configuration)
        return try await TemporalClient.connect(
            target: LiveServices.target(address),
            externalStorage: LiveServices.storage(threshold: self.threshold),
            configuration: configuration,
            logger: LiveServices.logger,
            body
        )
    }
}
