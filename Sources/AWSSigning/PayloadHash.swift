//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// What is signed in place of the body.
public struct PayloadHash: Sendable, Hashable, CustomStringConvertible {
    /// The text in the last line of the canonical request and in `x-amz-content-sha256`.
    public let description: String

    private init(_ description: String) {
        self.description = description
    }

    /// The SHA-256 of the body.
    ///
    /// Amazon S3 refuses a body that differs.
    ///
    /// - Parameter digest: The 32 bytes of the digest.
    /// - Returns: The digest as lower-case hexadecimal text.
    public static func sha256(_ digest: some Sequence<UInt8>) -> Self { Self(Hex.encode(digest)) }

    /// The SHA-256 of no bytes at all.
    public static let empty = Self("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")

    /// The body is not covered by the signature.
    ///
    /// Use it over TLS only.
    public static let unsigned = Self("UNSIGNED-PAYLOAD")

    /// The body is `aws-chunked`, unsigned, and ends with a checksum.
    public static let streamingUnsignedTrailer = Self("STREAMING-UNSIGNED-PAYLOAD-TRAILER")

    /// A value that a request carries already, taken as it is.
    ///
    /// - Parameter headerValue: The value of `x-amz-content-sha256`.
    /// - Returns: The same text.
    public static func verbatim(_ headerValue: String) -> Self { Self(headerValue) }
}
