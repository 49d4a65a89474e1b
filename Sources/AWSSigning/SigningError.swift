//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Why a request could not be signed.
public enum SigningError: Error, Sendable, Hashable {
    /// No private key could be derived from the access key.
    case keyDerivationFailed

    /// The cryptographic library refused to sign.
    case signingFailed
}
