//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import GRPCNIOTransportHTTP2Posix

extension TemporalClient {
    /// The transport to a Temporal server.
    static func transport(
        to target: any ResolvableTarget,
        security: HTTP2ClientTransport.Posix.TransportSecurity
    ) throws(TemporalError) -> HTTP2ClientTransport.Posix {
        do {
            return try HTTP2ClientTransport.Posix(target: target, transportSecurity: security, config: .temporal)
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
            // Finds out that a server is gone without saying so. Temporal's server allows it, SDKs do the same.
            config.connection.keepalive = .init(time: .seconds(30), timeout: .seconds(15), allowWithoutCalls: true)
        }
    }
}
