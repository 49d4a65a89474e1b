//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Finds out who sends a request.
///
/// ``JWTAuthenticator`` is the one that comes along. Write another for cookies or for tokens of another kind.
public protocol CodecServerAuthenticator: Sendable {
    /// Checks what a caller shows.
    ///
    /// - Parameter credentials: The header fields that may identify a caller.
    /// - Returns: The caller, and what it may do.
    /// - Throws: ``CodecServer/AuthenticationError`` if it shows nothing, or nothing valid; any other error counts as one
    ///   whose reason only the log gets. `CancellationError` passes through.
    func authenticate(_ credentials: CodecServer.Credentials) async throws -> CodecServer.Caller
}

extension CodecServer {
    /// What a request shows about its sender.
    public struct Credentials: Sendable {
        /// `Authorization`, as the Web UI sends it (`Bearer …`) or the CLI with `--codec-auth`.
        public var authorization: String?
        /// `Authorization-Extras`: the id token that the Web UI sends along.
        public var authorizationExtras: String?
        /// `Cookie`.
        public var cookie: String?

        /// What a request shows.
        ///
        /// - Parameters:
        ///   - authorization: `Authorization`.
        ///   - authorizationExtras: `Authorization-Extras`.
        ///   - cookie: `Cookie`.
        public init(authorization: String? = nil, authorizationExtras: String? = nil, cookie: String? = nil) {
            self.authorization = authorization
            self.authorizationExtras = authorizationExtras
            self.cookie = cookie
        }
    }

    /// Who sends a request, and what that may be.
    public struct Caller: Hashable, Sendable {
        /// What a caller may do with a namespace.
        public struct Permissions: OptionSet, Hashable, Sendable {
            /// The bits.
            public var rawValue: Int

            /// Permissions of bits.
            ///
            /// - Parameter rawValue: The bits.
            public init(rawValue: Int) {
                self.rawValue = rawValue
            }

            /// `/decode` and `/download`.
            public static let read = Self(rawValue: 1)
            /// `/encode`.
            public static let write = Self(rawValue: 2)
        }

        /// A name for logs and for limits, unique among all callers of the issuer; nil if there is none.
        ///
        /// Callers without a name are limited by their addresses.
        public var subject: String?
        /// Who says so, if there may be several; nil if there is one.
        public var issuer: String?
        /// The permissions by namespace.
        public var permissions: [Namespace: Permissions]
        /// The permissions for every namespace.
        public var permissionsEverywhere: Permissions

        /// A caller.
        ///
        /// - Parameters:
        ///   - subject: A name for logs and for limits; nil if there is none.
        ///   - issuer: Who says so, if there may be several.
        ///   - permissions: The permissions by namespace.
        ///   - permissionsEverywhere: The permissions for every namespace.
        public init(
            subject: String?,
            issuer: String? = nil,
            permissions: [Namespace: Permissions] = [:],
            permissionsEverywhere: Permissions = []
        ) {
            self.subject = subject
            self.issuer = issuer
            self.permissions = permissions
            self.permissionsEverywhere = permissionsEverywhere
        }

        /// Whether the caller may do something with a namespace.
        func may(_ wanted: Permissions, in namespace: Namespace) -> Bool {
            self.permissionsEverywhere.union(self.permissions[namespace] ?? []).isSuperset(of: wanted)
        }
    }

    /// Why nobody knows who sends a request.
    ///
    /// The answer has status 401 and the message as its text; the details go to the log.
    public struct AuthenticationError: Error, Hashable, Sendable {
        /// What is wrong and what to do; for the caller.
        public var message: String
        /// What only the operator may read.
        public var detail: String?

        /// An error.
        ///
        /// - Parameters:
        ///   - message: What is wrong and what to do; for the caller.
        ///   - detail: What only the operator may read.
        public init(message: String, detail: String? = nil) {
            self.message = message
            self.detail = detail
        }
    }
}
