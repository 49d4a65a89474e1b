//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import ExternalStorageCore
internal import StoreHTTP

extension ObjectPlace {
    /// Reads a claim.
    ///
    /// - Parameters:
    ///   - claim: The claim; not to be trusted.
    ///   - readableContainers: The only containers it may name; nil for any.
    /// - Throws: `invalidClaim`, naming the entry.
    init(azureClaim claim: StorageDriverClaim, readableContainers: Set<String>?) throws(ExternalStorageError) {
        try self.init(claim, bucket: ["container"], name: ["blob"], readableBuckets: readableContainers)
    }

    /// The claim.
    ///
    /// The account is there for people to read: a blob is looked for in the account that is configured, as a bucket of S3
    /// is at the endpoint that is configured.
    func azureClaim(account: String) -> StorageDriverClaim {
        [
            "account": account,
            "container": self.bucket,
            "blob": self.name,
            "hash_algorithm": "sha256",
            "hash_value": self.digest.hexadecimal,
        ]
    }

    /// The name of a payload's blob: that of the drivers for Google Cloud Storage.
    ///
    /// An account with a hierarchical namespace has folders, whose names have at most 255 bytes: a longer segment makes
    /// way for the short name, as a longer name does.
    static func blobName(digest: PayloadDigest, target: StorageDriverTarget?) -> String {
        let namespace = target?.workflow?.namespace ?? target?.activity?.namespace
        for target in [target, namespace.map { StorageDriverTarget.namespace($0) }] {
            let name = StorageObjectKey(digest: digest, target: target, style: .googleCloud).text
            if name.split(separator: "/").allSatisfy({ $0.utf8.count < 255 }) { return name }
        }
        return StorageObjectKey(digest: digest, target: nil, style: .googleCloud).text
    }
}
