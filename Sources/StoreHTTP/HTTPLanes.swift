//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import AsyncHTTPClient
package import CredentialExchange
package import GroundworkNIO
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// HTTP clients, each with connections of its own, and whose turn it is.
package final class HTTPLanes: Sendable {
    package struct Lane: Sendable {
        package let httpClient: HTTPClient
        /// The thread of the client's connections: an answer that is read there changes no thread with every piece of it.
        ///
        /// Nil if there are several.
        package let executor: EventLoopTaskExecutor?

        package init(httpClient: HTTPClient, executor: EventLoopTaskExecutor?) {
            self.httpClient = httpClient
            self.executor = executor
        }
    }

    private let lanes: [Lane]
    private let loads: Mutex<[Int]>

    /// How many requests are under way in each lane.
    package var underWay: [Int] { self.loads.withLock { $0 } }

    package init(_ lanes: [Lane]) {
        self.lanes = lanes
        self.loads = Mutex(Array(repeating: 0, count: lanes.count))
    }

    /// The connections of one client.
    package convenience init(_ httpClient: HTTPClient) {
        let executor = EventLoopTaskExecutor(ofOneThread: httpClient.eventLoopGroup)
        self.init([Lane(httpClient: httpClient, executor: executor)])
    }

    /// What is used where no client is given: a client for each of the process's first event loops.
    ///
    /// They live as long as the process, like `HTTPClient.shared`, which follows redirects and repeats by itself.
    package static let shared = HTTPLanes(.forStores)

    private static let routed = Mutex<[HTTPRoute: HTTPLanes]>([:])

    /// The same for a route; one that needs neither proxy nor certificates is ``shared``.
    ///
    /// - Throws: `HTTPRouteError` if the certificates cannot be read.
    package static func lanes(for route: HTTPRoute) throws(HTTPRouteError) -> HTTPLanes {
        guard route != HTTPRoute() else { return .shared }
        return try self.routed.withLock { routed throws(HTTPRouteError) in
            if let known = routed[route] { return known }
            var configuration = HTTPClient.Configuration.forStores
            try configuration.take(route)
            let lanes = HTTPLanes(configuration)
            routed[route] = lanes
            return lanes
        }
    }

    /// A client for each of the process's first event loops.
    private convenience init(_ configuration: HTTPClient.Configuration) {
        self.init(
            MultiThreadedEventLoopGroup.singleton.makeIterator().prefix(8).map { eventLoop in
                Lane(
                    httpClient: HTTPClient(eventLoopGroupProvider: .shared(eventLoop), configuration: configuration),
                    executor: EventLoopTaskExecutor(eventLoop)
                )
            }
        )
    }

    /// Makes a request in the lane with the fewest, the first of them: a connection that is there is used again.
    package func withLane<Result: Sendable>(
        _ body: @concurrent @Sendable (Lane) async throws -> Result
    ) async throws -> Result {
        let index = self.loads.withLock { loads in
            let index = loads.indices.min { loads[$0] < loads[$1] } ?? 0
            loads[index] += 1
            return index
        }
        defer { self.loads.withLock { $0[index] -= 1 } }
        let lane = self.lanes[index]
        guard let executor = lane.executor else { return try await body(lane) }
        return try await withTaskExecutorPreference(executor) { try await body(lane) }
    }
}

extension HTTPClient.Configuration {
    /// The settings of a client that talks to an object store: no redirects, no repeating and no decompression behind the
    /// back of those who sign, count and hash.
    package static var forStores: Self {
        var configuration = Self(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(10), read: .seconds(60)),
            decompression: .disabled
        )
        configuration.connectionPool.idleTimeout = .seconds(20)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        configuration.demandModernTLS()
        return configuration
    }
}
