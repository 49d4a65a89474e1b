//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// A page of a listing.
public struct S3ObjectPage: Sendable, Hashable {
    /// An object in a listing.
    public struct Entry: Sendable, Hashable {
        /// The key, as it is stored.
        public var key: String

        /// The size in bytes.
        public var sizeInBytes: Int

        /// When it was written last, in seconds since 1970-01-01T00:00:00Z; nil if the store did not say.
        public var lastModified: Int64?

        /// Creates an entry.
        ///
        /// - Parameters:
        ///   - key: The key.
        ///   - sizeInBytes: The size in bytes.
        ///   - lastModified: When it was written last, in seconds since 1970-01-01T00:00:00Z.
        public init(key: String, sizeInBytes: Int, lastModified: Int64? = nil) {
            self.key = key
            self.sizeInBytes = sizeInBytes
            self.lastModified = lastModified
        }
    }

    /// The objects, in the order of their keys.
    public var entries: [Entry]

    /// What to ask for the next page with; nil if this was the last one.
    public var continuation: String?

    /// Creates a page.
    ///
    /// - Parameters:
    ///   - entries: The objects.
    ///   - continuation: What to ask for the next page with.
    public init(entries: [Entry], continuation: String? = nil) {
        self.entries = entries
        self.continuation = continuation
    }
}
