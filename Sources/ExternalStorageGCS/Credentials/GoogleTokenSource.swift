//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import CredentialExchange
internal import CredentialRefresh
internal import Groundwork

/// Gets tokens, whatever the credentials are.
struct GoogleTokenSource: Sendable {
    typealias Grant = ExpiringCredential<GoogleGrant>

    let machine: CredentialMachine

    /// A new token for storage.
    func grant(_ base: GoogleCredentials.Base) async throws -> Grant {
        switch base {
        case .anonymous: return Grant(GoogleGrant(), expiration: nil)
        case .applicationDefault(let options): return try await self.applicationDefault(options)
        case .file(let path, let options): return try await self.grant(fromFile: path, options)
        case .json(let bytes, let options):
            let file = try GoogleCredentialFile(bytes, source: "credentials", isFile: false)
            return try await self.grant(file, options, from: "given by the program")
        case .metadataServer: return try await self.metadataServer()
        case .custom(let fetch):
            let token = try await fetch()
            return Grant(
                self.granted(token.value, origin: "tokens of the program's own", quotaProject: nil),
                expiration: token.expiration
            )
        }
    }

    /// The search of Google's libraries.
    private func applicationDefault(_ options: GoogleCredentials.Options) async throws -> Grant {
        if let path = self.machine.value("GOOGLE_APPLICATION_CREDENTIALS") {
            return try await self.grant(fromFile: path, options)
        }
        let wellKnown = self.gcloudFile
        if let path = wellKnown, try await self.exists(path) {
            return try await self.grant(fromFile: path, options)
        }
        let tried = "GOOGLE_APPLICATION_CREDENTIALS is not set, there is no \(wellKnown ?? "gcloud directory")"
        guard self.machine.value("NO_GCE_CHECK")?.lowercased() != "true" else {
            throw self.nothing(tried)
        }
        guard try await self.isOnGoogleCloud() else {
            throw self.nothing("\(tried), and no metadata server answers")
        }
        return try await self.metadataServer()
    }

    private func nothing(_ tried: String) -> CredentialsError {
        CredentialsError(
            .notConfigured,
            source: "application default credentials",
            "nothing found: \(tried). Set GOOGLE_APPLICATION_CREDENTIALS, run \"gcloud auth application-default login\", "
                + "or run where a service account is attached"
        )
    }

    private var gcloudFile: String? {
        let name = "application_default_credentials.json"
        if let directory = self.machine.value("CLOUDSDK_CONFIG") { return "\(directory)/\(name)" }
        return self.machine.value("HOME").map { "\($0)/.config/gcloud/\(name)" }
    }

    private func exists(_ path: String) async throws -> Bool {
        do {
            return try await self.machine.readFile(path) != nil
        } catch {
            try Task.checkCancellation()
            // It is there, and cannot be read: reading it again says why.
            return true
        }
    }

    private func grant(fromFile path: String, _ options: GoogleCredentials.Options) async throws -> Grant {
        let text = try await self.machine.text(of: path, source: "credential file")
        return try await self.grant(GoogleCredentialFile(text.utf8, source: path, isFile: true), options, from: path)
    }

    private func grant(
        _ file: GoogleCredentialFile,
        _ options: GoogleCredentials.Options,
        from place: String
    ) async throws -> Grant {
        let universe = self.machine.value("GOOGLE_CLOUD_UNIVERSE_DOMAIN") ?? file.universeDomain
        let trust = GoogleTrust(universe: universe, hosts: options.trustedHosts)
        let flow = GoogleTokenFlow(machine: self.machine, trust: trust, options: options)
        var grant = try await flow.token(file.kind, scope: GoogleGrant.storageScope)
        if let expiration = grant.expiration, expiration <= self.machine.now() {
            throw CredentialsError(
                .unavailable,
                source: file.kind.name,
                "the token has expired already; check the clock of this machine"
            )
        }
        grant.refresh = nil
        return Grant(
            self.granted(
                grant.value,
                origin: "\(file.kind.name)\(file.kind.email.map { " \($0)" } ?? ""), \(place)",
                quotaProject: file.quotaProject,
                universe: universe
            ),
            expiration: grant.expiration
        )
    }

    func granted(_ token: String, origin: String, quotaProject: String?, universe: String? = nil) -> GoogleGrant {
        GoogleGrant(
            token: token,
            quotaProject: self.machine.value("GOOGLE_CLOUD_QUOTA_PROJECT") ?? quotaProject,
            universeDomain: universe ?? self.machine.value("GOOGLE_CLOUD_UNIVERSE_DOMAIN")
                ?? GCSEndpoint.defaultUniverse,
            origin: origin
        )
    }
}
