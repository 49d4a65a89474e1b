//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import ExternalStorageCore

extension S3Failure {
    /// The failure as the pipeline knows failures (ES-D7).
    ///
    /// - Parameter verb: `store` or `retrieve`.
    /// - Returns: The error, with the failure as its cause.
    func externalStorageError(_ verb: String) -> ExternalStorageError {
        ExternalStorageError(code: self.code(for: verb), message: "\(verb) failed: \(self)", cause: self)
    }

    private func code(for verb: String) -> ExternalStorageError.Code {
        switch self.kind {
        case .notFound where verb == "store": .misconfigured
        // A Multi-Region Access Point answers for the nearest region, which may be the last to have an object.
        case .notFound: self.region == "*" ? .notReplicated : .notFound
        case .forbidden: .forbidden
        case .throttled: .throttled
        case .tooLarge: .payloadTooLarge
        case .misconfigured, .unsupported, .rejected: .misconfigured
        // Damage on the way up and a race that was lost again and again may well go better the next time.
        default: .unavailable
        }
    }
}
