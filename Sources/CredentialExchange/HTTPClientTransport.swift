//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import Synchronization

/// Sends requests through an `HTTPClient`.
package struct HTTPClientTransport: CredentialsTransport {
    /// The largest answer that is read, in bytes.
    package static let largestAnswer = 1_048_576

    /// The settings of the client that is used where the user gives none.
    ///
    /// Redirects are not followed: no answer may send a token or a signature to another host.
    package static var configuration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(5), read: .seconds(30)),
            decompression: .disabled
        )
        configuration.connectionPool.idleTimeout = .seconds(10)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        configuration.demandModernTLS()
        return configuration
    }

    /// The client that is used where none is given.
    ///
    /// It lives as long as the process, like `HTTPClient.shared`, which follows redirects.
    package static let shared = Self(
        HTTPClient(eventLoopGroupProvider: .singleton, configuration: Self.configuration)
    )

    /// What is used towards a cloud where no client is given: through the proxies of the environment, each route with a
    /// client of its own that lives as long as the process.
    package static func routed(_ proxies: ProxySettings) -> Self { Self(proxies: proxies) }

    private static let routes = Mutex<[HTTPRoute: HTTPClient]>([:])

    private enum Choice {
        case client(HTTPClient)
        case proxies(ProxySettings)
    }

    private let choice: Choice

    package init(_ client: HTTPClient) { self.choice = .client(client) }

    private init(proxies: ProxySettings) { self.choice = .proxies(proxies) }

    private func client(for request: CredentialsRequest) throws(HTTPRouteError) -> HTTPClient {
        switch self.choice {
        case .client(let client): return client
        case .proxies(let proxies):
            let url = request.url
            let route = HTTPRoute(
                certificateBundle: request.certificateBundle,
                proxy: try proxies.proxy(scheme: url.scheme, host: url.host, port: url.port)
            )
            guard route != HTTPRoute() else { return try Self.shared.client(for: request) }
            return try Self.routes.withLock { routes throws(HTTPRouteError) in
                if let known = routes[route] { return known }
                var configuration = Self.configuration
                try configuration.take(route)
                let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
                routes[route] = client
                return client
            }
        }
    }

    package func send(_ request: CredentialsRequest) async throws -> CredentialsResponse {
        var outgoing = HTTPClientRequest(url: request.url.description)
        outgoing.method = .RAW(value: request.method)
        for header in request.headers { outgoing.headers.add(name: header.name, value: header.value) }
        if !request.body.isEmpty || request.method == "POST" {
            outgoing.body = .bytes(ByteBuffer(bytes: request.body))
        }
        let deadline = NIODeadline.now() + TimeAmount(request.timeout)
        let response = try await self.client(for: request).execute(outgoing, deadline: deadline)
        let body = try await response.body.collect(upTo: Self.largestAnswer)
        return CredentialsResponse(
            status: Int(response.status.code),
            headers: response.headers.map { ($0.name, $0.value) },
            body: Array(body.readableBytesView)
        )
    }
}

extension HTTPClientTransport: CustomReflectable {
    /// Shows nothing: in the buffers of the client's connections there are requests with tokens.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
