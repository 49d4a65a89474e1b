//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AWSSigning
internal import CredentialExchange
internal import CredentialRefresh
internal import ExternalStorageCore
internal import Groundwork
internal import Logging
internal import StoreHTTP

/// What one request is authorised with.
enum AzureGrant: Sendable {
    case anonymous
    case sharedKey(SharedKey)
    /// A query, without the question mark.
    case sas(String)
    case bearer(String)
}

extension AzureGrant: CustomStringConvertible, CustomReflectable {
    var description: String { "AzureGrant" }

    /// Shows nothing: all of it is secret.
    var customMirror: Mirror { Mirror(self, children: []) }
}

/// Keeps what is in use, and gets the next token before one expires.
struct AzureGrants: Sendable {
    private enum Kept: Sendable {
        case fixed(AzureGrant)
        case token(RefreshedCredential<String>)
    }

    private let kept: Kept
    /// What they are, in words, and when they end if they say so themselves.
    private let words: @Sendable () throws -> CredentialsInUse

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
        let source = AzureTokenSource(machine: machine)
        self.words = {
            CredentialsInUse(try source.words(for: credentials.base), expiration: credentials.base.expiration)
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

    /// What requests carry, in words.
    func inUse() async throws -> CredentialsInUse {
        guard case .token(let kept) = self.kept else { return try self.words() }
        _ = try await kept.value()
        return CredentialsInUse(try self.words().text, expiration: kept.kept?.expiration)
    }

    /// Forgets a token that was refused, unless there is a newer one already.
    func invalidate(_ token: String) {
        guard case .token(let kept) = self.kept else { return }
        kept.invalidate { $0 == token }
    }
}

extension AzureCredentials.Base {
    /// When a shared access signature ends, in seconds since 1970-01-01T00:00:00Z: its entry `se`, a date or a time.
    fileprivate var expiration: Int64? {
        guard case .sas(let token) = self else { return nil }
        let entry = token.trimmingSpace().drop { $0 == "?" }.split(separator: "&").first { $0.hasPrefix("se=") }
        guard let entry else { return nil }
        let text = String(decoding: PercentEncoding.decode(entry.dropFirst(3)), as: UTF8.self)
        return (SigningTime(rfc3339: text) ?? SigningTime(rfc3339: "\(text)T00:00:00Z"))?.secondsSince1970
    }
}
