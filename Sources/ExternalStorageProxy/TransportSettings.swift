//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
package import GRPCNIOTransportHTTP2Posix
import NIOCore

extension HTTP2ServerTransport.Posix.Config {
    /// What clients on sdk-core need of a server that stands between them and Temporal.
    static func proxy(_ configuration: ExternalStorageProxyConfiguration) -> Self {
        .defaults { config in
            config.rpc.maxRequestPayloadSize = configuration.messageSizeLimit
            // Requests come compressed with gzip. The transport then compresses responses as well, see there.
            config.compression.enabledAlgorithms = .all
            config.channelDebuggingCallbacks.onAcceptHTTP2Stream = { channel in
                channel.eventLoop.makeCompletedFuture {
                    let refused = RefusedRequests(messageSizeLimit: configuration.messageSizeLimit)
                    try channel.pipeline.syncOperations.addHandlers(
                        [refused, UncompressedResponses()],
                        position: .first
                    )
                    try ConnectionGuard.register(channel)
                }
            }
            // Without an announced limit the transport still has one, of 100, and drops the connection beyond it.
            config.http2.maxConcurrentStreams = configuration.callsPerConnection
            // Messages are large here: the default of 64 KiB costs a round trip for each of them.
            config.http2.targetWindowSize = .proxyWindow
            // Pings come every 30 seconds, also without calls; the default takes that for an attack.
            config.connection.keepalive.clientBehavior = .init(
                minPingIntervalWithoutCalls: .seconds(1),
                allowWithoutCalls: true
            )
            config.channelDebuggingCallbacks.onAcceptTCPConnection = ConnectionGuard.installOnServer
            // Clients that do not leave after the drain are disconnected.
            config.connection.maxGraceTime = configuration.drain + .lastWords
        }
    }
}

extension HTTP2ClientTransport.Posix.Config {
    /// What suits a connection to Temporal that never may be given up.
    package static var proxy: Self {
        .defaults { config in
            config.http2.targetWindowSize = .proxyWindow
            // A server that restarts is back within seconds; the default waits for up to two minutes.
            config.backoff = .init(initial: .milliseconds(200), max: .seconds(5), multiplier: 1.6, jitter: 0.2)
            config.channelDebuggingCallbacks.onCreateTCPConnection = ConnectionGuard.installOnClient
            // Finds out that a server is gone without saying so. Temporal's server allows it, SDKs do the same.
            config.connection.keepalive = .init(time: .seconds(30), timeout: .seconds(15), allowWithoutCalls: true)
        }
    }
}

extension CallOptions {
    /// The limits for messages of the upstream.
    static func proxy(_ configuration: ExternalStorageProxyConfiguration) -> Self {
        var options = CallOptions.defaults
        options.maxResponseMessageBytes = configuration.messageSizeLimit
        // The transport takes this one for the limit of responses, and has none for requests.
        options.maxRequestMessageBytes = configuration.messageSizeLimit
        return options
    }
}

extension Duration {
    /// How long clients have after the drain to take the last answers and to leave.
    static var lastWords: Self { .seconds(2) }
}

extension Int {
    /// 16 MiB: more than a payload that is not exceptional.
    fileprivate static let proxyWindow = 16 * 1_048_576
}
