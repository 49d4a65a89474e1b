//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import GRPCCore

/// What goes with every call besides the message.
enum CallMetadata {
    /// The name under which servers know this client.
    static let clientName = "temporal-swift-external-storage"
    /// The version of this client.
    static let clientVersion = ProductVersion.text

    /// Keys that are not for users: written here, or by gRPC.
    static let reserved: Set<String> = [
        "client-name", "client-version", "supported-features", "temporal-namespace", "authorization", "content-type",
        "te", "user-agent",
    ]

    /// The metadata of a call.
    ///
    /// - Parameters:
    ///   - headers: What the user adds to every call; reserved keys are left out.
    ///   - namespace: The namespace of the request, if it has one.
    ///   - apiKey: The key, if there is one.
    /// - Returns: The metadata.
    static func make(headers: [(String, String)], namespace: String?, apiKey: String?) -> Metadata {
        var metadata = Metadata()
        for (key, value) in headers where !self.isReserved(key) { metadata.addString(value, forKey: key) }
        metadata.addString(self.clientName, forKey: "client-name")
        metadata.addString(self.clientVersion, forKey: "client-version")
        // Without it the server says "continued as new" of a run that ended and that a retry or a cron schedule follows.
        metadata.addString("follows-next-run-id", forKey: "supported-features")
        if let namespace { metadata.addString(namespace, forKey: "temporal-namespace") }
        if let apiKey { metadata.addString("Bearer \(apiKey)", forKey: "authorization") }
        return metadata
    }

    /// Whether a key may not be set by users.
    static func isReserved(_ key: String) -> Bool {
        let key = key.lowercased()
        return self.reserved.contains(key) || key.hasPrefix("grpc-") || key.hasPrefix(":")
    }
}
