//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageGRPC
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import HTTP2Guard

extension TemporalClient {
    /// The transport to a Temporal server: several connections, for one carries 100 calls at a time.
    static func transport(
        to target: any ResolvableTarget,
        security: HTTP2ClientTransport.Posix.TransportSecurity,
        connections: Int
    ) throws(TemporalError) -> PooledTransport<HTTP2ClientTransport.Posix> {
        guard connections > 0 else {
            throw TemporalError(code: .invalidConfiguration, message: "a client needs at least one connection")
        }
        do {
            return PooledTransport(
                try (0..<connections).map { _ in
                    try HTTP2ClientTransport.Posix(target: target, transportSecurity: security, config: .temporal)
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

extension HTTP2ClientTransport.Posix.Config {
    /// What suits a connection to a Temporal server.
    static var temporal: Self {
        .defaults { config in
            // Larger than a payload that is not exceptional: the default costs a round trip for each of them.
            config.http2.targetWindowSize = 16 * 1_048_576
            // A server that restarts is back within seconds; the default waits for up to two minutes.
            config.backoff = .init(initial: .milliseconds(200), max: .seconds(5), multiplier: 1.6, jitter: 0.2)
            // A Go server pings with every message or so, and the HTTP/2 handler drops a connection for that.
            config.channelDebuggingCallbacks.onCreateTCPConnection = ConnectionGuard.installOnClient
            // Finds out that a server is gone without saying so. Temporal's server allows it, SDKs do the same.
            config.connection.keepalive = .init(time: .seconds(30), timeout: .seconds(15), allowWithoutCalls: true)
        }
    }
}
