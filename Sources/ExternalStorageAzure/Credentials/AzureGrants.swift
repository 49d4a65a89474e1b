//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import CredentialExchange
internal import CredentialRefresh
internal import ExternalStorageCore
internal import Logging

/// What one request is authorised with.
enum AzureGrant: Sendable {
    case anonymous
    case sharedKey(SharedKey)
    /// A query, without the question mark.
    case sas(String)
    case bearer(String)
}

/// Keeps what is in use, and gets the next token before one expires.
struct AzureGrants: Sendable {
    private enum Kept: Sendable {
        case fixed(AzureGrant)
        case token(RefreshedCredential<String>)
    }

    private let kept: Kept

    /// - Throws: `invalidConfiguration` for a key or a signature that is none.
    init(
        _ credentials: AzureCredentials,
        account: String,
        machine: CredentialMachine,
        logger: Logger
    ) throws(ExternalStorageError) {
        func refuse(_ message: String) -> ExternalStorageError {
            ExternalStorageError(code: .invalidConfiguration, message: message)
        }
        switch credentials.base {
        case .anonymous: self.kept = .fixed(.anonymous)
        case .sharedKey(let text):
            guard let key = SharedKey(account: account, key: text.trimmingSpace()) else {
                throw refuse("the key of the storage account is not Base64")
            }
            self.kept = .fixed(.sharedKey(key))
        case .sas(let text):
            let query = text.trimmingSpace().drop { $0 == "?" }
            guard query.contains("sig="), query.utf8.allSatisfy({ 0x20 < $0 && $0 < 0x7f && $0 != UInt8(ascii: "#") })
            else { throw refuse("the shared access signature is none: it has no sig=") }
            self.kept = .fixed(.sas(String(query)))
        case let base:
            let source = AzureTokenSource(machine: machine)
            self.kept = .token(
                RefreshedCredential(
                    name: "Azure credentials",
                    logger: logger,
                    now: machine.now,
                    random: machine.random
                ) {
                    try await source.token(base)
                }
            )
        }
    }

    func grant() async throws -> AzureGrant {
        switch self.kept {
        case .fixed(let grant): grant
        case .token(let kept): .bearer(try await kept.value())
        }
    }

    /// Forgets a token that was refused, unless there is a newer one already.
    func invalidate(_ token: String) {
        guard case .token(let kept) = self.kept else { return }
        kept.invalidate { $0 == token }
    }
}
