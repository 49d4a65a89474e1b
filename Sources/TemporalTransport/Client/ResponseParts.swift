//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageGRPC
import GRPCCore

/// The parts of a response, as they come; only to be read once.
struct ResponseParts: AsyncSequence, Sendable {
    typealias Element = RPCResponsePart<BufferBytes>

    let inbox: Inbox<Element>

    func makeAsyncIterator() -> Iterator {
        Iterator(inbox: self.inbox)
    }

    struct Iterator: AsyncIteratorProtocol {
        let inbox: Inbox<Element>

        mutating func next() async throws -> Element? {
            try await self.inbox.next()
        }

        mutating func next(isolation actor: isolated (any Actor)?) async throws(any Error) -> Element? {
            try await self.inbox.next()
        }
    }
}
