//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Synchronization
import TemporalTransport

typealias ServerStream = RPCStream<HTTP2ServerTransport.Posix.Inbound, HTTP2ServerTransport.Posix.Outbound>

/// A gRPC server with a few methods, each of which shows one thing; the rest of its names is its parameter.
///
/// | method | what it does |
/// |---|---|
/// | `Echo` | metadata back as initial and trailing metadata, every message back as it comes |
/// | `Fail` | `failedPrecondition` with a text and details |
/// | `Hang…`, `PollHang…` | nothing, until it is released or cancelled |
/// | `Refuse` | a status before the request is complete |
/// | others | `unimplemented` |
final class FakeTemporal: Sendable {
    enum Event: Hashable, Sendable {
        case began(String)
        case cancelled(String)
    }

    static let failureText = "Workflow „été“ is 100 % done\nand gone"
    static let failureDetails: [UInt8] = [0, 1, 0xff, 0x80, 0x0a]

    private struct State {
        var metadata: [Metadata] = []
        var releases: [String: AsyncStream<Void>.Continuation] = [:]
    }

    let events: AsyncStream<Event>
    private let eventContinuation: AsyncStream<Event>.Continuation
    private let state = Mutex(State())

    init() {
        (self.events, self.eventContinuation) = AsyncStream.makeStream()
    }

    /// The metadata of all calls to `Echo`, as the transport shows it.
    var metadata: [Metadata] { self.state.withLock { $0.metadata } }

    /// The next event, in the order in which they happened.
    func nextEvent() async -> Event? {
        for await event in self.events { return event }
        return nil
    }

    /// Lets a call of a hanging method end with `ok`.
    func release(_ method: String) {
        self.state.withLock { $0.releases[method] }?.yield()
    }

    @concurrent
    func handle(_ stream: ServerStream, _ context: ServerContext) async {
        do {
            switch stream.descriptor.method {
            case "Echo": try await self.echo(stream)
            case "Zeros": try await self.zeros(stream)
            case "Fail": try await self.fail(stream)
            case "Refuse":
                try await stream.outbound.write(.status(Status(code: .permissionDenied, message: "no"), [:]))
            case let method where method.contains("Hang"):
                try await self.hang(method, stream, context)
            default:
                try await Self.takeRequest(of: stream)
                let status = Status(code: .unimplemented, message: "unknown method \(stream.descriptor)")
                try await stream.outbound.write(.status(status, [:]))
            }
            await stream.outbound.finish()
        } catch {
            await stream.outbound.finish(throwing: error)
        }
    }

    /// Answers a call of a server of our own: `Echo` with its messages, others when they are cancelled.
    @concurrent
    func handle(_ call: ServerCall) async {
        if call.descriptor.method == "Echo" {
            call.send([:])
            while let message = try? await call.nextMessage() {
                try? await call.send(message, isOnly: false)
            }
            call.finish(Status(code: .ok, message: ""), [:])
        } else {
            self.eventContinuation.yield(.began(call.descriptor.method))
            await call.cancelling {
                let (end, _) = AsyncStream<Never>.makeStream()
                for await _ in end {}
            }
            self.eventContinuation.yield(.cancelled(call.descriptor.method))
        }
    }

    private func echo(_ stream: ServerStream) async throws {
        var received: Metadata = [:]
        for try await part in stream.inbound {
            switch part {
            case .metadata(let metadata):
                received = metadata
                self.state.withLock { $0.metadata.append(metadata) }
                try await stream.outbound.write(.metadata(Self.custom(received)))
            case .message(let bytes):
                try await stream.outbound.write(.message(bytes))
            }
        }
        try await stream.outbound.write(.status(Status(code: .ok, message: ""), Self.custom(received)))
    }

    /// Answers with as many bytes as the request says in digits.
    private func zeros(_ stream: ServerStream) async throws {
        for try await part in stream.inbound {
            guard case .message(let bytes) = part else { continue }
            let count = unsafe bytes.withUnsafeBytes { unsafe Int(String(decoding: $0, as: UTF8.self)) } ?? 0
            try await stream.outbound.write(.metadata([:]))
            try await stream.outbound.write(.message(GRPCNIOTransportBytes(repeating: 0, count: count)))
        }
        try await stream.outbound.write(.status(Status(code: .ok, message: ""), [:]))
    }

    /// Waits for the end of the request: of one that is answered before, the proxy need not have seen all.
    private static func takeRequest(of stream: ServerStream) async throws {
        for try await _ in stream.inbound {}
    }

    private func fail(_ stream: ServerStream) async throws {
        try await Self.takeRequest(of: stream)
        var metadata: Metadata = ["x-trailer": "a", "x-trailer": "b"]
        metadata.addBinary(Self.failureDetails, forKey: "grpc-status-details-bin")
        let status = Status(code: .failedPrecondition, message: Self.failureText)
        try await stream.outbound.write(.status(status, metadata))
    }

    private func hang(_ method: String, _ stream: ServerStream, _ context: ServerContext) async throws {
        let (release, continuation) = AsyncStream<Void>.makeStream()
        self.state.withLock { $0.releases[method] = continuation }
        await withRPCCancellationHandler {
            self.eventContinuation.yield(.began(method))
            for await _ in release { break }
        } onCancelRPC: {
            self.eventContinuation.yield(.cancelled(method))
            continuation.finish()
        }
        try await stream.outbound.write(.metadata([:]))
        try await stream.outbound.write(.message(GRPCNIOTransportBytes("done".utf8)))
        try await stream.outbound.write(.status(Status(code: .ok, message: ""), [:]))
    }

    private static func custom(_ metadata: Metadata) -> Metadata {
        var custom: Metadata = [:]
        for (key, value) in metadata where key.hasPrefix("x-") {
            switch value {
            case .string(let text): custom.addString(text, forKey: key)
            case .binary(let bytes): custom.addBinary(bytes, forKey: key)
            }
        }
        return custom
    }
}
