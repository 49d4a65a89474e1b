//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AsyncHTTPClient
internal import ExternalStorageCore
internal import NIOPosix
internal import Synchronization

/// HTTP clients, each with connections of its own, and whose turn it is.
final class S3Lanes: Sendable {
    struct Lane: Sendable {
        let httpClient: HTTPClient
        /// The thread of the client's connections: an answer that is read there changes no thread with every piece of it.
        ///
        /// Nil if there are several.
        let executor: EventLoopTaskExecutor?
    }

    private let lanes: [Lane]
    private let loads: Mutex<[Int]>

    /// How many requests are under way in each lane.
    var underWay: [Int] { self.loads.withLock { $0 } }

    init(_ lanes: [Lane]) {
        self.lanes = lanes
        self.loads = Mutex(Array(repeating: 0, count: lanes.count))
    }

    /// The connections of one client.
    convenience init(_ httpClient: HTTPClient) {
        let executor = EventLoopTaskExecutor(ofOneThread: httpClient.eventLoopGroup)
        self.init([Lane(httpClient: httpClient, executor: executor)])
    }

    /// What is used where no client is given: a client for each of the process's first event loops.
    ///
    /// They live as long as the process, like `HTTPClient.shared`, which follows redirects and repeats by itself.
    static let shared = S3Lanes(
        MultiThreadedEventLoopGroup.singleton.makeIterator().prefix(8).map { eventLoop in
            Lane(
                httpClient: HTTPClient(
                    eventLoopGroupProvider: .shared(eventLoop),
                    configuration: S3HTTPClient.httpConfiguration
                ),
                executor: EventLoopTaskExecutor(eventLoop)
            )
        }
    )

    /// Makes a request in the lane with the fewest, the first of them: a connection that is there is used again.
    func withLane<Result: Sendable>(_ body: @concurrent @Sendable (Lane) async throws -> Result) async throws -> Result
    {
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
