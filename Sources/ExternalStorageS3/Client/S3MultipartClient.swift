//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore
public import NIOCore

/// Writes of large objects in parts.
///
/// Optional: a client without it writes everything in one request.
public protocol S3MultipartClient: S3Client {
    /// Begins an upload in parts.
    ///
    /// Costs storage until it is completed or aborted; have a lifecycle rule `AbortIncompleteMultipartUpload`.
    ///
    /// - Parameters:
    ///   - bucket: The bucket: a name or an ARN.
    ///   - key: The key.
    /// - Returns: The store's name for the upload.
    /// - Throws: ``S3Failure``.
    func createUpload(bucket: String, key: String) async throws -> String

    /// Sends one part.
    ///
    /// - Parameters:
    ///   - number: Its number, 1 to 10,000.
    ///   - body: The bytes: at least 5 MiB, unless it is the last part.
    ///   - digest: The SHA-256 of the bytes.
    ///   - uploadID: The store's name for the upload.
    ///   - bucket: The bucket: a name or an ARN.
    ///   - key: The key.
    /// - Returns: What completing the upload needs.
    /// - Throws: ``S3Failure``.
    func uploadPart(
        number: Int,
        body: ByteBuffer,
        digest: PayloadDigest,
        uploadID: String,
        bucket: String,
        key: String
    ) async throws -> S3UploadedPart

    /// Makes the parts one object; afterwards the upload is gone.
    ///
    /// - Parameters:
    ///   - uploadID: The store's name for the upload.
    ///   - parts: All parts, in order.
    ///   - bucket: The bucket: a name or an ARN.
    ///   - key: The key.
    ///   - onlyIfAbsent: Whether to write only if there is no object of that key.
    /// - Returns: Whether it was written or there was one already; then the upload still has to be aborted.
    /// - Throws: ``S3Failure``, of kind ``S3Failure/Kind/conflict`` if the whole upload has to begin anew.
    func completeUpload(
        uploadID: String,
        parts: [S3UploadedPart],
        bucket: String,
        key: String,
        onlyIfAbsent: Bool
    ) async throws -> S3PutOutcome

    /// Gives an upload up and removes its parts.
    ///
    /// Ends within seconds, whatever the store does.
    ///
    /// - Parameters:
    ///   - uploadID: The store's name for the upload.
    ///   - bucket: The bucket: a name or an ARN.
    ///   - key: The key.
    /// - Throws: ``S3Failure``.
    func abortUpload(uploadID: String, bucket: String, key: String) async throws
}

/// A part that was sent.
public struct S3UploadedPart: Sendable, Hashable {
    /// Its number, 1 to 10,000.
    public var number: Int

    /// The store's tag for it.
    public var entityTag: String

    /// The SHA-256 of its bytes.
    public var digest: PayloadDigest

    /// Creates a description of a part.
    ///
    /// - Parameters:
    ///   - number: Its number.
    ///   - entityTag: The store's tag for it.
    ///   - digest: The SHA-256 of its bytes.
    public init(number: Int, entityTag: String, digest: PayloadDigest) {
        self.number = number
        self.entityTag = entityTag
        self.digest = digest
    }
}
