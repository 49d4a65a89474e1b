//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

extension ExternalStorageError {
    /// `[TMPRL1105]`: a message holds references and nothing is configured to resolve them (ES-P8).
    ///
    /// Needs neither codec nor driver. Retryable: the same task may be taken by a worker that has external storage.
    package static func notConfigured(references: Int) -> Self {
        Self(
            code: .notConfigured,
            message: """
                [TMPRL1105] Detected externally stored payload(s) but external storage is not configured. \
                References found: \(references)
                """
        )
    }

    /// `[TMPRL1106]`: a payload is marked as a reference, and cannot be decoded to one (ES-W4).
    package static func undecodableReference(cause: (any Error)? = nil) -> Self {
        Self(
            code: .undecodableReference,
            message: """
                [TMPRL1106] Encountered an encoded external storage reference that could not be decoded. \
                Check that the payload codec used to write it is configured.
                """,
            cause: cause
        )
    }

    /// Resolved payloads make a message larger than its reader takes.
    package static func messageTooLarge(sizeInBytes: Int, limit: Int) -> Self {
        Self(
            code: .messageTooLarge,
            message: """
                the message with its payloads resolved would be \(sizeInBytes) bytes, more than the limit of \
                \(limit) bytes; read less at a time, or raise the limit
                """
        )
    }

    /// One payload alone is larger than a message may be: more than was ever stored there, as a rule.
    static func payloadTooLargeForMessage(sizeInBytes: Int, limit: Int, claim: StorageDriverClaim) -> Self {
        Self(
            code: .messageTooLarge,
            message: """
                the payload has \(sizeInBytes) bytes, more than the limit of \(limit) bytes for a message with its \
                payloads resolved \(claim); see whether it is what was stored there, or raise the limit
                """,
            operation: .retrieve
        )
    }

    /// All messages together have no memory left for a payload at the moment.
    static func outOfMemory(sizeInBytes: Int) -> Self {
        Self(
            code: .throttled,
            message: """
                other messages use the memory of this process, and \(sizeInBytes) more bytes are needed; this passes by \
                itself, or raise the memory limit
                """
        )
    }

    static func invalidConfiguration(_ message: String) -> Self {
        Self(code: .invalidConfiguration, message: message)
    }
}
