//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import BufferTransport
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import TemporalTransport

/// Both ends of the transport, and gRPC Swift's own on one of them.
@Suite("Calls over loopback", .timeLimit(.minutes(1)))
struct LoopbackTests {
    static func echo(_ call: ServerCall) async {
        call.send(call.metadata)
        do {
            while let message = try await call.nextMessage() { try await call.send(message, isOnly: false) }
            call.finish(Status(code: .ok, message: ""), ["trailer": "t"])
        } catch let error as RPCError {
            call.finish(Status(code: Status.Code(error.code), message: error.message), [:])
        } catch {
            // Cancelled.
        }
    }

    /// Answers nothing until it is cancelled.
    static let silent: @Sendable (ServerCall) async -> Void = { call in
        await call.cancelling { try? await Task.sleep(for: .seconds(3_600)) }
    }

    /// Answers nothing, and tells when it began and how it ended.
    static func telling(_ events: AsyncStream<String>.Continuation) -> @Sendable (ServerCall) async -> Void {
        { call in
            await call.cancelling {
                events.yield("began")
                try? await Task.sleep(for: .seconds(3_600))
                events.yield(Task.isCancelled ? "cancelled" : "slept")
            }
        }
    }

    static func withListener(
        _ answer: @escaping @Sendable (ServerCall) async -> Void = Self.echo,
        host: String = "127.0.0.1",
        port: Int = 0,
        configuration: HTTP2CallListener.Configuration = .init(),
        _ body: (Int, HTTP2CallListener) async throws -> Void
    ) async throws {
        let listener = HTTP2CallListener(
            on: .ipv4(host: host, port: port),
            security: .plaintext,
            configuration: configuration,
            eventLoopGroup: EventLoops.many
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do { try await listener.run(answer) } catch is CancellationError {}
            }
            try await body(try await listener.listeningAddress.ipv4?.port ?? 0, listener)
            group.cancelAll()
        }
    }

    static func withTransport(
        to port: Int,
        host: String = "127.0.0.1",
        _ body: (HTTP2CallTransport) async throws -> Void
    ) async throws {
        let transport = try HTTP2CallTransport(
            target: .ipv4(address: host, port: port),
            configuration: Outcome.patient,
            eventLoopGroup: EventLoops.many
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await transport.connect() }
            try await body(transport)
            transport.beginGracefulShutdown()
            try await group.waitForAll()
        }
    }

    static let descriptor = MethodDescriptor(fullyQualifiedService: "test.Service", method: "Echo")

    private struct Answer: Sendable {
        var messages: [[UInt8]] = []
        var status: Status?
        var metadata: Metadata = [:]
        var trailers: Metadata = [:]
    }

    private static func call(
        _ transport: some ClientTransport,
        _ messages: [[UInt8]],
        isUnary: Bool = false,
        options: CallOptions = .defaults
    ) async throws -> Answer {
        var descriptor = Self.descriptor
        if isUnary { descriptor.type = .unary }
        return try await transport.withStream(descriptor: descriptor, options: options) { stream, _ in
            try await stream.outbound.write(.metadata(["key": "value", "key": "other"]))
            for message in messages { try await stream.outbound.write(.message(.init(message))) }
            await stream.outbound.finish()
            var answer = Answer()
            for try await part in stream.inbound {
                switch part {
                case .metadata(let metadata): answer.metadata = metadata
                case .message(let bytes): answer.messages.append(unsafe bytes.withUnsafeBytes { unsafe Array($0) })
                case .status(let status, let trailers): (answer.status, answer.trailers) = (status, trailers)
                }
            }
            return answer
        }
    }

    @Test("Messages of all sizes come back as they were, and metadata with them", arguments: [true, false])
    func echo(isUnary: Bool) async throws {
        try await Self.withListener { port, _ in
            try await Self.withTransport(to: port) { transport in
                for size in [0, 1, 16_378, 16_379, 16_380, 40_000, 65_000, 65_530, 65_536, 100_000, 1_048_576] {
                    let message = Outcome.bytes(size)
                    let answer = try await Self.call(transport, [message], isUnary: isUnary)
                    #expect(answer.messages == [message], "\(size)")
                    #expect(answer.status?.code == .ok)
                    #expect(Array(answer.metadata[stringValues: "key"]) == ["value", "other"])
                    #expect(Array(answer.trailers[stringValues: "trailer"]) == ["t"])
                }
            }
        }
    }

    @Test("A stream of many messages, more than its window holds, waits and loses nothing")
    func stream() async throws {
        try await Self.withListener { port, _ in
            try await Self.withTransport(to: port) { transport in
                let messages = (0..<20).map { Array(repeating: UInt8($0), count: 1_048_576) }
                let answer = try await transport.withStream(
                    descriptor: Self.descriptor,
                    options: .defaults
                ) { stream, _ in
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask {
                            try await stream.outbound.write(.metadata([:]))
                            for message in messages { try await stream.outbound.write(.message(BufferBytes(message))) }
                            await stream.outbound.finish()
                        }
                        var count = 0
                        for try await case .message(let bytes) in stream.inbound {
                            #expect(bytes == BufferBytes(messages[count]))
                            count += 1
                        }
                        return count
                    }
                }
                #expect(answer == messages.count)
            }
        }
    }

    @Test("300 calls at once on one connection")
    func many() async throws {
        try await Self.withListener { port, _ in
            try await Self.withTransport(to: port) { transport in
                try await withThrowingTaskGroup(of: Bool.self) { group in
                    for number in 0..<300 {
                        group.addTask {
                            let message = [UInt8(number & 255), UInt8(number >> 8)]
                            return try await Self.call(transport, [message], isUnary: true).messages == [message]
                        }
                    }
                    for try await isRight in group { #expect(isRight) }
                }
            }
        }
    }

    @Test("gRPC Swift's own client and server understand the other end")
    func interoperability() async throws {
        try await Self.withListener { port, _ in
            let client = try HTTP2ClientTransport.Posix(
                target: .ipv4(address: "127.0.0.1", port: port),
                transportSecurity: .plaintext,
                config: .defaults { $0.compression = .init(algorithm: .gzip, enabledAlgorithms: .gzip) }
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await client.connect() }
                let message = Array(repeating: UInt8(7), count: 300_000)
                let answer = try await Self.call(client, [message, [1]])
                #expect(answer.messages == [message, [1]])
                #expect(answer.status?.code == .ok)
                client.beginGracefulShutdown()
            }
        }
    }

    @Test("A client that gives up cancels the task that answers")
    func cancellation() async throws {
        let (events, continuation) = AsyncStream<String>.makeStream()
        try await Self.withListener(Self.telling(continuation)) { port, _ in
            try await Self.withTransport(to: port) { transport in
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { _ = try? await Self.call(transport, [[1]], isUnary: true) }
                    for await event in events {
                        #expect(event == "began")
                        break
                    }
                    group.cancelAll()
                }
                for await event in events {
                    #expect(event == "cancelled")
                    break
                }
            }
        }
    }

    @Test("A deadline ends the call here, whether or not the server keeps it")
    func deadline() async throws {
        try await Self.withListener(Self.silent) { port, _ in
            try await Self.withTransport(to: port) { transport in
                var options = CallOptions.defaults
                options.timeout = .milliseconds(50)
                let error = await #expect(throws: RPCError.self) {
                    _ = try await Self.call(transport, [[1]], isUnary: true, options: options)
                }
                #expect(error?.code == .deadlineExceeded)
            }
        }
    }

    /// How a call that waits for a place comes to be given up.
    enum GivingUp: CaseIterable {
        case deadline
        case cancellation
    }

    @Test(
        "A call that waits for a place, and is given up, never begins and keeps no place",
        arguments: GivingUp.allCases
    )
    func waiting(_ way: GivingUp) async throws {
        var configuration = HTTP2CallListener.Configuration()
        configuration.callsPerConnection = 2
        let (begun, began) = AsyncStream<String>.makeStream()
        let answer: @Sendable (ServerCall) async -> Void = { call in
            began.yield(call.metadata[stringValues: "name"].first { _ in true } ?? "")
            await Self.silent(call)
        }
        try await Self.withListener(answer, configuration: configuration) { port, _ in
            // The end of the transport waits for its calls.
            try await Self.withTransport(to: port) { transport in
                var names = begun.makeAsyncIterator()
                // The limit is known once a call has begun.
                let first = try await Outcome.begin(transport, name: "first")
                #expect(await names.next() == "first")
                let second = try await Outcome.begin(transport, name: "second")
                #expect(await names.next() == "second")
                let timeout: Duration? = way == .deadline ? .milliseconds(50) : nil
                for _ in 0..<5 {
                    let inVain = try await Outcome.begin(transport, name: "in vain", timeout: timeout)
                    if way == .cancellation { inVain.submit([.cancel]) }
                    #expect(await Outcome(of: inVain).code == (way == .deadline ? .deadlineExceeded : .cancelled))
                }
                // Stands in the line now, and behind nobody.
                let third = try await Outcome.begin(transport, name: "third")
                let fourth = try await Outcome.begin(transport, name: "fourth")
                first.submit([.cancel])
                #expect(await names.next() == "third")
                second.submit([.cancel])
                #expect(await names.next() == "fourth")
                for call in [third, fourth] { call.submit([.cancel]) }
            }
        }
        began.finish()
        #expect(await begun.first { _ in true } == nil)
    }

    @Test("The deadline holds where nobody takes the connection")
    func silentServer() async throws {
        // Takes connections, and says nothing.
        let server = try await ServerBootstrap(group: EventLoops.many)
            .bind(host: "127.0.0.1", port: 0)
            .get()
        try await Self.withTransport(to: server.localAddress?.port ?? 0) { transport in
            var options = CallOptions.defaults
            options.timeout = .milliseconds(100)
            let error = await #expect(throws: RPCError.self) {
                _ = try await Self.call(transport, [[1]], isUnary: true, options: options)
            }
            #expect(error?.code == .deadlineExceeded)
        }
        try await server.close()
    }

    @Test("A server that goes away fails the calls, and calls go through again when it is back")
    func reconnect() async throws {
        // On Linux an address that no other test uses: what is free there stays free.
        #if os(Linux)
        let host = "127.0.0.4"
        #else
        let host = "127.0.0.1"
        #endif
        let port = Mutex(0)
        try await Self.withListener(host: host) { first, _ in
            port.withLock { $0 = first }
        }
        let number = port.withLock { $0 }
        try await Self.withTransport(to: number, host: host) { transport in
            let error = await #expect(throws: RPCError.self) {
                _ = try await Self.call(transport, [[1]], isUnary: true)
            }
            #expect(error?.code == .unavailable)
            let listener = HTTP2CallListener(
                on: .ipv4(host: host, port: number),
                security: .plaintext,
                configuration: .init(),
                eventLoopGroup: EventLoops.many
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    do { try await listener.run(Self.echo) } catch is CancellationError {}
                }
                var options = CallOptions.defaults
                options.waitForReady = true
                let answer = try await Self.call(transport, [[2]], isUnary: true, options: options)
                #expect(answer.messages == [[2]])
                group.cancelAll()
            }
        }
    }

    @Test("The address of a listener that has ended is free for the next one")
    func again() async throws {
        // On Linux an address that no other test uses: what is free there stays free.
        #if os(Linux)
        let host = "127.0.0.3"
        #else
        let host = "127.0.0.1"
        #endif
        let port = Mutex(0)
        for _ in 0..<200 {
            try await Self.withListener(host: host, port: port.withLock { $0 }) { listened, _ in
                port.withLock { $0 = listened }
            }
        }
    }

    @Test("A shutdown lets calls finish, refuses new ones, and then ends", .timeLimit(.minutes(1)))
    func shutdown() async throws {
        let (begun, began) = AsyncStream<Void>.makeStream()
        let (released, release) = AsyncStream<Void>.makeStream()
        let answer: @Sendable (ServerCall) async -> Void = { call in
            began.yield()
            for await _ in released { break }
            await Self.echo(call)
        }
        try await Self.withListener(answer) { port, listener in
            try await Self.withTransport(to: port) { transport in
                try await withThrowingTaskGroup(of: Answer.self) { group in
                    group.addTask { try await Self.call(transport, [[5]], isUnary: true) }
                    for await _ in begun { break }
                    listener.beginGracefulShutdown()
                    transport.beginGracefulShutdown()
                    let error = await #expect(throws: RPCError.self) {
                        _ = try await Self.call(transport, [[6]], isUnary: true)
                    }
                    #expect(error?.code == .unavailable)
                    release.yield()
                    let answer = try await group.next()
                    #expect(answer?.messages == [[5]])
                }
            }
        }
    }
}
