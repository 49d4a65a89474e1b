//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import GRPCCore
package import NIOCore
import Synchronization

/// A client transport that answers calls itself, for tests of what wraps a transport.
///
/// Every request that reaches it is recorded, with its metadata; the answer comes from a closure.
package final class FakeFrontend: ClientTransport {
    package typealias Bytes = [UInt8]

    /// A request as the server would see it.
    package struct Request: Sendable {
        package var method: String
        package var metadata: Metadata
        package var message: ByteBuffer
    }

    /// What the server answers.
    package enum Response: Sendable {
        case message(ByteBuffer)
        case failure(RPCError)
    }

    private let answer: @Sendable (Request) async throws -> Response
    private let recorded = Mutex<[Request]>([])

    package init(answer: @escaping @Sendable (Request) async throws -> Response) {
        self.answer = answer
    }

    /// The requests so far, in the order in which they were complete.
    package var requests: [Request] { self.recorded.withLock { $0 } }

    package var retryThrottle: RetryThrottle? { nil }
    @concurrent package func connect() async throws {}
    package func beginGracefulShutdown() {}
    package func config(forMethod descriptor: MethodDescriptor) -> MethodConfig? { nil }

    @concurrent
    package func withStream<T: Sendable>(
        descriptor: MethodDescriptor,
        options: CallOptions,
        _ closure: @concurrent (RPCStream<Inbound, Outbound>, ClientContext) async throws -> T
    ) async throws -> T {
        let (requests, continuation) = AsyncThrowingStream<Request, any Error>.makeStream()
        let stream = RPCStream(
            descriptor: descriptor,
            inbound: RPCAsyncSequence(wrapping: Answer(requests: requests, frontend: self)),
            outbound: RPCWriter.Closable(
                wrapping: Recorder(method: descriptor.method, continuation: continuation)
            )
        )
        let context = ClientContext(descriptor: descriptor, remotePeer: "in-process:1", localPeer: "in-process:2")
        return try await closure(stream, context)
    }

    fileprivate func respond(to request: Request) async throws -> [RPCResponsePart<[UInt8]>] {
        self.recorded.withLock { $0.append(request) }
        switch try await self.answer(request) {
        case .message(let message):
            return [
                .metadata([:]), .message(Array(message.readableBytesView)),
                .status(Status(code: .ok, message: ""), [:]),
            ]
        case .failure(let error):
            return [.status(Status(code: Status.Code(error.code), message: error.message), error.metadata)]
        }
    }
}

/// Collects the parts of one request.
private final class Recorder: ClosableRPCWriterProtocol {
    typealias Element = RPCRequestPart<[UInt8]>

    private let continuation: AsyncThrowingStream<FakeFrontend.Request, any Error>.Continuation
    private let request: Mutex<FakeFrontend.Request>

    init(method: String, continuation: AsyncThrowingStream<FakeFrontend.Request, any Error>.Continuation) {
        self.continuation = continuation
        self.request = Mutex(FakeFrontend.Request(method: method, metadata: [:], message: ByteBuffer()))
    }

    @concurrent
    func write(_ element: Element) async throws {
        self.request.withLock { request in
            switch element {
            case .metadata(let metadata): request.metadata = metadata
            case .message(let message): request.message = ByteBuffer(bytes: message)
            }
        }
    }

    @concurrent
    func write(contentsOf elements: some Sequence<Element>) async throws {
        for element in Array(elements) { try await self.write(element) }
    }

    @concurrent
    func finish() async {
        self.continuation.yield(self.request.withLock { $0 })
        self.continuation.finish()
    }

    @concurrent
    func finish(throwing error: any Error) async {
        self.continuation.finish(throwing: error)
    }
}

/// The response side: waits for the request, then gives the parts of the answer.
private struct Answer: AsyncSequence, Sendable {
    typealias Element = RPCResponsePart<[UInt8]>
    typealias Failure = any Error

    let requests: AsyncThrowingStream<FakeFrontend.Request, any Error>
    let frontend: FakeFrontend

    func makeAsyncIterator() -> Iterator {
        Iterator(requests: self.requests.makeAsyncIterator(), frontend: self.frontend)
    }

    struct Iterator: AsyncIteratorProtocol {
        var requests: AsyncThrowingStream<FakeFrontend.Request, any Error>.AsyncIterator
        let frontend: FakeFrontend
        var parts: [Element]?

        mutating func next() async throws -> Element? {
            try await self.next(isolation: nil)
        }

        mutating func next(isolation actor: isolated (any Actor)?) async throws(any Error) -> Element? {
            if self.parts == nil {
                guard let request = try await self.requests.next(isolation: actor) else { return nil }
                self.parts = try await self.frontend.respond(to: request)
            }
            guard let first = self.parts?.first else { return nil }
            self.parts?.removeFirst()
            return first
        }
    }
}
