//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import ExternalStorageCore
public import NIOCore
internal import StoreHTTP

/// An object, or a part of one, to read.
public struct S3GetRequest: Sendable {
    /// The bucket: a name or an ARN.
    public var bucket: String

    /// The key, as it is stored; any text.
    public var key: String

    /// The bytes wanted; nil for all.
    ///
    /// A range that ends beyond the object gives what there is.
    public var range: Range<Int>?

    /// The most bytes the answer may have.
    ///
    /// More is an error of kind ``S3Failure/Kind/tooLarge``, before it is read.
    public var maximumSizeInBytes: Int

    /// Where the bytes go as they arrive, instead of into the result; only our own client knows it.
    var assembly: ObjectAssembly?

    /// How often it is sent at most, and how long the first byte may take; only our own client knows it.
    var maximumAttempts: Int?
    var firstByteTimeout: Duration?

    /// Where room is reserved for the object before it is read; only our own client knows it.
    var room: RetrievalRoom?

    /// The region of the bucket; nil for the client's.
    public var region: String?

    /// Whether an object that is missing behind a Multi-Region Access Point is waited for.
    ///
    /// As ``S3RetryPolicy/replicationRetries`` says. A client that never waits ignores it.
    public var waitsForReplication = true

    /// Creates a request.
    ///
    /// - Parameters:
    ///   - bucket: The bucket: a name or an ARN.
    ///   - key: The key.
    ///   - range: The bytes wanted; nil for all.
    ///   - maximumSizeInBytes: The most bytes the answer may have.
    public init(bucket: String, key: String, range: Range<Int>? = nil, maximumSizeInBytes: Int) {
        self.bucket = bucket
        self.key = key
        self.range = range
        self.maximumSizeInBytes = maximumSizeInBytes
    }
}

/// What was read.
public struct S3GetResult: Sendable {
    /// The bytes.
    public var body: ByteBuffer

    /// What the store says about the whole object.
    public var info: S3ObjectInfo

    /// Creates a result.
    ///
    /// - Parameters:
    ///   - body: The bytes.
    ///   - info: What the store says about the whole object.
    public init(body: ByteBuffer, info: S3ObjectInfo = S3ObjectInfo()) {
        self.body = body
        self.info = info
    }
}
