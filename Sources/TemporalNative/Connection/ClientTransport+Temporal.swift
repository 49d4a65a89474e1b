//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import BufferTransport
import GRPCNIOTransportHTTP2Posix
import NIOCore
import NIOPosix
import TemporalTransport

extension TemporalClient {
    /// The transport to a Temporal server: several connections, for one carries 100 calls at a time.
    ///
    /// All of them live on one thread, so that what makes calls can run there, too.
    static func transport(
        to target: any ResolvableTarget,
        security: ClientSecurity,
        authority: String? = nil,
        connections: Int,
        on eventLoop: any EventLoop = MultiThreadedEventLoopGroup.singleton.next()
    ) throws(TemporalError) -> PooledTransport<HTTP2CallTransport> {
        guard connections > 0 else {
            throw TemporalError(code: .invalidConfiguration, message: "a client needs at least one connection")
        }
        var configuration = HTTP2CallTransport.Configuration()
        configuration.authority = authority
        do {
            return PooledTransport(
                try (0..<connections).map { _ in
                    try HTTP2CallTransport(
                        target: target,
                        security: security,
                        configuration: configuration,
                        eventLoopGroup: eventLoop
                    )
                }
            )
        } catch {
            throw TemporalError(
                code: .invalidConfiguration,
                message: "the connection to \(target) cannot be set up: \(error)",
                cause: error
            )
        }
    }
}
