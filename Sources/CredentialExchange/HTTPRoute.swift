//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import AsyncHTTPClient
internal import NIOSSL

/// How a host is reached: through which proxy, and which certificates are trusted.
package struct HTTPRoute: Sendable, Hashable {
    /// The path of the certificates to trust; nil for the system's.
    package var certificateBundle: String?
    /// The proxy; nil for none.
    package var proxy: HTTPProxy?

    package init(certificateBundle: String? = nil, proxy: HTTPProxy? = nil) {
        self.certificateBundle = certificateBundle
        self.proxy = proxy
    }
}

/// A route that cannot be taken: somebody has to change a setting.
package struct HTTPRouteError: Error, CustomStringConvertible {
    /// Which setting.
    package var source: String
    /// What is wrong with it; nothing secret.
    package var message: String
    package var cause: (any Error)?

    package init(source: String, message: String, cause: (any Error)? = nil) {
        self.source = source
        self.message = message
        self.cause = cause
    }

    package var description: String { "\(self.source): \(self.message)" }
}

extension HTTPClient.Configuration {
    /// Accepts nothing older than TLS 1.2 (ES-R8).
    package mutating func demandModernTLS() {
        var tls = self.tlsConfiguration ?? .makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        self.tlsConfiguration = tls
    }

    /// Takes a route; reads the certificates, which takes a moment.
    ///
    /// - Throws: ``HTTPRouteError`` if there are no certificates in the file.
    package mutating func take(_ route: HTTPRoute) throws(HTTPRouteError) {
        if let path = route.certificateBundle {
            let certificates: [NIOSSLCertificate]
            do {
                certificates = try NIOSSLCertificate.fromPEMFile(path)
            } catch {
                throw HTTPRouteError(
                    source: "the certificates to trust",
                    message: "\(path) cannot be read as certificates in PEM form",
                    cause: error
                )
            }
            var tls = self.tlsConfiguration ?? .makeClientConfiguration()
            tls.trustRoots = .certificates(certificates)
            self.tlsConfiguration = tls
        }
        guard let proxy = route.proxy else { return }
        let authorization = proxy.credentials.map {
            HTTPClient.Authorization.basic(username: $0.user, password: $0.password)
        }
        self.proxy = .server(host: proxy.host, port: proxy.port, authorization: authorization)
    }
}
