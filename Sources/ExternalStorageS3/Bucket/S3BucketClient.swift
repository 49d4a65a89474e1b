//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// What operators' commands need besides the driver's three operations: to look around in a bucket and tidy it up.
///
/// The driver never asks for any of it, so its credentials need no right to it. Nothing here works through a
/// Multi-Region Access Point but listing, deleting single objects and tags: address the member buckets.
public protocol S3BucketClient: S3Client {
    /// Lists objects by key, one page at a time.
    ///
    /// Needs `s3:ListBucket`.
    ///
    /// - Parameters:
    ///   - bucket: The bucket: a name or an ARN.
    ///   - prefix: What the keys have to begin with; empty for all.
    ///   - continuation: ``S3ObjectPage/continuation`` of the page before; nil for the first page.
    ///   - maximumCount: The most objects of a page, 1 to 1,000.
    /// - Returns: Objects in the order of their keys' UTF-8 bytes.
    /// - Throws: ``S3Failure``.
    func listObjects(
        bucket: String,
        prefix: String,
        continuation: String?,
        maximumCount: Int
    ) async throws -> S3ObjectPage

    /// Deletes an object; one that is not there counts as deleted.
    ///
    /// Needs `s3:DeleteObject`. In a bucket with versions the object is only hidden.
    ///
    /// - Parameters:
    ///   - bucket: The bucket: a name or an ARN.
    ///   - key: The key.
    /// - Throws: ``S3Failure``.
    func deleteObject(bucket: String, key: String) async throws

    /// Deletes one version of an object, or an object of a certain content.
    ///
    /// What is not there counts as deleted. Needs `s3:DeleteObject`, or `s3:DeleteObjectVersion` for a version.
    ///
    /// - Parameters:
    ///   - bucket: The bucket: a name or an ARN.
    ///   - key: The key.
    ///   - versionID: The version, which then is gone for good; nil for the object as it is.
    ///   - ifMatch: The tag that the object has to have; stores that do not know the condition ignore it. Nil for any.
    /// - Throws: ``S3Failure``; of a kind that is not retryable if the object has another tag.
    func deleteObject(bucket: String, key: String, versionID: String?, ifMatch: String?) async throws

    /// The time by the clock of the store.
    ///
    /// - Parameter bucket: The bucket's name.
    /// - Returns: Seconds since 1970; nil if the store does not say.
    /// - Throws: ``S3Failure``.
    func time(bucket: String) async throws -> Int64?

    /// Deletes many objects with one request.
    ///
    /// - Parameters:
    ///   - bucket: The bucket's name.
    ///   - keys: At most 1,000 keys.
    /// - Returns: The keys that could not be deleted, with the store's reasons; empty if all were.
    /// - Throws: ``S3Failure`` if the request as a whole failed.
    func deleteObjects(bucket: String, keys: [String]) async throws -> [S3DeletionError]

    /// The tags of an object.
    ///
    /// - Parameters:
    ///   - bucket: The bucket: a name or an ARN.
    ///   - key: The key.
    /// - Returns: Names and values, in the store's order.
    /// - Throws: ``S3Failure``.
    func tags(bucket: String, key: String) async throws -> [S3Tag]

    /// Replaces all tags of an object.
    ///
    /// - Parameters:
    ///   - tags: At most 10.
    ///   - bucket: The bucket: a name or an ARN.
    ///   - key: The key.
    /// - Throws: ``S3Failure``.
    func setTags(_ tags: [S3Tag], bucket: String, key: String) async throws

    /// The rules by which a bucket removes objects by itself.
    ///
    /// - Parameter bucket: The bucket's name.
    /// - Returns: All rules, in the store's order; empty if there are none.
    /// - Throws: ``S3Failure``.
    func lifecycleRules(bucket: String) async throws -> [S3LifecycleRule]

    /// Replaces all rules of a bucket.
    ///
    /// Read them first and keep what is not yours.
    ///
    /// - Parameters:
    ///   - rules: All rules the bucket is to have.
    ///   - bucket: The bucket's name.
    /// - Throws: ``S3Failure``.
    func setLifecycleRules(_ rules: [S3LifecycleRule], bucket: String) async throws

    /// Whether a bucket keeps versions of its objects.
    ///
    /// - Parameter bucket: The bucket's name.
    /// - Returns: `Enabled`, `Suspended`, or nil if it never did.
    /// - Throws: ``S3Failure``.
    func versioning(bucket: String) async throws -> String?

    /// The region a bucket is in, as the store tells it.
    ///
    /// - Parameter bucket: The bucket's name.
    /// - Returns: The region; nil if the store does not say.
    /// - Throws: ``S3Failure``.
    func region(bucket: String) async throws -> String?
}
