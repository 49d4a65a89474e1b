//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore

/// Which metadata goes through, in either direction.
///
/// The transport shows pseudo-headers and gRPC's own headers of one connection as metadata; on the other connection it
/// makes its own. All the rest is the caller's, and goes through in order: repeated keys, binary values,
/// `authorization`, `grpc-timeout`, trace context, `grpc-status-details-bin`.
enum ForwardedMetadata {
    private static let ofOneConnection: Set<String> = [
        "content-type", "te", "grpc-encoding", "grpc-accept-encoding", "grpc-status", "grpc-message",
    ]

    static func filter(_ metadata: Metadata) -> Metadata {
        var forwarded = Metadata()
        forwarded.reserveCapacity(metadata.count)
        for (key, value) in metadata where Self.isForwarded(key) {
            switch value {
            case .string(let text): forwarded.addString(text, forKey: key)
            case .binary(let bytes): forwarded.addBinary(bytes, forKey: key)
            }
        }
        return forwarded
    }

    private static func isForwarded(_ key: String) -> Bool {
        key.utf8.first != UInt8(ascii: ":") && !Self.ofOneConnection.contains(key.lowercased())
    }
}
