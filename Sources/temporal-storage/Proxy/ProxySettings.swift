//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import BufferTransport
import ExternalStorageProxy
import GRPCNIOTransportHTTP2Posix
import Groundwork
import NIOCore
import NIOPosix
import TemporalTransport

/// The proxy as the settings describe it, checked.
struct ProxySettings {
    var listening: ListeningSettings
    var target: HostAndPort
    var upstreamConnections: Int
    var proxy: ExternalStorageProxyConfiguration
    var tls: TLSSettings

    /// - Throws: ``CommandError``.
    init(from settings: Settings) throws {
        self.listening = try ListeningSettings(from: settings, defaultPort: 7_243)
        self.target =
            try settings.text(.target).map { try HostAndPort($0, acceptsAnyPort: false) }
            ?? HostAndPort(host: "127.0.0.1", port: 7_233)
        self.upstreamConnections = try settings.integer(.upstreamConnections, in: 1...1_024) ?? 8
        self.proxy = ExternalStorageProxyConfiguration()
        if let bytes = try settings.integer(.maxMessageBytes, in: 65_536...2_147_483_647) {
            self.proxy.messageSizeLimit = bytes
        }
        if let bytes = try settings.integer(.memoryBytes, in: 16_777_216...1_099_511_627_776) {
            self.proxy.memoryLimit = bytes
        }
        if let drain = self.listening.drain { self.proxy.drain = drain }
        self.tls = try TLSSettings(from: settings)
    }

    /// The address to listen on, with a name resolved.
    ///
    /// - Throws: ``CommandError`` if the name has no address.
    func listeningAddress() throws -> GRPCNIOTransportCore.SocketAddress {
        let listen = self.listening.address
        let resolved: NIOCore.SocketAddress
        do {
            resolved = try .makeAddressResolvingHost(listen.host, port: listen.port)
        } catch {
            throw CommandError.usage("\(Setting.listen.flag) is \"\(listen)\", but \(listen.host) has no address")
        }
        let host = resolved.ipAddress ?? listen.host
        return host.contains(":") ? .ipv6(host: host, port: listen.port) : .ipv4(host: host, port: listen.port)
    }

    /// Transports to the server on the threads of `eventLoopGroup`, not yet connected.
    ///
    /// - Throws: ``CommandError`` if the certificates cannot be used.
    func upstream(on eventLoopGroup: MultiThreadedEventLoopGroup) throws -> PooledTransport<HTTP2CallTransport> {
        var configuration = HTTP2CallTransport.Configuration()
        configuration.authority = self.tls.targetServerName
        // What is larger than one payload that is not stored waits until there is memory for it, which takes no time as a
        // rule.
        configuration.responseWindow = 262_144
        do {
            return PooledTransport(
                try (0..<self.upstreamConnections).map { _ in
                    try HTTP2CallTransport(
                        target: self.target.target,
                        security: self.tls.target,
                        configuration: configuration,
                        eventLoopGroup: eventLoopGroup
                    )
                }
            )
        } catch {
            throw CommandError.usage("the certificates for the server cannot be used: \(error)")
        }
    }
}
