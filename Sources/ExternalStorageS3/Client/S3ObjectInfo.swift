//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// What a store says about an object without sending it.
public struct S3ObjectInfo: Sendable, Hashable {
    /// The size of the whole object in bytes, also in the answer to a range; nil if the store did not say.
    public var sizeInBytes: Int?

    /// When it was written last, in seconds since 1970-01-01T00:00:00Z.
    public var lastModified: Int64?

    /// The store's tag for this content.
    public var entityTag: String?

    /// The SHA-256 the store keeps, base64.
    public var checksumSHA256: String?

    /// The storage class; nil means the standard one.
    public var storageClass: String?

    /// `x-amz-expiration`: which lifecycle rule will remove the object, and when.
    public var expiration: String?

    /// `x-amz-replication-status`.
    public var replicationStatus: String?

    /// `x-amz-version-id`: which version of the object it is, in a bucket that keeps versions.
    public var versionID: String?

    /// Creates a description of an object.
    ///
    /// - Parameters:
    ///   - sizeInBytes: The size of the whole object.
    ///   - lastModified: When it was written last, in seconds since 1970-01-01T00:00:00Z.
    public init(sizeInBytes: Int? = nil, lastModified: Int64? = nil) {
        self.sizeInBytes = sizeInBytes
        self.lastModified = lastModified
    }
}
