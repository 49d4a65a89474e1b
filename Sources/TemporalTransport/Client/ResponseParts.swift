//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import BufferTransport
import GRPCCore
import Groundwork
import NIOCore

/// The parts of a response, as they come; only to be read once.
struct ResponseParts: AsyncSequence, Sendable {
    typealias Element = RPCResponsePart<BufferBytes>

    let stream: ClientStream
    /// What the response takes; nil where nobody counts.
    let memory: ByteShare?

    func makeAsyncIterator() -> Iterator {
        Iterator(stream: self.stream, memory: self.memory)
    }

    struct Iterator: AsyncIteratorProtocol {
        let stream: ClientStream
        let memory: ByteShare?

        mutating func next() async throws -> Element? {
            try await self.next(isolation: nil)
        }

        mutating func next(isolation actor: isolated (any Actor)?) async throws(any Error) -> Element? {
            while let part = try await self.stream.inbox.next() {
                switch part {
                case .metadata(let metadata): return .metadata(metadata)
                case .message(let message): return .message(BufferBytes(buffer: try await self.content(of: message)))
                case .status(let status, let metadata): return .status(status, metadata)
                case .needsMemory(let bytes): try await self.stream.takeMemory(bytes)
                }
            }
            return nil
        }

        private func content(of message: IncomingMessage) async throws -> ByteBuffer {
            if let memory = self.memory, message.contentSize > message.size {
                try await memory.growInAnyCase(by: message.contentSize - message.size)
            }
            return try await message.content()
        }
    }
}
