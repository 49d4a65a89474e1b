//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import ExternalStorageCore
internal import StoreHTTP

extension ObjectPlace {
    /// Reads a claim of any SDK, in every spelling that was ever written (ES-D2).
    ///
    /// - Parameters:
    ///   - claim: The claim; not to be trusted.
    ///   - readableBuckets: The only buckets it may name; nil for any.
    /// - Throws: `invalidClaim`, naming the entry.
    init(gcsClaim claim: StorageDriverClaim, readableBuckets: Set<String>?) throws(ExternalStorageError) {
        try self.init(
            claim,
            bucket: ["bucket"],
            name: ["object_name", "key", "object"],
            readableBuckets: readableBuckets
        )
    }

    /// The claim that the drivers of all SDKs read: Go's, which is every other one's and a bit more.
    var gcsClaim: StorageDriverClaim {
        [
            "bucket": self.bucket,
            "object_name": self.name,
            "key": self.name,
            "hash_algorithm": "sha256",
            "hash_value": self.digest.hexadecimal,
        ]
    }
}
