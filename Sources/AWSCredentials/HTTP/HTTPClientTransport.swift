//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1

/// Sends requests through an `HTTPClient`.
package struct HTTPClientTransport: CredentialsTransport {
    /// The largest answer that is read, in bytes.
    static let largestAnswer = 1_048_576

    /// The settings of the client that is used where the user gives none.
    ///
    /// Redirects are not followed: no answer may send a token or a signature to another host.
    static var configuration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(5), read: .seconds(30)),
            decompression: .disabled
        )
        configuration.connectionPool.idleTimeout = .seconds(10)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        return configuration
    }

    /// The client that is used where none is given.
    ///
    /// It lives as long as the process, like `HTTPClient.shared`, which follows redirects.
    package static let shared = Self(
        HTTPClient(eventLoopGroupProvider: .singleton, configuration: Self.configuration)
    )

    private let client: HTTPClient

    package init(_ client: HTTPClient) { self.client = client }

    package func send(_ request: CredentialsRequest) async throws -> CredentialsResponse {
        var outgoing = HTTPClientRequest(url: request.url.description)
        outgoing.method = .RAW(value: request.method)
        for header in request.headers { outgoing.headers.add(name: header.name, value: header.value) }
        if !request.body.isEmpty || request.method == "POST" {
            outgoing.body = .bytes(ByteBuffer(bytes: request.body))
        }
        let deadline = NIODeadline.now() + TimeAmount(request.timeout)
        let response = try await self.client.execute(outgoing, deadline: deadline)
        let body = try await response.body.collect(upTo: Self.largestAnswer)
        return CredentialsResponse(status: Int(response.status.code), body: Array(body.readableBytesView))
    }
}

extension HTTPClientTransport: CustomReflectable {
    /// Shows nothing: in the buffers of the client's connections there are requests with tokens.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
