//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Gets a key set by HTTP; redirects are not followed.
struct HTTPKeyFetcher: JWTKeyFetcher {
    private struct Failure: Error {
        var reason: String
    }

    private static let sizeLimit = 1_048_576

    /// Follows nothing; shared by all authenticators of the process, and never shut down.
    private static let client = HTTPClient(
        eventLoopGroup: HTTPClient.defaultEventLoopGroup,
        configuration: {
            var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
            configuration.timeout = .init(connect: .seconds(5), read: .seconds(5))
            return configuration
        }()
    )

    var url: String

    func fetch() async throws -> Data {
        let response = try await Self.client.execute(HTTPClientRequest(url: self.url), timeout: .seconds(10))
        guard response.status == .ok else { throw Failure(reason: "status \(response.status.code)") }
        let body = try await response.body.collect(upTo: Self.sizeLimit)
        return Data(body.readableBytesView)
    }
}
