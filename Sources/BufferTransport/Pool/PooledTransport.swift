//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import GRPCCore
import NIOConcurrencyHelpers
import Synchronization

/// Several client transports to the same server, used as one.
///
/// One HTTP/2 connection carries a bounded number of calls at a time if the server says so, and with the transport of
/// gRPC Swift 100 if it does not, as Temporal's. A call beyond that waits, without a word, until another ends, and a long
/// poll takes a minute. With `n` transports there is room for `n` times as many.
///
/// A call goes to the transport with the fewest calls. If a transport cannot open a stream for it, one other is tried;
/// nothing has been sent by then.
public final class PooledTransport<Base: ClientTransport>: ClientTransport {
    /// The bytes of the pooled transports.
    public typealias Bytes = Base.Bytes

    private let members: [Base]
    private let load: NIOLockedValueBox<PoolLoad>

    /// Pools transports.
    ///
    /// - Parameter members: The transports, at least one, all of them to the same server.
    public init(_ members: [Base]) {
        precondition(!members.isEmpty, "a pool needs at least one transport")
        self.members = members
        self.load = NIOLockedValueBox(PoolLoad(members: members.count))
    }

    /// The number of open streams of each transport, in the order in which they were given.
    public var openStreams: [Int] { self.load.withLockedValue { $0.streams } }

    /// The throttle of the first transport.
    public var retryThrottle: RetryThrottle? { self.members[0].retryThrottle }

    /// The configuration of the first transport for a method.
    public func config(forMethod descriptor: MethodDescriptor) -> MethodConfig? {
        self.members[0].config(forMethod: descriptor)
    }

    /// Connects all transports and returns when all of them have been shut down.
    ///
    /// - Throws: What the first transport to fail throws; the others are cancelled then.
    @concurrent
    public func connect() async throws {
        try await withThrowingDiscardingTaskGroup { group in
            for member in self.members {
                group.addTask { try await member.connect() }
            }
        }
    }

    /// Shuts all transports down; calls that are under way may finish.
    public func beginGracefulShutdown() {
        for member in self.members { member.beginGracefulShutdown() }
    }

    /// Opens a stream on the transport with the fewest streams.
    ///
    /// - Throws: What the transport throws: `unavailable` if neither it nor a second one can open a stream.
    @concurrent
    public func withStream<T: Sendable>(
        descriptor: MethodDescriptor,
        options: CallOptions,
        _ closure: @concurrent (RPCStream<Inbound, Outbound>, ClientContext) async throws -> T
    ) async throws -> T {
        try await self.withMember { member, opened in
            try await member.withStream(descriptor: descriptor, options: options) { stream, context in
                opened()
                return try await closure(stream, context)
            }
        }
    }

    /// Makes a call on the transport with the fewest, and on one other if it could not open a stream.
    ///
    /// - Parameter body: Makes the call on the transport that it is given, and says when its stream is open.
    /// - Returns: What it returned.
    /// - Throws: What it throws.
    func withMember<Result: Sendable>(
        _ body: @concurrent (Base, _ opened: @escaping @Sendable () -> Void) async throws -> Result
    ) async throws -> Result {
        let first = self.load.withLockedValue { $0.open() }
        let attempt = StreamAttempt()
        do {
            return try await self.call(on: first, attempt, body)
        } catch let error as RPCError where error.code == .unavailable && !attempt.isOpen && self.members.count > 1 {
            try Task.checkCancellation()
            let second = self.load.withLockedValue { $0.open(excluding: first) }
            return try await self.call(on: second, StreamAttempt(), body)
        }
    }

    private func call<Result: Sendable>(
        on index: Int,
        _ attempt: StreamAttempt,
        _ body: @concurrent (Base, _ opened: @escaping @Sendable () -> Void) async throws -> Result
    ) async throws -> Result {
        do {
            let result = try await body(self.members[index]) {
                attempt.opened()
                self.load.withLockedValue { $0.succeed(index) }
            }
            self.load.withLockedValue { $0.close(index) }
            return result
        } catch {
            // A call that its own caller gave up, or whose time was over, says nothing of the connection.
            let isAway = (error as? RPCError)?.code == .unavailable && !attempt.isOpen && !Task.isCancelled
            self.load.withLockedValue { load in
                if isAway { load.fail(index) } else { load.close(index) }
            }
            throw error
        }
    }
}

/// Whether a stream was opened, and so may have sent something.
private final class StreamAttempt: Sendable {
    private let state = Atomic(false)

    var isOpen: Bool { self.state.load(ordering: .acquiring) }

    func opened() {
        self.state.store(true, ordering: .releasing)
    }
}
