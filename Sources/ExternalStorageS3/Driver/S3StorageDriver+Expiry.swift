//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore

extension S3StorageDriver: ExpiringStorageDriver {
    /// The lifecycle rules of a bucket that remove objects by age; needs `s3:GetLifecycleConfiguration`.
    ///
    /// - Parameter container: A bucket.
    /// - Returns: The rules, in the store's order.
    /// - Throws: ``ExternalStorageError``: `forbidden` without the right.
    public func expiryRules(of container: String) async throws -> [StoredObjectExpiryRule] {
        try await self.maintaining("read the lifecycle rules of") { client in
            try await client.lifecycleRules(bucket: container).compactMap { rule in
                guard let days = rule.expirationInDays else { return nil }
                return StoredObjectExpiryRule(
                    id: rule.id,
                    prefix: rule.prefix,
                    days: days,
                    isEnabled: rule.isEnabled,
                    isForAll: rule.goesByPrefixAlone,
                    isForUnreferenced: rule.tags.contains(S3Tag(UnreferencedTag.name, UnreferencedTag.value))
                )
            }
        }
    }

    /// Sets a lifecycle rule; needs `s3:GetLifecycleConfiguration` and `s3:PutLifecycleConfiguration`.
    ///
    /// The rules of others are written back as they were read.
    ///
    /// - Parameters:
    ///   - id: The rule's name.
    ///   - prefix: What the keys have to begin with.
    ///   - days: The age at which objects are removed.
    ///   - container: A bucket.
    /// - Throws: ``ExternalStorageError``: `forbidden` without the right.
    public func setExpiryRule(id: String, prefix: String, days: Int, of container: String) async throws {
        try await self.maintaining("set the lifecycle rules of") { client in
            var rules = try await client.lifecycleRules(bucket: container)
            let rule = S3LifecycleRule(
                id: id,
                prefix: prefix,
                expirationInDays: days,
                // What a writer that died left of an upload in parts is of no use to anybody.
                abortingUploadsAfterDays: 7
            )
            if let index = rules.firstIndex(where: { $0.id == id }) {
                rules[index] = rule
            } else {
                rules.append(rule)
            }
            try await client.setLifecycleRules(rules, bucket: container)
        }
    }
}
