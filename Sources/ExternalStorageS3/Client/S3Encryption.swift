//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// How the store encrypts what it keeps.
///
/// Not the end-to-end encryption of a payload codec, which comes before.
public struct S3Encryption: Sendable, Hashable {
    let algorithm: String
    var keyID: String?
    var usesBucketKey = false

    /// Keys that Amazon S3 manages (SSE-S3).
    ///
    /// The default of every bucket.
    public static let s3Managed = Self(algorithm: "AES256")

    /// Keys of AWS KMS (SSE-KMS).
    ///
    /// Needs `kms:GenerateDataKey` and `kms:Decrypt` on the key.
    ///
    /// - Parameters:
    ///   - keyID: The key's id, alias or ARN; nil for the account's default key.
    ///   - usesBucketKey: Whether the bucket's key is used in between, which saves calls of KMS.
    /// - Returns: The setting.
    public static func kms(keyID: String? = nil, usesBucketKey: Bool = false) -> Self {
        Self(algorithm: "aws:kms", keyID: keyID, usesBucketKey: usesBucketKey)
    }

    /// Two layers with keys of AWS KMS (DSSE-KMS).
    ///
    /// - Parameter keyID: The key's id, alias or ARN; nil for the account's default key.
    /// - Returns: The setting.
    public static func dualLayerKMS(keyID: String? = nil) -> Self {
        Self(algorithm: "aws:kms:dsse", keyID: keyID)
    }

    var headers: [(String, String)] {
        var headers = [("x-amz-server-side-encryption", self.algorithm)]
        if let keyID = self.keyID { headers.append(("x-amz-server-side-encryption-aws-kms-key-id", keyID)) }
        if self.usesBucketKey { headers.append(("x-amz-server-side-encryption-bucket-key-enabled", "true")) }
        return headers
    }
}
