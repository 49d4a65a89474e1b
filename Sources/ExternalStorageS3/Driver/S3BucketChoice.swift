//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore

/// Which bucket a payload is stored in: always the same one, or one per payload (ES-D6).
///
/// A bucket is a name, the alias or ARN of an access point, or the ARN of a Multi-Region Access Point.
public struct S3BucketChoice: Sendable, ExpressibleByStringLiteral {
    /// Chooses the bucket of one payload.
    public typealias Choose = @Sendable (StorageDriverStoreContext, Payload) async throws -> String

    let fixed: String?
    let choose: Choose

    /// Always the same bucket.
    ///
    /// - Parameter bucket: A name or an ARN.
    /// - Returns: The choice.
    public static func fixed(_ bucket: String) -> Self {
        Self(fixed: bucket) { _, _ in bucket }
    }

    /// A bucket per payload.
    ///
    /// - Parameter choose: Called once per payload, before anything is uploaded. The same payload and target should
    ///   give the same bucket, or equal payloads are stored twice. What it throws, `store` throws.
    /// - Returns: The choice.
    public static func perPayload(_ choose: @escaping Choose) -> Self {
        Self(fixed: nil, choose: choose)
    }

    private init(fixed: String?, choose: @escaping Choose) {
        self.fixed = fixed
        self.choose = choose
    }

    /// The same as ``fixed(_:)``.
    ///
    /// - Parameter bucket: A name or an ARN.
    public init(stringLiteral bucket: String) {
        self = .fixed(bucket)
    }
}
