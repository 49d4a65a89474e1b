//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageWire
import Foundation
import GroundworkNIO
import NIOCore
import NIOPosix
import SwiftProtobuf
import TemporalAPI
import Testing

@testable import ExternalStorageGRPC

@Suite("What the event loop of a connection is spared", .timeLimit(.minutes(1)))
struct EventLoopTests {
    private static func task(inline count: Int) throws -> ByteBuffer {
        try WorkflowTask.with { task in
            task.taskToken = Data("token".utf8)
            task.history.events = [
                .with { event in
                    event.workflowExecutionStartedEventAttributes.input = .of(
                        .with { $0.data = Data(repeating: 7, count: count) }
                    )
                }
            ]
        }.buffer
    }

    @Test(
        "A large message without references gets its tokens elsewhere than on the event loop, a small one where it is",
        arguments: [4 << 20, 1_000]
    )
    func tokens(_ count: Int) async throws {
        let engine = MessageEngine(storage: nil, overtime: Overtime())
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let task = try Self.task(inline: count)
        let isElsewhere = count > 65_536
        try await withTaskExecutorPreference(EventLoopTaskExecutor(eventLoop)) {
            try await Self.onLoop(eventLoop, isElsewhere: isElsewhere) {
                let polled = try await engine.resolve(
                    task,
                    as: .pollWorkflowTaskQueueResponse,
                    for: ResolveRequest(namespace: "n", parents: ParentLedger(capacity: 1))
                )
                #expect(polled.message != nil)
            }
        }
    }

    /// The loop's turn comes when nothing else runs on it.
    @concurrent
    private static func onLoop(
        _ eventLoop: any EventLoop,
        isElsewhere: Bool,
        _ body: @Sendable () async throws -> Void
    ) async throws {
        #expect(eventLoop.inEventLoop)
        let other = NIOLoopBoundBox(false, eventLoop: eventLoop)
        let turn = eventLoop.submit { other.value = true }
        try await body()
        #expect(other.value == isElsewhere)
        try await turn.get()
    }
}
