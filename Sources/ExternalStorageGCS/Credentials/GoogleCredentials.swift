//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import CredentialExchange

/// Where the tokens for Google Cloud come from.
///
/// A driver asks for a token before it needs one, keeps it until shortly before it expires, and asks once for all who
/// wait. No description shows a secret.
public struct GoogleCredentials: Sendable {
    enum Base: Sendable {
        case anonymous
        case applicationDefault(Options)
        case file(path: String, Options)
        case json([UInt8], Options)
        case metadataServer
        case custom(@Sendable () async throws -> GoogleAccessToken)
    }

    /// What a credential file may make this process do.
    public struct Options: Sendable, Hashable {
        /// Whether an external account may run the command its file names.
        ///
        /// Nil for what `GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES` says: `1` allows it.
        public var allowsExecutables: Bool?

        /// Hosts, beside Google's own, that secrets and tokens may be sent to.
        ///
        /// A file names the hosts itself, and a foreign one could name any. Plain HTTP is accepted for this machine's own
        /// address alone.
        public var trustedHosts: Set<String> = []

        /// The user that a service account acts for (domain-wide delegation).
        public var delegatedUser: String?

        /// Creates the defaults.
        public init() {}
    }

    let base: Base

    /// No credentials: for public buckets and emulators.
    public static let anonymous = Self(base: .anonymous)

    /// What Google's own libraries find: the file that `GOOGLE_APPLICATION_CREDENTIALS` names, the one that
    /// `gcloud auth application-default login` wrote, or the metadata server of the machine.
    ///
    /// A file that is named and cannot be used is an error: the search does not go on.
    ///
    /// - Parameter options: What a credential file may make this process do.
    /// - Returns: The credentials; nothing is read before the first request.
    public static func applicationDefault(options: Options = Options()) -> Self {
        Self(base: .applicationDefault(options))
    }

    /// A credential file: service account, authorised user, external account or impersonated service account.
    ///
    /// - Parameters:
    ///   - path: Where it lies; read again for every token.
    ///   - options: What it may make this process do.
    /// - Returns: The credentials; nothing is read before the first request.
    public static func file(_ path: String, options: Options = Options()) -> Self {
        Self(base: .file(path: path, options))
    }

    /// What a credential file holds.
    ///
    /// - Parameters:
    ///   - json: The text of the file.
    ///   - options: What it may make this process do.
    /// - Returns: The credentials; nothing is looked at before the first request.
    public static func json(_ json: some Sequence<UInt8>, options: Options = Options()) -> Self {
        Self(base: .json(Array(json), options))
    }

    /// The service account of the machine, by its metadata server.
    ///
    /// - Returns: The credentials.
    public static func metadataServer() -> Self { Self(base: .metadataServer) }

    /// Tokens from a source of your own.
    ///
    /// - Parameter fetch: Gives a token for the scope `https://www.googleapis.com/auth/devstorage.read_write`; called by
    ///   one caller at a time, and again before the token expires.
    /// - Returns: The credentials.
    public static func tokens(_ fetch: @escaping @Sendable () async throws -> GoogleAccessToken) -> Self {
        Self(base: .custom(fetch))
    }

    var isAnonymous: Bool {
        if case .anonymous = self.base { true } else { false }
    }
}

extension GoogleCredentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The kind of the credentials.
    public var description: String {
        let kind =
            switch self.base {
            case .anonymous: "anonymous"
            case .applicationDefault: "application default"
            case .file: "file"
            case .json: "json"
            case .metadataServer: "metadata server"
            case .custom: "tokens"
            }
        return "GoogleCredentials(\(kind))"
    }

    /// The same as ``description``.
    public var debugDescription: String { self.description }

    /// Shows nothing: what is inside may be a key.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// A token for Google Cloud.
public struct GoogleAccessToken: Sendable {
    /// The token, as it stands behind `Bearer`.
    public var value: String

    /// When it stops to be valid, in seconds since 1970-01-01T00:00:00Z; nil if it does not.
    public var expiration: Int64?

    /// Creates a token.
    ///
    /// - Parameters:
    ///   - value: The token.
    ///   - expiration: When it stops to be valid, in seconds since 1970-01-01T00:00:00Z.
    public init(_ value: String, expiration: Int64?) {
        self.value = value
        self.expiration = expiration
    }
}

extension GoogleAccessToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The type's name and the time it is good until.
    public var description: String { "GoogleAccessToken(expiration: \(self.expiration.map(String.init) ?? "none"))" }

    /// The same as ``description``.
    public var debugDescription: String { self.description }

    /// Shows the time alone.
    public var customMirror: Mirror { Mirror(self, children: ["expiration": self.expiration as Any]) }
}
