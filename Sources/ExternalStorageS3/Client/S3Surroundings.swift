//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AWSCredentials
internal import AWSSigning
internal import CredentialExchange
package import StoreHTTP
internal import Synchronization

/// What requests meet: the configuration, completed with what the environment and the shared files say.
struct S3Surroundings: Sendable {
    var endpoint: S3Endpoint.Options
    /// Whether checksums are sent that only protect.
    var sendsChecksums = true
    /// The path of the certificates to trust; nil for the system's.
    var certificateBundle: String?
    /// Nil if no proxies are used.
    var proxies: ProxySettings?

    /// What the configuration alone says.
    init(_ configuration: S3HTTPClient.Configuration) {
        self.endpoint = configuration.endpoint
        self.sendsChecksums = configuration.checksums != .whenRequired
    }

    /// Takes what the environment and the profile say where the configuration says nothing.
    mutating func complete(with settings: AWSServiceSettings, _ configuration: S3HTTPClient.Configuration) {
        self.endpoint.region = self.endpoint.region ?? settings.region
        self.endpoint.endpointURL = self.endpoint.endpointURL ?? settings.endpointURL(of: .s3)
        self.endpoint.usesFIPS = self.endpoint.usesFIPS || settings.usesFIPS
        self.endpoint.usesDualStack = self.endpoint.usesDualStack || settings.usesDualStack
        self.endpoint.usesARNRegion = self.endpoint.usesARNRegion && settings.usesARNRegion ?? true
        self.endpoint.disablesMultiRegionAccessPoints =
            self.endpoint.disablesMultiRegionAccessPoints || settings.disablesMultiRegionAccessPoints
        if configuration.checksums == nil { self.sendsChecksums = !settings.sendsRequiredChecksumsOnly }
        self.certificateBundle = settings.certificateBundle
    }
}

extension S3HTTPClient {
    /// What requests meet; read once.
    ///
    /// - Throws: `AWSCredentialsError`: files that cannot be read, a value that is none.
    func surroundings() async throws -> S3Surroundings {
        if let known = self.state.withLock({ $0.surroundings }) { return known }
        var surroundings = S3Surroundings(self.configuration)
        if let environment = self.configuration.environment {
            let settings = try await AWSServiceSettings(environment: environment, profile: self.configuration.profile)
            surroundings.complete(with: settings, self.configuration)
            surroundings.proxies = ProxySettings(environment.variables)
        }
        self.state.withLock { [surroundings] in $0.surroundings = surroundings }
        return surroundings
    }

    /// Whose connections requests to an endpoint take.
    ///
    /// - Throws: Why there are none: settings that cannot be read, a proxy that is none.
    package func connections(to endpoint: S3Endpoint) async throws -> HTTPLanes {
        try self.lanes(to: endpoint, await self.surroundings())
    }

    /// Whose connections lead to an endpoint.
    ///
    /// - Throws: `HTTPRouteError` for a proxy that is none and certificates that cannot be read.
    func lanes(to endpoint: S3Endpoint, _ surroundings: S3Surroundings) throws(HTTPRouteError) -> HTTPLanes {
        if let lanes = self.lanes { return lanes }
        var route = HTTPRoute(certificateBundle: surroundings.certificateBundle)
        if let proxies = surroundings.proxies, let url = ServiceURL("\(endpoint.scheme)://\(endpoint.authority)") {
            route.proxy = try proxies.proxy(scheme: url.scheme, host: url.host, port: url.port)
        }
        return try HTTPLanes.lanes(for: route)
    }
}
