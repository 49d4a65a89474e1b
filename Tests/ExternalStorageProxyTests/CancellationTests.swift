//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Testing

@testable import ExternalStorageProxy

@Suite("Cancellation goes both ways", .timeLimit(.minutes(1)))
struct CancellationTests {
    @Test("A call that the client cancels is cancelled at the server")
    func clientCancels() async throws {
        let fake = FakeTemporal()

        try await withServer(fake) { server in
            try await withProxy(to: server) { proxy in
                try await withClient(to: proxy.address) { client in
                    await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask { _ = try await client.call("PollHang") }
                        #expect(await fake.nextEvent() == .began("PollHang"))
                        group.cancelAll()
                    }
                    #expect(await fake.nextEvent() == .cancelled("PollHang"))
                }
            }
        }
    }

    @Test("Calls that a client gives up harm no other call of it, however many they are")
    func manyCancellations() async throws {
        let fake = FakeTemporal()

        try await withServer(fake) { server in
            try await withProxy(to: server) { proxy in
                try await withClient(to: proxy.address) { client in
                    async let staying = client.call("HangOn")
                    #expect(await fake.nextEvent() == .began("HangOn"))
                    for round in 0..<25 {
                        await withThrowingTaskGroup(of: Void.self) { group in
                            for index in 0..<10 {
                                group.addTask { _ = try await client.call("PollHang\(round)-\(index)") }
                            }
                            for _ in 0..<10 { _ = await fake.nextEvent() }
                            group.cancelAll()
                        }
                        for _ in 0..<10 { _ = await fake.nextEvent() }
                    }
                    fake.release("HangOn")
                    let answer = try await staying
                    #expect(answer.status.code == .ok)
                }
            }
        }
    }

    @Test("A client that vanishes cancels all of its calls at the server")
    func clientVanishes() async throws {
        let fake = FakeTemporal()

        try await withServer(fake) { server in
            try await withProxy(to: server) { proxy in
                await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        try await withClient(to: proxy.address) { client in
                            try await withThrowingDiscardingTaskGroup { calls in
                                for index in 0..<20 { calls.addTask { _ = try await client.call("Hang\(index)") } }
                            }
                        }
                    }
                    var (begun, cancelled) = (0, 0)
                    for await event in fake.events {
                        switch event {
                        case .began:
                            begun += 1
                            if begun == 20 { group.cancelAll() }
                        case .cancelled:
                            cancelled += 1
                        }
                        if cancelled == 20 { break }
                    }
                    #expect(cancelled == 20)
                }
            }
        }
    }

    @Test("A call whose server dies ends with UNAVAILABLE, which SDKs retry")
    func serverDies() async throws {
        let fake = FakeTemporal()
        let (address, continuation) = AsyncStream<SocketAddress>.makeStream()

        try await withThrowingTaskGroup(of: Void.self) { group in
            let (death, kill) = AsyncStream<Void>.makeStream()
            group.addTask {
                try await withMortalServer(fake) { server in
                    continuation.yield(server)
                    for await _ in death { break }
                }
            }
            var addresses = address.makeAsyncIterator()
            let server = try #require(await addresses.next())
            try await withProxy(to: server) { proxy in
                try await withClient(to: proxy.address) { client in
                    async let answer = client.call("Hang")
                    #expect(await fake.nextEvent() == .began("Hang"))
                    kill.finish()
                    let ended = try await answer.status
                    #expect(ended.code == .unavailable)
                }
            }
            try await group.waitForAll()
        }
    }
}
