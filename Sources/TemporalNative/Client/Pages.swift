//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

#if canImport(FoundationEssentials)
import struct FoundationEssentials.Data
#else
import struct Foundation.Data
#endif

/// Elements that the server hands out page by page; each page is asked for when the one before has been read.
public struct Pages<Element: Sendable>: AsyncSequence, Sendable {
    struct Page: Sendable {
        var elements: [Element]
        var nextToken: Data
    }

    private let fetch: @Sendable (_ token: Data) async throws -> Page

    init(fetch: @escaping @Sendable (_ token: Data) async throws -> Page) {
        self.fetch = fetch
    }

    /// Begins with the first page.
    ///
    /// - Returns: An iterator.
    public func makeAsyncIterator() -> Iterator {
        Iterator(fetch: self.fetch)
    }

    /// Reads elements, and asks for pages.
    public struct Iterator: AsyncIteratorProtocol {
        private let fetch: @Sendable (_ token: Data) async throws -> Page
        private var elements: ArraySlice<Element> = []
        /// The token of the next page; nil when there is none.
        private var token: Data? = Data()

        init(fetch: @escaping @Sendable (_ token: Data) async throws -> Page) {
            self.fetch = fetch
        }

        /// The next element.
        ///
        /// - Returns: An element, or nil at the end.
        /// - Throws: ``TemporalError``. `CancellationError` if cancelled.
        public mutating func next() async throws -> Element? {
            while self.elements.isEmpty, let token = self.token {
                let page = try await self.fetch(token)
                self.elements = page.elements[...]
                self.token = page.nextToken.isEmpty ? nil : page.nextToken
            }
            return self.elements.popFirst()
        }
    }
}
