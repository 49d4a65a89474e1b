//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import BufferTransport
import GRPCCore
import NIOConcurrencyHelpers
import NIOCore
import NIOHPACK

/// The request side of a call.
///
/// The parts of a call that is known to be unary are sent together. What is written to a call that has ended goes
/// nowhere: its response says how it ended.
struct ClientStreamWriter: ClosableRPCWriterProtocol {
    typealias Element = RPCRequestPart<BufferBytes>

    private struct State {
        var held: [ClientStream.Action] = []
        /// Completed when the last message is written out, where one is to wait for that.
        var lastWrite: EventLoopPromise<Void>?
    }

    let stream: ClientStream
    let isUnary: Bool
    let eventLoop: any EventLoop
    let memory: CallMemory?
    let headers: @Sendable (Metadata) -> HPACKHeaders
    private let state = NIOLockedValueBox(State())

    init(
        stream: ClientStream,
        isUnary: Bool,
        on eventLoop: any EventLoop,
        memory: CallMemory?,
        headers: @escaping @Sendable (Metadata) -> HPACKHeaders
    ) {
        self.stream = stream
        self.isUnary = isUnary
        self.eventLoop = eventLoop
        self.memory = memory
        self.headers = headers
    }

    func write(_ element: Element) async throws {
        switch element {
        case .metadata(let metadata):
            self.add(.open(self.headers(metadata)), submits: !self.isUnary)
        case .message(let bytes):
            guard !self.isUnary else {
                self.memory?.requestIsSent(bytes.count)
                return self.add(.message(bytes, nil), submits: false)
            }
            // One message at a time in memory beside those that wait for the peer's window.
            if let lastWrite = self.state.withLockedValue({ $0.lastWrite }) { try await lastWrite.written() }
            let promise = self.eventLoop.makePromise(of: Void.self)
            self.state.withLockedValue { $0.lastWrite = promise }
            self.add(.message(bytes, promise), submits: true)
        }
    }

    func write(contentsOf elements: some Sequence<Element>) async throws {
        for element in elements { try await self.write(element) }
    }

    func finish() async {
        self.add(.end, submits: true)
    }

    func finish(throwing error: any Error) async {
        self.add(.cancel, submits: true)
    }

    private func add(_ action: ClientStream.Action, submits: Bool) {
        let actions = self.state.withLockedValue { state -> [ClientStream.Action] in
            state.held.append(action)
            guard submits else { return [] }
            defer { state.held = [] }
            return state.held
        }
        if !actions.isEmpty { self.stream.submit(actions) }
    }
}

extension EventLoopPromise<Void> {
    /// Waits until something is written out, or never will be.
    ///
    /// - Throws: `CancellationError` if the task is cancelled meanwhile, at once: the peer may take its time.
    func written() async throws {
        await withTaskCancellationHandler {
            // A write that fails is that of a call that has ended, which says itself how.
            try? await self.futureResult.get()
        } onCancel: {
            self.fail(CancellationError())
        }
        try Task.checkCancellation()
    }
}
