//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import CredentialExchange
internal import CredentialRefresh
internal import Groundwork

extension GoogleTokenSource {
    private static let source = "metadata server"
    private static let flavor = (name: "Metadata-Flavor", value: "Google")

    /// The token of the service account that is attached to the machine.
    func metadataServer() async throws -> Grant {
        let scope = PercentEncoding.unreserved.encode(GoogleGrant.storageScope)
        let response = try await self.metadata("/instance/service-accounts/default/token?scopes=\(scope)")
        if response.status == 404 {
            throw CredentialsError(.refused, source: Self.source, "no service account is attached to this machine")
        }
        let grant = try OAuthToken.grant(response, source: Self.source)
        guard let lifetime = grant.lifetime else {
            throw CredentialsError(.invalidResponse, source: Self.source, "the token has no time")
        }
        let universe = try await self.metadata("/universe/universe-domain")
        let domain = universe.status == 200 ? universe.text.trimmingSpace() : ""
        return Grant(
            self.granted(
                grant.token,
                origin: "service account of this machine, by its metadata server",
                quotaProject: nil,
                universe: domain.isEmpty ? nil : domain
            ),
            expiration: self.machine.now() + lifetime
        )
    }

    /// Whether there is a metadata server, or the machine says that there should be one.
    func isOnGoogleCloud() async throws -> Bool {
        // The name of the product that firmware reports: with it a server that is slow to answer is waited for.
        if let name = try? await self.machine.readFile("/sys/class/dmi/id/product_name"),
            String(decoding: name, as: UTF8.self).trimmingSpace().hasPrefix("Google")
        {
            return true
        }
        let host = self.machine.value("GCE_METADATA_IP") ?? self.configuredHost ?? "169.254.169.254"
        guard let url = ServiceURL("http://\(host)/") else { return false }
        let request = CredentialsRequest(url: url, headers: [Self.flavor], timeout: .seconds(3))
        do {
            let response = try await self.machine.send(
                request,
                source: Self.source,
                isLocal: true,
                pauses: [.milliseconds(100), .milliseconds(200)]
            ) { _ in false }
            return response.header(Self.flavor.name) == Self.flavor.value
        } catch {
            try Task.checkCancellation()
            return false
        }
    }

    private var configuredHost: String? {
        self.machine.value("GCE_METADATA_HOST") ?? self.machine.value("GCE_METADATA_ROOT")
    }

    /// Asks the server; for a while also when it says no: on GKE an identity needs some seconds to come up.
    private func metadata(_ path: String) async throws -> CredentialsResponse {
        let host = self.configuredHost ?? "metadata.google.internal"
        guard let url = ServiceURL("http://\(host)/computeMetadata/v1\(path)") else {
            throw CredentialsError(.invalidConfiguration, source: Self.source, "GCE_METADATA_HOST is no host")
        }
        let isToken = path.contains("token")
        let response = try await self.machine.send(
            CredentialsRequest(url: url, headers: [Self.flavor], timeout: .seconds(5)),
            source: Self.source,
            isLocal: true,
            pauses: [.milliseconds(500), .seconds(1), .seconds(2), .seconds(4)]
        ) { response in
            [429, 500, 502, 503, 504].contains(response.status) || (isToken && [403, 404].contains(response.status))
        }
        guard response.header(Self.flavor.name) == Self.flavor.value else {
            throw CredentialsError(
                .invalidResponse,
                source: Self.source,
                "\(url.authority) is no metadata server of Google: its answer lacks Metadata-Flavor"
            )
        }
        return response
    }
}
