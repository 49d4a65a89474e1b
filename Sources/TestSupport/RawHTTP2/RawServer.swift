//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import NIOCore
public import NIOPosix

/// A server that misbehaves on command: it hands out its connections, and does nothing with them.
public final class RawServer: Sendable {
    /// The port on 127.0.0.1.
    public let port: Int
    /// The connections, as they come.
    public let connections: AsyncStream<RawConnection>
    private let listener: any Channel
    private let continuation: AsyncStream<RawConnection>.Continuation

    private init(
        _ listener: any Channel,
        _ connections: AsyncStream<RawConnection>,
        _ continuation: AsyncStream<RawConnection>.Continuation
    ) {
        self.listener = listener
        self.port = listener.localAddress?.port ?? 0
        self.connections = connections
        self.continuation = continuation
    }

    /// Listens while a closure runs; what is left of connections is closed then.
    public static func listening<Result>(
        port: Int = 0,
        habits: RawConnection.Habits = .init(),
        on eventLoops: any EventLoopGroup = .singletonMultiThreadedEventLoopGroup,
        _ body: (RawServer) async throws -> Result
    ) async throws -> Result {
        let (connections, continuation) = AsyncStream<RawConnection>.makeStream()
        let listener = try await ServerBootstrap(group: eventLoops)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    _ = try RawConnection(on: channel, isServer: true, habits: habits) { continuation.yield($0) }
                }
            }
            .bind(host: "127.0.0.1", port: port)
            .get()
        let server = RawServer(listener, connections, continuation)
        do {
            let result = try await body(server)
            try await server.stop()
            return result
        } catch {
            try await server.stop()
            throw error
        }
    }

    /// Takes no more connections; those that there are stay.
    public func stop() async throws {
        self.continuation.finish()
        guard self.listener.isActive else { return }
        try await self.listener.close()
    }

    /// The next connection, with settings sent.
    ///
    /// - Throws: ``RawConnection/Missing`` if the server has stopped.
    public func next(settings: [(UInt16, UInt32)] = []) async throws -> RawConnection {
        for await connection in self.connections {
            connection.settings(settings)
            return connection
        }
        throw RawConnection.Missing(what: "connection")
    }
}

extension RawConnection {
    /// Connects as a client: preface and settings are sent.
    ///
    /// - Throws: The system's error.
    public static func client(
        to port: Int,
        settings: [(UInt16, UInt32)] = [],
        habits: Habits = .init()
    ) async throws -> RawConnection {
        var greeting = ByteBuffer(string: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        greeting.writeImmutableBuffer(RawFrame.settings(settings).bytes)
        return try await Self.connecting(to: port, greeting: greeting, habits: habits)
    }

    /// Connects, and begins with whatever is asked for.
    ///
    /// - Throws: The system's error.
    public static func connecting(
        to port: Int,
        greeting: ByteBuffer,
        habits: Habits = .init()
    ) async throws -> RawConnection {
        try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try RawConnection(on: channel, isServer: false, greeting: greeting, habits: habits)
                }
            }
    }
}
