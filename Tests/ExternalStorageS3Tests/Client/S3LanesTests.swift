//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AsyncHTTPClient
import ExternalStorageCore
import GroundworkNIO
import NIOCore
import NIOPosix
import StoreHTTP
import Testing

@testable import ExternalStorageS3

@Suite("Which HTTP client makes a request, and where", .timeLimit(.minutes(1)))
struct S3LanesTests {
    @Test("A request goes to the first lane with the fewest")
    func fewest() async throws {
        let httpClient = HTTPClient(eventLoopGroupProvider: .singleton)
        let lanes = S3Lanes(Array(repeating: .init(httpClient: httpClient, executor: nil), count: 2))
        try await lanes.withLane { _ in
            #expect(lanes.underWay == [1, 0])
            try await lanes.withLane { _ in #expect(lanes.underWay == [1, 1]) }
            try await lanes.withLane { _ in #expect(lanes.underWay == [1, 1]) }
        }
        #expect(lanes.underWay == [0, 0])
        try await httpClient.shutdown()
    }

    @Test("The clients that are used by default have a thread each, and a request is made on it")
    func shared() async throws {
        try await S3Lanes.shared.withLane { lane in
            #expect(lane.executor?.eventLoop.inEventLoop == true)
            #expect(lane.httpClient.eventLoopGroup.makeIterator().reduce(0) { count, _ in count + 1 } == 1)
        }
    }

    @Test("A client with several loops has its requests made where the caller is")
    func several() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        let httpClient = HTTPClient(eventLoopGroupProvider: .shared(group))
        try await S3Lanes(httpClient).withLane { lane in
            #expect(lane.executor == nil)
            #expect(MultiThreadedEventLoopGroup.currentEventLoop == nil)
        }
        try await httpClient.shutdown()
        try await group.shutdownGracefully()
    }

    @Test("An error leaves the lane as free as it was")
    func failure() async throws {
        struct Broken: Error {}
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let httpClient = HTTPClient(eventLoopGroupProvider: .shared(group))
        let lanes = S3Lanes(httpClient)
        await #expect(throws: Broken.self) { try await lanes.withLane { _ in throw Broken() } }
        #expect(lanes.underWay == [0])
        try await lanes.withLane { _ in #expect(lanes.underWay == [1]) }
        try await httpClient.shutdown()
        try await group.shutdownGracefully()
    }
}
