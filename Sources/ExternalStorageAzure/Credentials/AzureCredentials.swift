//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import ExternalStorageCore

/// What requests to Azure Blob Storage are authorised with.
///
/// Tokens are asked for before they are needed, kept until shortly before they expire, and asked for once for all who wait.
/// No description shows a secret.
public struct AzureCredentials: Sendable {
    enum Base: Sendable {
        case anonymous
        case sharedKey(String)
        case sas(String)
        case environment
        case clientSecret(tenantID: String, clientID: String, clientSecret: String)
        case workloadIdentity(tenantID: String?, clientID: String?, tokenFile: String?)
        case managedIdentity(clientID: String?)
        case custom(@Sendable () async throws -> AzureAccessToken)
    }

    let base: Base

    /// None: for containers that anybody may read.
    public static let anonymous = Self(base: .anonymous)

    /// A key of the storage account.
    ///
    /// - Parameter key: The key in Base64, as the portal shows it.
    /// - Returns: The credentials; the key is looked at when a driver is made.
    public static func sharedKey(_ key: String) -> Self { Self(base: .sharedKey(key)) }

    /// A shared access signature, of the account, the container or a user delegation.
    ///
    /// Writers need the permission `c`, and `w` where payloads are written in blocks; readers need `r`.
    ///
    /// - Parameter token: Its query, with or without the question mark.
    /// - Returns: The credentials.
    public static func sharedAccessSignature(_ token: String) -> Self { Self(base: .sas(token)) }

    /// What Azure's own libraries find in the environment: a client's secret, else a workload's identity, else the
    /// identity of the machine.
    ///
    /// The first that is configured decides: one that is refused does not make way for the next.
    /// `AZURE_TOKEN_CREDENTIALS` narrows the search to one of `EnvironmentCredential`, `WorkloadIdentityCredential` and
    /// `ManagedIdentityCredential`.
    public static let environment = Self(base: .environment)

    /// An application of Entra ID, by its secret.
    ///
    /// - Parameters:
    ///   - tenantID: The directory.
    ///   - clientID: The application.
    ///   - clientSecret: Its secret.
    /// - Returns: The credentials.
    public static func clientSecret(tenantID: String, clientID: String, clientSecret: String) -> Self {
        Self(base: .clientSecret(tenantID: tenantID, clientID: clientID, clientSecret: clientSecret))
    }

    /// An application of Entra ID that trusts the tokens of another issuer, as in a pod of AKS.
    ///
    /// - Parameters:
    ///   - tenantID: The directory; nil for `AZURE_TENANT_ID`.
    ///   - clientID: The application; nil for `AZURE_CLIENT_ID`.
    ///   - tokenFile: Where the issuer's token lies; read anew for every token. Nil for `AZURE_FEDERATED_TOKEN_FILE`.
    /// - Returns: The credentials.
    public static func workloadIdentity(
        tenantID: String? = nil,
        clientID: String? = nil,
        tokenFile: String? = nil
    ) -> Self {
        Self(base: .workloadIdentity(tenantID: tenantID, clientID: clientID, tokenFile: tokenFile))
    }

    /// The identity of a virtual machine, an app service or a container app.
    ///
    /// - Parameter clientID: Which, if it is assigned by a user; nil for the machine's own.
    /// - Returns: The credentials.
    public static func managedIdentity(clientID: String? = nil) -> Self {
        Self(base: .managedIdentity(clientID: clientID))
    }

    /// Tokens from a source of your own.
    ///
    /// - Parameter fetch: Gives a token for the scope `https://storage.azure.com/.default`; called by one caller at a
    ///   time, and again before the token expires.
    /// - Returns: The credentials.
    public static func tokens(_ fetch: @escaping @Sendable () async throws -> AzureAccessToken) -> Self {
        Self(base: .custom(fetch))
    }

    /// Whether requests carry something that nobody on the way may read; a shared key stays here and signs.
    var sendsSecrets: Bool {
        switch self.base {
        case .anonymous, .sharedKey: false
        default: true
        }
    }
}

extension AzureCredentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The kind of the credentials.
    public var description: String {
        let kind =
            switch self.base {
            case .anonymous: "anonymous"
            case .sharedKey: "shared key"
            case .sas: "shared access signature"
            case .environment: "environment"
            case .clientSecret: "client secret"
            case .workloadIdentity: "workload identity"
            case .managedIdentity: "managed identity"
            case .custom: "tokens"
            }
        return "AzureCredentials(\(kind))"
    }

    /// The same as ``description``.
    public var debugDescription: String { self.description }

    /// Shows nothing: what is inside may be a key.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// A token for Azure Storage.
public struct AzureAccessToken: Sendable {
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

extension AzureAccessToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The type's name and the time it is good until.
    public var description: String { "AzureAccessToken(expiration: \(self.expiration.map(String.init) ?? "none"))" }

    /// The same as ``description``.
    public var debugDescription: String { self.description }

    /// Shows the time alone.
    public var customMirror: Mirror { Mirror(self, children: ["expiration": self.expiration as Any]) }
}
