//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import ExternalStorageCore

/// The objects of a container whose keys begin alike, in the order of the keys, a page of them at a time.
///
/// Nothing is asked for before the first page is, and no page before the one before it was dealt with.
package struct StoredObjectPages: AsyncSequence, Sendable {
    fileprivate let driver: any MaintainableStorageDriver
    fileprivate let container: String
    fileprivate let prefix: String

    package func makeAsyncIterator() -> Iterator { Iterator(pages: self) }

    /// Goes from page to page.
    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let pages: StoredObjectPages
        private var continuation: String?
        private var isAtEnd = false

        fileprivate init(pages: StoredObjectPages) { self.pages = pages }

        /// - Returns: The objects of the next page, which may be none; nil behind the last page.
        /// - Throws: What the store throws: then nothing is known of what would have come; `CancellationError`.
        package mutating func next() async throws -> [StoredObject]? {
            guard !self.isAtEnd else { return nil }
            try Task.checkCancellation()
            let page = try await self.pages.driver.listObjects(
                in: self.pages.container,
                prefix: self.pages.prefix,
                continuation: self.continuation
            )
            self.continuation = page.continuation
            self.isAtEnd = page.continuation == nil
            return page.objects
        }
    }
}

extension MaintainableStorageDriver {
    /// The objects of a container, a page at a time.
    ///
    /// - Parameters:
    ///   - container: One of the driver's containers.
    ///   - prefix: What their keys begin with.
    /// - Returns: The pages; nothing is asked for yet.
    package func pages(in container: String, prefix: String) -> StoredObjectPages {
        StoredObjectPages(driver: self, container: container, prefix: prefix)
    }
}
