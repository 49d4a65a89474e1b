//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// What requests to a store are authorised with at present, in words for people.
package struct CredentialsInUse: Sendable, Hashable {
    /// What they are and where they were found; nothing secret.
    package var text: String
    /// When they end, in seconds since 1970-01-01T00:00:00Z; nil if they do not, or nobody says.
    package var expiration: Int64?

    package init(_ text: String, expiration: Int64? = nil) {
        self.text = text
        self.expiration = expiration
    }
}

/// A driver of an object store that can be looked at before it is relied on.
package protocol ExaminableDriver: Sendable {
    /// The address of the store, with scheme and port.
    var storeURL: String { get }

    /// The connections that lead there.
    var connections: HTTPLanes { get }

    /// Gets credentials as the next request would.
    ///
    /// - Returns: What they are.
    /// - Throws: Why there are none; `CancellationError`.
    func credentialsInUse() async throws -> CredentialsInUse
}
