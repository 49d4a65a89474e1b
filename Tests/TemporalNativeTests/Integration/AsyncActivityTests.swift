//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import Foundation
import Testing

@testable import TemporalNative

@Suite(
    "Activities that are completed by the client",
    .enabled(if: LiveServices.isThere, LiveServices.skipped),
    .timeLimit(.minutes(3))
)
struct AsyncActivityTests {
    /// Starts a workflow that waits, and gives its handle and the task token of the activity.
    private static func waiting(
        _ client: TemporalClient,
        _ mode: StorageMode
    ) async throws -> (WorkflowHandle<[UInt8]>, token: Data) {
        let handle = try await client.startWorkflow(
            "Waiting",
            options: mode.options("waiting"),
            returning: [UInt8].self
        )
        var token: Data?
        try await eventually {
            guard let activity = try await handle.describe().pendingActivities.first, activity.state == .started else {
                return false
            }
            token = try? await activity.heartbeatDetails(as: Data.self)
            return token != nil
        }
        return (handle, try #require(token))
    }

    @Test("By token: heartbeat and completion with large values", arguments: StorageMode.allCases)
    func byToken(_ mode: StorageMode) async throws {
        let value = mode.blob()
        try await mode.withClient { client in
            let (handle, token) = try await Self.waiting(client, mode)
            let activity = client.activityHandle(taskToken: token)
            try await activity.heartbeat(value, 2)
            let pending = try #require(await handle.describe().pendingActivities.first)
            #expect(pending.type == "hand-over")
            #expect(pending.attempt == 1)
            let (bytes, number) = try await pending.heartbeatDetails(as: [UInt8].self, Int.self)
            #expect(bytes == value)
            #expect(number == 2)
            try await activity.complete(value)
            #expect(try await handle.result() == value)
            let over = await #expect(throws: TemporalError.self) { try await activity.heartbeat() }
            #expect(over?.code == .notFound)
        }
    }

    @Test("By id: failure with large details", arguments: StorageMode.allCases)
    func byID(_ mode: StorageMode) async throws {
        let value = mode.blob()
        try await mode.withClient { client in
            let (handle, _) = try await Self.waiting(client, mode)
            let activity = client.activityHandle(workflowID: handle.id, activityID: "hand-over")
            try await activity.heartbeat(value)
            try await activity.fail(ApplicationFailure("not today", type: "Later", details: [value]))
            let error = await #expect(throws: TemporalError.self) { try await handle.result() }
            #expect(error?.code == .workflowFailed)
            let failure = try #require(error?.failure)
            #expect(failure.kind == .activity)
            #expect(failure.activity?.type == "hand-over")
            #expect(failure.cause?.application?.type == "Later")
            #expect(failure.cause?.source == failureSource)
            #expect(try #require(failure.cause).details(as: [UInt8].self) == value)
        }
    }

    @Test("A cancellation is told by the heartbeat, and reported", arguments: StorageMode.allCases)
    func cancellation(_ mode: StorageMode) async throws {
        let value = mode.blob()
        try await mode.withClient { client in
            for isByToken in [true, false] {
                let (handle, token) = try await Self.waiting(client, mode)
                let activity =
                    isByToken
                    ? client.activityHandle(taskToken: token)
                    : client.activityHandle(workflowID: handle.id, activityID: "hand-over")
                try await handle.cancel()
                try await eventually {
                    do {
                        try await activity.heartbeat(value)
                        return false
                    } catch let error as TemporalError where error.code == .activityCanceled {
                        return true
                    }
                }
                try await activity.reportCancellation(details: value)
                let error = await #expect(throws: TemporalError.self) { try await handle.result() }
                #expect(error?.code == .workflowCanceled)
            }
        }
    }
}
