//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import Hummingbird
internal import NIOCore

/// What a request brings besides its head and its body: the connection that it came on.
struct CodecServerContext: InitializableFromSource, Sendable {
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        self.channel = source.channel
    }

    /// The address of whoever is at the other end: the caller, or the proxy in front of the server.
    var remoteAddress: String { self.channel.remoteAddress?.ipAddress ?? "unknown" }

    /// The guard's view of the connection.
    func connection() async throws -> ConnectionGuard.Connection {
        try await self.channel.pipeline.handler(type: ConnectionGuard.self).map(\.connection).get()
    }
}
