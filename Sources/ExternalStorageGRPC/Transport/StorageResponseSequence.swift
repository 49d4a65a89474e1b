//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore

/// The response side of a call: messages and error details with their references resolved.
struct StorageResponseSequence<Base: ClientTransport>: AsyncSequence, Sendable {
    typealias Element = RPCResponsePart<Base.Bytes>
    typealias Failure = any Error

    let base: RPCAsyncSequence<RPCResponsePart<Base.Bytes>, any Error>
    let call: StorageCall<Base>

    func makeAsyncIterator() -> Iterator {
        Iterator(base: self.base.makeAsyncIterator(), call: self.call)
    }

    struct Iterator: AsyncIteratorProtocol {
        var base: RPCAsyncSequence<RPCResponsePart<Base.Bytes>, any Error>.AsyncIterator
        let call: StorageCall<Base>
        private var isRequestDone = false
        private var hasEnded = false

        init(base: RPCAsyncSequence<RPCResponsePart<Base.Bytes>, any Error>.AsyncIterator, call: StorageCall<Base>) {
            self.base = base
            self.call = call
        }

        mutating func next() async throws -> Element? {
            try await self.next(isolation: nil)
        }

        mutating func next(isolation actor: isolated (any Actor)?) async throws(any Error) -> Element? {
            guard !self.hasEnded else { return nil }
            if !self.isRequestDone {
                self.isRequestDone = true
                if let error = await self.call.gate?.outcome() { return self.end(with: error) }
            }
            switch try await self.base.next(isolation: actor) {
            case .metadata(let metadata):
                return .metadata(metadata)
            case .message(let message):
                do {
                    return .message(try await self.call.response(message))
                } catch let error as RPCError {
                    return self.end(with: error)
                }
            case .status(let status, let metadata):
                self.hasEnded = true
                guard status.code != .ok else { return .status(status, metadata) }
                return .status(status, await self.call.errorDetails(metadata))
            case nil:
                return nil
            }
        }

        /// A status is always the last part.
        private mutating func end(with error: RPCError) -> Element {
            self.hasEnded = true
            return .status(Status(code: Status.Code(error.code), message: error.message), error.metadata)
        }
    }
}
