//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import ExternalStorageCore
internal import StoreHTTP

/// What a claim says, checked: bucket, key, digest (ES-D2).
///
/// Nothing in a claim is believed before.
struct S3Claim: Hashable, Sendable {
    var bucket: String
    var key: String
    var digest: PayloadDigest

    init(bucket: String, key: String, digest: PayloadDigest) {
        self.bucket = bucket
        self.key = key
        self.digest = digest
    }

    /// Reads a claim of any SDK, in either spelling.
    ///
    /// - Parameters:
    ///   - claim: The claim.
    ///   - readableBuckets: The only buckets it may name; nil for any.
    ///   - movedBuckets: Where the objects of a bucket are now.
    /// - Throws: `invalidClaim`, naming the entry.
    init(
        _ claim: StorageDriverClaim,
        readableBuckets: Set<String>? = nil,
        movedBuckets: [String: String] = [:]
    ) throws(ExternalStorageError) {
        let place = try ObjectPlace(claim, bucket: ["bucket"], name: ["key"], readableBuckets: readableBuckets)
        // As the store compares names: by their bytes.
        let moved = movedBuckets.first { $0.key.utf8.elementsEqual(place.bucket.utf8) }
        self.init(bucket: moved?.value ?? place.bucket, key: place.name, digest: place.digest)
    }

    /// The claim all SDKs read.
    var claim: StorageDriverClaim {
        [
            "bucket": self.bucket,
            "key": self.key,
            "hash_algorithm": "sha256",
            "hash_value": self.digest.hexadecimal,
        ]
    }
}
