//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import ExternalStorageCore

/// Account, address and credentials, as far as a connection string or the environment says them.
struct AzureConnection: Sendable {
    /// The account that Azurite has, and its published key.
    private static let developmentAccount = "devstoreaccount1"
    private static let developmentKey =
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="

    var account: String?
    var endpointURL: String?
    var suffix: String?
    var credentials: AzureCredentials?

    /// What is known without looking anywhere.
    init(account: String? = nil, endpointURL: String? = nil, credentials: AzureCredentials? = nil) {
        self.account = account
        self.endpointURL = endpointURL
        self.credentials = credentials
    }

    /// Reads a connection string.
    ///
    /// - Throws: `invalidConfiguration`; nothing of the string is in its text but names of fields.
    init(connectionString: String) throws(ExternalStorageError) {
        func refuse(_ message: String) -> ExternalStorageError {
            ExternalStorageError(code: .invalidConfiguration, message: "the connection string \(message)")
        }
        var fields: [String: String] = [:]
        for part in connectionString.split(separator: ";") {
            let trimmed = part.drop { $0 == " " || $0 == "\n" }
            guard !trimmed.isEmpty else { continue }
            // Keys and signatures hold equals signs themselves.
            guard let separator = trimmed.firstIndex(of: "="), separator > trimmed.startIndex else {
                throw refuse("is no list of NAME=VALUE;NAME=VALUE")
            }
            fields[trimmed[..<separator].lowercased()] = String(trimmed[trimmed.index(after: separator)...])
        }
        if fields["usedevelopmentstorage"]?.lowercased() == "true" {
            self.account = Self.developmentAccount
            self.endpointURL = "http://127.0.0.1:10000/\(Self.developmentAccount)"
            self.credentials = .sharedKey(Self.developmentKey)
            return
        }
        self.endpointURL = fields["blobendpoint"]
        self.suffix = fields["endpointsuffix"]
        self.account = fields["accountname"] ?? self.endpointURL.flatMap { Self.account(in: $0) }
        if let scheme = fields["defaultendpointsprotocol"], scheme.lowercased() == "http", self.endpointURL == nil,
            let account = self.account
        {
            self.endpointURL = "http://\(account).blob.\(self.suffix ?? "core.windows.net")"
        }
        if let key = fields["accountkey"] {
            self.credentials = .sharedKey(key)
        } else if let token = fields["sharedaccesssignature"] {
            self.credentials = .sharedAccessSignature(token)
        }
        guard self.account != nil else { throw refuse("names neither AccountName nor BlobEndpoint") }
    }

    /// What is given, and from the environment what is not.
    ///
    /// A key in the environment belongs to the account there, and never goes to another one.
    ///
    /// - Throws: `invalidConfiguration`.
    init(
        account: String?,
        credentials: AzureCredentials?,
        environment: (_ name: String) -> String?
    ) throws(ExternalStorageError) {
        self.init(account: account, credentials: credentials)
        guard account == nil || credentials == nil else { return }
        let found = try Self(environment: environment)
        guard account == nil || account == found.account else { return }
        self = found
        if let credentials { self.credentials = credentials }
    }

    /// What the environment says: a connection string before single variables.
    init(environment: (_ name: String) -> String?) throws(ExternalStorageError) {
        if let text = environment("AZURE_STORAGE_CONNECTION_STRING") {
            try self.init(connectionString: text)
            return
        }
        self.init(account: environment("AZURE_STORAGE_ACCOUNT"))
        if let key = environment("AZURE_STORAGE_KEY") {
            self.credentials = .sharedKey(key)
        } else if let token = environment("AZURE_STORAGE_SAS_TOKEN") {
            self.credentials = .sharedAccessSignature(token)
        }
    }

    /// The account in an address such as `https://ACCOUNT.blob.core.windows.net`.
    private static func account(in endpointURL: String) -> String? {
        guard let scheme = endpointURL.firstRange(of: "://") else { return nil }
        let host = endpointURL[scheme.upperBound...].prefix { $0 != "/" && $0 != ":" }
        guard host.contains(".blob.") else { return nil }
        return host.split(separator: ".").first.map(String.init)
    }
}
