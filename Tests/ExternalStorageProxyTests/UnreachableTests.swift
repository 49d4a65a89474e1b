//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Logging
import NIOCore
import NIOPosix
import RawHTTP2
import TemporalTransport
import Testing

@testable import ExternalStorageProxy

@Suite("A server that is down is no reason to stop", .timeLimit(.minutes(1)))
struct UnreachableTests {
    @Test("Down at the start, then there, then down, then there again: the proxy stays, and its texts say why")
    func restarts() async throws {
        let port = try await Self.freePort()
        let log = LogRecorder()

        try await withProxy(
            to: .ipv4(host: Self.host, port: port),
            logger: Logger(label: "test") { _ in log.handler(.info) }
        ) { proxy in
            try await withClient(to: proxy.address) { client in
                for _ in 0..<2 {
                    let answer = try await client.call("Echo")
                    #expect(answer.status.code == .unavailable)
                    #expect(answer.status.message.contains("temporal.test:\(port)"))
                    #expect(answer.status.message.contains("cannot be reached"))
                    try await withMortalServer(FakeTemporal(), host: Self.host, port: port) { _ in
                        let success = try await Self.firstSuccess(of: client)
                        #expect(success.messages == [[1]])
                    }
                    try await Self.firstFailure(of: client)
                }
            }
        }

        let lines = log.lines.filter { $0.contains("reach") }
        // One line for each change, whatever the number of calls. There may be more changes than we made: a connection
        // that a dying server has still taken is a server that is there, for a moment.
        let changes = lines.map { $0.contains("cannot") }
        #expect(changes.count >= 5 && changes.first == true && changes.last == true, "\(lines)")
        #expect(zip(changes, changes.dropFirst()).allSatisfy { $0 != $1 }, "\(lines)")
    }

    @Test("ES-R3 A server that gives up one call is there all the same", arguments: [UInt32(2), 8, 11])
    func reset(code: UInt32) async throws {
        let (log, metrics) = (LogRecorder(), PrometheusMetrics())
        try await RawServer.listening { server in
            try await withProxy(
                to: .ipv4(host: "127.0.0.1", port: server.port),
                connections: 1,
                metrics: metrics,
                logger: Logger(label: "test") { _ in log.handler(.info) }
            ) { proxy in
                try await withClient(to: proxy.address) { client in
                    async let answer = client.call("Echo")
                    let connection = try await server.next()
                    connection.reset(try await connection.call().stream, code)
                    let status = try await answer.status
                    #expect(status.code != .ok && !status.message.contains("cannot be reached"))
                }
            }
        }
        #expect(metrics.text().contains("temporal_storage_proxy_upstream_reachable 1\n"))
        #expect(log.lines.allSatisfy { !$0.contains("cannot be reached") })
    }

    @Test("An address that is in use is an error that says so")
    func addressInUse() async throws {
        try await withServer(FakeTemporal()) { occupied in
            let upstream = try HTTP2CallTransport(target: .ipv4(address: "127.0.0.1", port: 1))
            let proxy = ExternalStorageProxy(
                listeningOn: occupied,
                forwardingTo: upstream,
                named: "nowhere",
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )

            let error = await #expect(throws: ExternalStorageProxyError.self) { try await proxy.run() }

            #expect(error?.code == .addressInUse)
            #expect(error?.message.contains(occupied.hostAndPort) == true)
        }
    }

    /// An address of this test's own, so that no other test gets the port that is free for now.
    #if os(Linux)
    private static let host = "127.0.0.2"
    #else
    private static let host = "127.0.0.1"
    #endif

    /// Calls until the server answers; each call is one attempt of the proxy, which connects meanwhile.
    private static func firstSuccess(of client: HTTP2ClientTransport.Posix) async throws -> Answer {
        while true {
            let answer = try await client.call("Echo")
            if answer.status.code == .ok { return answer }
            try Task.checkCancellation()
        }
    }

    /// Calls until the server is found to be away.
    ///
    /// A call that it took and did not finish only says that it went.
    private static func firstFailure(of client: HTTP2ClientTransport.Posix) async throws {
        while try await !client.call("Echo").status.message.contains("cannot be reached") {
            try Task.checkCancellation()
        }
    }

    /// A port on which nobody listens.
    private static func freePort() async throws -> Int {
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(host: Self.host, port: 0).get()
        let port = try #require(channel.localAddress?.port)
        try await channel.close()
        return port
    }
}
