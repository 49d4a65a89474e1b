//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore
public import NIOCore

/// An object to write in one request.
public struct S3PutRequest: Sendable {
    /// The bucket: a name or an ARN.
    public var bucket: String

    /// The key, as it is stored; any text.
    public var key: String

    /// The content in pieces.
    var pieces: [ByteBuffer]

    /// The content.
    ///
    /// Sent as it is, without a copy.
    ///
    /// - Complexity: O(1), or O(*n*) in the size, at every call, if it is the request of a driver for a payload that was
    ///   made of metadata and much data.
    public var body: ByteBuffer {
        get { ByteBuffer(joining: self.pieces) }
        set { self.pieces = [newValue] }
    }

    /// The size of the content.
    var sizeInBytes: Int { self.pieces.reduce(0) { $0 + $1.readableBytes } }

    /// The SHA-256 of the content.
    ///
    /// It is signed, sent as checksum and checked by the store.
    public var digest: PayloadDigest

    /// Whether to write only if there is no object of that key (`If-None-Match: *`).
    public var onlyIfAbsent: Bool

    /// Creates a request.
    ///
    /// - Parameters:
    ///   - bucket: The bucket: a name or an ARN.
    ///   - key: The key.
    ///   - body: The content.
    ///   - digest: The SHA-256 of the content.
    ///   - onlyIfAbsent: Whether to write only if there is no object of that key.
    public init(bucket: String, key: String, body: ByteBuffer, digest: PayloadDigest, onlyIfAbsent: Bool = false) {
        self.init(bucket: bucket, key: key, pieces: [body], digest: digest, onlyIfAbsent: onlyIfAbsent)
    }

    init(bucket: String, key: String, pieces: [ByteBuffer], digest: PayloadDigest, onlyIfAbsent: Bool) {
        self.bucket = bucket
        self.key = key
        self.pieces = pieces
        self.digest = digest
        self.onlyIfAbsent = onlyIfAbsent
    }
}

/// What became of a write.
public enum S3PutOutcome: Sendable, Hashable {
    /// The object was written.
    case written

    /// There was one already, and it was left alone.
    ///
    /// Only if the request was conditional.
    case alreadyPresent
}
