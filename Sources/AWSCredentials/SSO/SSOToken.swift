//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// A bearer token of IAM Identity Center.
package struct SSOToken: Sendable, Hashable {
    /// The token itself; shown by no description.
    let secret: Redacted
    /// When it stops to be valid, in seconds since 1970-01-01T00:00:00Z.
    package let expiration: Int64

    /// The token itself.
    package var value: String { self.secret.value }
}
