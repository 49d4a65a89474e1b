//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// A credential with the time it is good until.
///
/// Descriptions and mirrors show the times alone.
package struct ExpiringCredential<Value: Sendable>: Sendable {
    /// The credential.
    package var value: Value

    /// When it stops to be valid, in seconds since 1970-01-01T00:00:00Z; nil if it does not expire.
    package var expiration: Int64?

    /// When its issuer wants to be asked for the next one, on the same scale; nil if it did not say.
    package var refresh: Int64?

    package init(_ value: Value, expiration: Int64?, refresh: Int64? = nil) {
        self.value = value
        self.expiration = expiration
        self.refresh = refresh
    }
}

extension ExpiringCredential: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "ExpiringCredential(expiration: \(self.expiration.map(String.init) ?? "none"))" }

    package var debugDescription: String { self.description }

    package var customMirror: Mirror { Mirror(self, children: ["expiration": self.expiration as Any]) }
}
