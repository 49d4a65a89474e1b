//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import Synchronization

/// The request side of a call: holds the metadata back until the message is stored, then sends both.
///
/// So the server's deadline does not run during an upload, and a request that fails to be stored is never seen.
struct StorageRequestWriter<Base: ClientTransport>: ClosableRPCWriterProtocol {
    typealias Element = RPCRequestPart<Base.Bytes>

    let base: RPCWriter<RPCRequestPart<Base.Bytes>>.Closable
    let call: StorageCall<Base>
    private let held = Held()

    init(base: RPCWriter<RPCRequestPart<Base.Bytes>>.Closable, call: StorageCall<Base>) {
        self.base = base
        self.call = call
    }

    /// The metadata that has not been sent, and whether the call has been given up.
    private final class Held: Sendable {
        private let state = Mutex<(metadata: Metadata?, hasFailed: Bool)>((nil, false))

        var hasFailed: Bool { self.state.withLock { $0.hasFailed } }

        func keep(_ metadata: Metadata) { self.state.withLock { $0.metadata = metadata } }
        func fail() { self.state.withLock { $0.hasFailed = true } }

        func take() -> Metadata? {
            self.state.withLock { state in
                defer { state.metadata = nil }
                return state.metadata
            }
        }
    }

    @concurrent
    func write(_ element: Element) async throws {
        // A call that has been given up takes no parts; its status is on its way.
        guard !self.held.hasFailed else { return }
        switch element {
        case .metadata(let metadata):
            self.held.keep(metadata)
        case .message(let message):
            try await self.write(message: message)
        }
    }

    private func write(message: Base.Bytes) async throws {
        let metadata = self.held.take()
        let started = ContinuousClock.now
        let request: Base.Bytes
        do {
            request = try await self.call.request(
                message,
                metadata: metadata ?? [:],
                deadline: RequestTimeout.deadline(metadata ?? [:], self.call.timeout)
            )
        } catch {
            self.held.fail()
            let failure = (error as? RPCError) ?? RPCError(code: .cancelled, message: "The call was cancelled.")
            self.call.gate?.close(failure)
            await self.base.finish(throwing: failure)
            return
        }
        // Whether or not it can be sent: from here on the response side says how the call ends.
        defer { self.call.gate?.open() }
        if var metadata {
            RequestTimeout.reduce(in: &metadata, by: ContinuousClock.now - started)
            try await self.base.write(.metadata(metadata))
        }
        try await self.base.write(.message(request))
    }

    @concurrent
    func write(contentsOf elements: some Sequence<Element>) async throws {
        for element in Array(elements) { try await self.write(element) }
    }

    @concurrent
    func finish() async {
        guard !self.held.hasFailed else { return }
        if let metadata = self.held.take() {
            // No message: not a call that any rule knows, but not ours to refuse.
            do { try await self.base.write(.metadata(metadata)) } catch { await self.base.finish(throwing: error) }
        }
        self.call.gate?.open()
        await self.base.finish()
    }

    @concurrent
    func finish(throwing error: any Error) async {
        guard !self.held.hasFailed else { return }
        self.call.gate?.open()
        await self.base.finish(throwing: error)
    }
}
