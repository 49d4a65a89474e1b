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
import RawHTTP2

@testable import TemporalTransport

/// Event loops for tests.
enum EventLoops {
    /// So many that hardly ever two connections share one: what one test has to do holds up no other.
    static let many = MultiThreadedEventLoopGroup(numberOfThreads: 16)
}

/// How a call ended, for tests.
struct Outcome: Sendable {
    var message: [UInt8]?
    var code: Status.Code = .ok
    var text = ""
    var metadata: Metadata = [:]

    /// Makes a call with one message.
    static func unary(
        _ transport: HTTP2CallTransport,
        _ message: [UInt8] = [1],
        metadata: Metadata = [:],
        timeout: Duration? = nil
    ) async -> Self {
        var options = CallOptions.defaults
        options.timeout = timeout
        do {
            let response = try await transport.unary(
                LoopbackTests.descriptor,
                BufferBytes(message),
                metadata: metadata,
                options: options,
                opened: {}
            )
            return Outcome(message: Array(response.buffer.readableBytesView))
        } catch let error as RPCError {
            return Outcome(code: Status.Code(error.code), text: error.message, metadata: error.metadata)
        } catch {
            return Outcome(code: .cancelled, text: "\(error)")
        }
    }

    /// A message in which no two stretches are alike.
    static func bytes(_ count: Int) -> [UInt8] {
        var bytes = Array(repeating: UInt8(7), count: count)
        for (number, index) in stride(from: 0, to: count, by: 997).enumerated() {
            bytes[index] = UInt8(truncatingIfNeeded: number &* 31)
        }
        return bytes
    }

    /// Begins a call, in order with whatever is done next: when this returns, it is on its way or stands in the line.
    static func begin(
        _ transport: HTTP2CallTransport,
        _ message: [UInt8] = [1],
        name: String = "",
        timeout: Duration? = nil
    ) async throws -> ClientStream {
        var options = CallOptions.defaults
        options.timeout = timeout
        let stream = transport.stream(on: try await transport.connection(options), options)
        let headers = transport.headers(["name": .string(name)], descriptor: LoopbackTests.descriptor, timeout: nil)
        stream.submit([.open(headers), .message(BufferBytes(message), nil), .end])
        return stream
    }

    /// Settings with which a busy machine is no server that cannot be reached.
    static var patient: HTTP2CallTransport.Configuration {
        var configuration = HTTP2CallTransport.Configuration()
        configuration.connectTimeout = .seconds(60)
        return configuration
    }

    /// Runs a server that misbehaves, and a transport to it.
    static func withRawServer(
        habits: RawConnection.Habits = .init(),
        configuration: HTTP2CallTransport.Configuration = Self.patient,
        _ body: (RawServer, HTTP2CallTransport) async throws -> Void
    ) async throws {
        try await RawServer.listening(habits: habits, on: EventLoops.many) { server in
            let transport = try HTTP2CallTransport(
                target: .ipv4(address: "127.0.0.1", port: server.port),
                configuration: configuration,
                eventLoopGroup: EventLoops.many
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    do { try await transport.connect() } catch is CancellationError {}
                }
                try await body(server, transport)
                group.cancelAll()
            }
        }
    }
}

extension Outcome {
    /// How a call ends that has begun.
    init(of stream: ClientStream) async {
        self.init()
        do {
            for part in try await stream.inbox.all() {
                switch part {
                case .metadata, .needsMemory: break
                case .message(let message): self.message = Array(try await message.content().readableBytesView)
                case .status(let status, let trailers):
                    (self.code, self.text, self.metadata) = (status.code, status.message, trailers)
                }
            }
        } catch let error as RPCError {
            (self.code, self.text, self.metadata) = (Status.Code(error.code), error.message, error.metadata)
        } catch {
            (self.code, self.text) = (.cancelled, "\(error)")
        }
    }
}
