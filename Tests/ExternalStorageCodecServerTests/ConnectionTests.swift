//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageTesting
import NIOCore
import NIOHTTP1
import Testing

@testable import ExternalStorageCodecServer

@Suite("Slow clients, lost clients, full memory", .timeLimit(.minutes(1)))
struct ConnectionTests {
    private static func head(_ path: String, _ size: Int) -> String {
        "POST \(path) HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nX-Namespace: default\r\n"
            + "Content-Length: \(size)\r\n\r\n"
    }

    @Test(
        "A client that does not send its request in time loses its connection",
        arguments: ["", "POST /decode HTTP/1.1\r\nHost:", Self.head("/decode", 10), Self.head("/decode", 10) + "{"]
    )
    func slowRequest(_ beginning: String) async throws {
        try await withCodecServer {
            $0.timeouts.idle = .seconds(1)
            $0.timeouts.request = .seconds(1)
        } _: { server in
            let isClosed = try await server.connect { inbound, outbound, _ in
                if !beginning.isEmpty { try await outbound.write(ByteBuffer(string: beginning)) }
                var received = 0
                do {
                    for try await part in inbound { received += part.readableBytes }
                } catch {
                    // What the server has not read makes a reset of its end.
                }
                return received == 0
            }
            #expect(isClosed)
            // The server lives.
            #expect(try await server.send("/decode", "{}").status == 200)
        }
    }

    @Test("A client that goes away stops its download", arguments: [true, false])
    func disconnect(_ onlyItsSide: Bool) async throws {
        let store = try Store()
        let driver = BlockingStorageDriver(name: "memory", base: store.driver)
        let references = try await store.references(to: [.sample(1, sizeInBytes: 5_000)])
        let recorder = LogRecorder()
        try await withCodecServer(storage: try Store.storage(driver), logger: recorder.logger) { server in
            let body = RunningServer.json(references)
            try await server.connect { _, outbound, channel in
                try await outbound.write(ByteBuffer(string: Self.head("/download", body.utf8.count) + body))
                try await driver.waitForCalls(1)
                if onlyItsSide { outbound.finish() } else { try await channel.close() }
                try await driver.waitForCancellations(1)
            }
        }
        #expect(recorder.lines.contains { $0.contains("cancelled") })
    }

    @Test("A client that takes nothing of its response loses it, and its memory is given back")
    func stalledResponse() async throws {
        let store = try Store()
        let large = Payload.sample(1, sizeInBytes: 8_000_000)
        let references = try await store.references(to: [large])
        try await withCodecServer(storage: store.storage) {
            $0.timeouts.stalledResponse = .seconds(5)
            $0.limits.responseMemoryInBytes = 8_000_000
        } _: { server in
            let body = RunningServer.json(references)
            let isCut = try await server.connect { inbound, outbound, _ in
                try await outbound.write(ByteBuffer(string: Self.head("/download", body.utf8.count) + body))
                var iterator = inbound.makeAsyncIterator()
                var received = try await iterator.next()?.readableBytes ?? 0
                // The second download gets its memory only when that of the first is given back.
                #expect(try await server.send("/download", payloads: references).status == 200)
                do {
                    while let part = try await iterator.next() { received += part.readableBytes }
                } catch {
                    // Cut off.
                }
                return received < 8_000_000
            }
            #expect(isCut)
        }
    }

    @Test("Downloads wait for memory, one after the other, and are refused when it takes too long")
    func memory() async throws {
        let store = try Store()
        let driver = BlockingStorageDriver(name: "memory", base: store.driver)
        let references = try await store.references(to: [.sample(1, sizeInBytes: 5_000)])
        try await withCodecServer(storage: try Store.storage(driver)) {
            $0.limits.responseMemoryInBytes = 6_000
            $0.timeouts.admission = .milliseconds(300)
        } _: { server in
            async let first = server.send("/download", payloads: references)
            try await driver.waitForCalls(1)
            let second = try await server.send("/download", payloads: references)
            #expect(second.status == 429)
            #expect(second.headers["Retry-After"] == ["5"])
            // What needs no such memory is answered.
            #expect(try await server.send("/decode?preserveStorageRefs=true", payloads: references).status == 200)
            driver.release()
            #expect(try await first.status == 200)
            #expect(try await server.send("/download", payloads: references).status == 200)
            #expect(driver.calls == 2)
        }
    }

    @Test("Storage that does not answer ends in a text, not in a connection that hangs")
    func slowStorage() async throws {
        let store = try Store()
        let driver = BlockingStorageDriver(name: "memory", base: store.driver)
        let references = try await store.references(to: [.sample(1, sizeInBytes: 5_000)])
        try await withCodecServer(storage: try Store.storage(driver)) {
            // So long that also on a busy machine the driver has been asked by then.
            $0.timeouts.processing = .milliseconds(900)
            $0.timeouts.admission = .milliseconds(100)
        } _: { server in
            let answer = try await server.send("/download", payloads: references)
            #expect(answer.status == 400)
            #expect(answer.body.contains("took too long"))
            #expect(driver.wasCancelled)
        }
    }

    @Test("A graceful shutdown lets requests end, and takes no new ones")
    func shutdown() async throws {
        let store = try Store()
        let driver = BlockingStorageDriver(name: "memory", base: store.driver)
        let payload = Payload.sample(1, sizeInBytes: 5_000)
        let references = try await store.references(to: [payload])
        try await withCodecServer(storage: try Store.storage(driver)) { server in
            async let answer = server.send("/download", payloads: references)
            try await driver.waitForCalls(1)
            await server.shutDown()
            // The listener is closed a moment later.
            while (try? await server.connect { _, _, _ in }) != nil { await Task.yield() }
            driver.release()
            #expect(try await answer.payloads == [payload])
        }
    }

    @Test("Requests that outlast the drain are cancelled")
    func drain() async throws {
        let store = try Store()
        let driver = BlockingStorageDriver(name: "memory", base: store.driver)
        let references = try await store.references(to: [.sample(1, sizeInBytes: 5_000)])
        try await withCodecServer(storage: try Store.storage(driver)) {
            $0.timeouts.drain = .milliseconds(100)
        } _: { server in
            async let answer = server.send("/download", payloads: references)
            try await driver.waitForCalls(1)
            await server.shutDown()
            try await driver.waitForCancellations(1)
            _ = try? await answer
        }
    }

    @Test("Fifty downloads at once all get their bytes, with the memory of three")
    func many() async throws {
        let store = try Store()
        let payload = Payload.sample(1, sizeInBytes: 200_000)
        let references = try await store.references(to: [payload])
        try await withCodecServer(storage: store.storage) {
            $0.limits.responseMemoryInBytes = 600_000
        } _: { server in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<50 {
                    group.addTask { try await server.send("/download", payloads: references).payloads == [payload] }
                }
                for try await isRight in group { #expect(isRight) }
            }
        }
    }
}
