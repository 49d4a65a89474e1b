//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import GRPCNIOTransportHTTP2Posix
import NIOCore
import NIOPosix
import Testing

@testable import ExternalStorageProxy

@Suite("A graceful shutdown", .timeLimit(.minutes(1)))
struct DrainTests {
    @Test("Polls end at once with a status that SDKs retry; a call under way gets its answer; then the proxy is done")
    func drain() async throws {
        let fake = FakeTemporal()

        try await withServer(fake) { server in
            try await withProxy(to: server) { proxy in
                try await withClient(to: proxy.address) { client in
                    async let poll = client.call("PollHang")
                    #expect(await fake.nextEvent() == .began("PollHang"))
                    async let call = client.call("Hang")
                    #expect(await fake.nextEvent() == .began("Hang"))

                    proxy.beginGracefulShutdown()

                    let ended = try await poll.status
                    #expect(ended.code == .unavailable)
                    #expect(ended.message.contains("shutting down"))
                    #expect(await fake.nextEvent() == .cancelled("PollHang"))
                    fake.release("Hang")
                    let answer = try await call
                    #expect(answer.status.code == .ok)
                    #expect(answer.messages == [Array("done".utf8)])
                }
                for await _ in proxy.stopped {}
            }
        }
    }

    @Test("A call that outlives the drain time ends with a status that SDKs retry, and is cancelled at the server")
    func expiry() async throws {
        let fake = FakeTemporal()
        var configuration = ExternalStorageProxyConfiguration()
        configuration.drain = .zero

        try await withServer(fake) { server in
            try await withProxy(to: server, configuration: configuration) { proxy in
                try await withClient(to: proxy.address) { client in
                    async let call = client.call("Hang")
                    #expect(await fake.nextEvent() == .began("Hang"))

                    proxy.beginGracefulShutdown()

                    let ended = try await call.status
                    #expect(ended.code == .unavailable)
                    #expect(await fake.nextEvent() == .cancelled("Hang"))
                }
                for await _ in proxy.stopped {}
            }
        }
    }

    @Test("A client that keeps its connection open does not keep the proxy")
    func idleConnection() async throws {
        try await withServer(FakeTemporal()) { server in
            try await withProxy(to: server) { proxy in
                try await withClient(to: proxy.address) { client in
                    _ = try await client.call("Echo")
                    proxy.beginGracefulShutdown()
                    for await _ in proxy.stopped {}
                }
            }
        }
    }

    @Test("A client that never answers does not keep the proxy", arguments: ["", Self.http2Preface])
    func silentConnection(greeting: String) async throws {
        var configuration = ExternalStorageProxyConfiguration()
        configuration.drain = .zero

        try await withServer(FakeTemporal()) { server in
            try await withProxy(to: server, configuration: configuration) { proxy in
                let port = try #require(proxy.address.ipv4?.port)
                let client = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                    .connect(host: "127.0.0.1", port: port)
                    .get()
                try await client.writeAndFlush(ByteBuffer(string: greeting))
                // The proxy has taken the connection once it takes a later one.
                try await withClient(to: proxy.address) { _ = try await $0.call("Echo") }

                proxy.beginGracefulShutdown()

                for await _ in proxy.stopped {}
                try await client.closeFuture.get()
            }
        }
    }

    /// The preface of a connection, and empty settings; pings are not answered.
    private static let http2Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u{4}\0\0\0\0\0"
}
