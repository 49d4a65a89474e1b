//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageWire
import GRPCCore
import NIOCore

/// The names of all namespaces of a cluster.
package enum ClusterNames {
    /// Asks the server.
    ///
    /// - Returns: The names, sorted; those of namespaces that are being deleted too.
    /// - Throws: `RPCError`, also if the caller may not know; `WireError`; `CancellationError`.
    package static func namespaces(by caller: any TemporalCaller) async throws -> [String] {
        var (names, token): (Set<String>, ByteBuffer) = ([], ByteBuffer())
        repeat {
            let request = WireMessage.building { request in
                request.writeField(1, varint: 1_000)
                if token.readableBytes > 0 { request.writeField(2, bytes: token) }
            }
            let response = WireMessage(try await caller.call("ListNamespaces", request))
            for entry in try response.all(1) { names.insert(try entry.message(1).string(1)) }
            token = try response.message(2).bytes
        } while token.readableBytes > 0
        return names.sorted()
    }
}
