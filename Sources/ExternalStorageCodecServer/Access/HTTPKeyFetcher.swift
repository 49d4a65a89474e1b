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
///
/// Other requests wait for a fetch, so all of it has to be done within a time, however slowly the last byte comes.
struct HTTPKeyFetcher: JWTKeyFetcher {
    /// Why there is no key set.
    struct Failure: Error {
        var reason: String
    }

    /// The largest key set that is read, in bytes.
    static let sizeLimit = 1_048_576

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
    /// For everything, from the name of the host to the last byte.
    var timeLimit: Duration = .seconds(10)

    func fetch() async throws -> Data {
        // The client's own time limits are for the beginning of a response and between two parts of it.
        let (url, limit) = (self.url, self.timeLimit)
        return try await withTimeLimit(limit) {
            let response = try await Self.client.execute(HTTPClientRequest(url: url), deadline: .distantFuture)
            guard response.status == .ok else { throw Failure(reason: "status \(response.status.code)") }
            do {
                return Data(try await response.body.collect(upTo: Self.sizeLimit).readableBytesView)
            } catch is NIOTooManyBytesError {
                throw Failure(reason: "it has more than \(Self.sizeLimit) bytes")
            }
        } onTimeout: {
            Failure(reason: "it did not come within \(limit)")
        }
    }
}
