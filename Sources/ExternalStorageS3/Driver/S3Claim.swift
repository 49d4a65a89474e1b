//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import ExternalStorageCore

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
        self.bucket = try Self.entry(["bucket"], of: claim)
        self.key = try Self.entry(["key"], of: claim)
        let algorithm = try Self.entry(["hash_algorithm", "hashAlgorithm"], of: claim)
        guard algorithm == "sha256" else {
            throw Self.refuse("unsupported hash algorithm \"\(algorithm)\"", self.bucket, self.key)
        }
        let text = try Self.entry(["hash_value", "hashValue"], of: claim)
        guard let digest = PayloadDigest(hexadecimal: text) else {
            throw Self.refuse("claim field \"hash_value\" is not 64 hexadecimal digits", self.bucket, self.key)
        }
        self.digest = digest
        if let readableBuckets, !readableBuckets.contains(self.bucket) {
            throw Self.refuse("the claim names a bucket that is not to be read from", self.bucket, self.key)
        }
        self.bucket = movedBuckets[self.bucket] ?? self.bucket
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

    /// The value of an entry that has several spellings; if more than one is there they have to agree.
    private static func entry(
        _ spellings: [String],
        of claim: StorageDriverClaim
    ) throws(ExternalStorageError) -> String {
        let values = spellings.compactMap { claim[$0] }
        guard let value = values.first, !value.isEmpty else {
            throw ExternalStorageError(code: .invalidClaim, message: "claim missing field \"\(spellings[0])\"")
        }
        guard values.allSatisfy({ $0.utf8.elementsEqual(value.utf8) }) else {
            throw ExternalStorageError(
                code: .invalidClaim,
                message: "claim fields \(spellings.map { "\"\($0)\"" }.joined(separator: " and ")) differ"
            )
        }
        return value
    }

    private static func refuse(_ message: String, _ bucket: String, _ key: String) -> ExternalStorageError {
        ExternalStorageError(code: .invalidClaim, message: "\(message) [bucket=\(bucket), key=\(key)]")
    }
}
