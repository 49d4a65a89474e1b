//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension WorkerReport.Identity {
    /// The same for all workers of the process.
    private static let processKey = UUID().uuidString.lowercased()

    /// A worker of this process that starts now.
    init(identity: String, taskQueue: String, driverTypes: [String], deployment: WorkerDeployment? = nil) {
        self.init(
            instanceKey: UUID().uuidString.lowercased(),
            identity: identity,
            groupingKey: Self.processKey,
            taskQueue: taskQueue,
            hostName: ProcessInfo.processInfo.hostName,
            processID: ProcessInfo.processInfo.processIdentifier,
            sdkName: CallMetadata.clientName,
            sdkVersion: CallMetadata.clientVersion,
            startTime: .now,
            driverTypes: driverTypes,
            deployment: deployment
        )
    }
}
