//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import BufferTransport
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Testing

@testable import ExternalStorageProxy

@Suite("Several connections as one", .timeLimit(.minutes(1)))
struct PooledTransportTests {
    @Test("Calls spread over the connections, and make room when they end")
    func spread() async throws {
        let fake = FakeTemporal()
        try await withServer(fake) { server in
            let pool = PooledTransport(try (0..<3).map { _ in try Self.transport(to: server) })
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await pool.connect() }
                try await withThrowingTaskGroup(of: Void.self) { calls in
                    for index in 0..<6 { calls.addTask { _ = try await pool.call("Hang\(index)") } }
                    var begun = 0
                    for await case .began in fake.events {
                        begun += 1
                        if begun == 6 { break }
                    }
                    #expect(pool.openStreams == [2, 2, 2])
                    for index in 0..<6 { fake.release("Hang\(index)") }
                    try await calls.waitForAll()
                }
                #expect(pool.openStreams == [0, 0, 0])
                pool.beginGracefulShutdown()
                try await group.waitForAll()
            }
        }
    }

    @Test("A connection that cannot be had is passed over, and the call goes through")
    func passesOver() async throws {
        try await withServer(FakeTemporal()) { server in
            let nowhere = try Self.transport(to: .ipv4(host: "127.0.0.1", port: 1))
            let pool = PooledTransport([nowhere, try Self.transport(to: server)])
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await pool.connect() }
                for _ in 0..<5 { #expect(try await pool.call("Echo", waitForReady: false).status.code == .ok) }
                #expect(pool.openStreams == [0, 0])
                pool.beginGracefulShutdown()
                try await group.waitForAll()
            }
        }
    }

    private static func transport(to address: SocketAddress) throws -> HTTP2ClientTransport.Posix {
        try HTTP2ClientTransport.Posix(
            target: .ipv4(address: address.ipv4?.host ?? "127.0.0.1", port: address.ipv4?.port ?? 0),
            transportSecurity: .plaintext
        )
    }
}
