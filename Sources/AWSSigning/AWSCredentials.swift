//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// An access key, with the session token that belongs to it if it is a temporary one.
///
/// No description of any kind shows the secret or the token, so that they cannot reach a log by accident.
public struct AWSCredentials: Sendable, Hashable {
    /// The public name of the key, as in `AKIDEXAMPLE`.
    public var accessKeyID: String

    /// The secret that signs.
    ///
    /// Never sent.
    public var secretAccessKey: String

    /// The token that is sent, and signed, with every request of a temporary key; nil for a permanent key.
    public var sessionToken: String?

    /// When the key stops to be valid, in seconds since 1970-01-01T00:00:00Z; nil if it does not expire.
    public var expiration: Int64?

    /// Creates credentials.
    ///
    /// - Parameters:
    ///   - accessKeyID: The public name of the key.
    ///   - secretAccessKey: The secret that signs.
    ///   - sessionToken: The token of a temporary key.
    ///   - expiration: When the key stops to be valid, in seconds since 1970-01-01T00:00:00Z.
    public init(
        accessKeyID: String,
        secretAccessKey: String,
        sessionToken: String? = nil,
        expiration: Int64? = nil
    ) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.expiration = expiration
    }
}

extension AWSCredentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The name of the key and what kind it is; nothing secret.
    public var description: String {
        let kind = self.sessionToken == nil ? "permanent" : "temporary"
        return "AWSCredentials(\(self.accessKeyID), \(kind))"
    }

    /// The same as ``description``.
    public var debugDescription: String { self.description }

    /// What a debugger or `dump` may show: the name of the key and its expiration.
    public var customMirror: Mirror {
        Mirror(self, children: ["accessKeyID": self.accessKeyID, "expiration": self.expiration as Any])
    }
}
