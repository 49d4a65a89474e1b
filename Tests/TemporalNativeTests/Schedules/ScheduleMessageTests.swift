//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation
import GRPCCore
import SwiftProtobuf
import TemporalAPI
import Testing

@testable import TemporalNative

@Suite("Schedules, without a server", .timeLimit(.minutes(1)))
struct ScheduleMessageTests {
    private typealias Describe = WorkflowService.DescribeSchedule
    private typealias Update = WorkflowService.UpdateSchedule

    private static func described(_ token: UInt8) -> Describe.Output {
        .with {
            $0.conflictToken = Data([token])
            $0.schedule.action.startWorkflow.workflowType.name = "Report"
            $0.schedule.spec.timezoneData = Data([9])
            $0.schedule.policies.keepOriginalWorkflowID = true
        }
    }

    @Test("A change that was overtaken is asked for again, on the state as it is by then")
    func conflict() async throws {
        let overtaken = RPCError(code: .failedPrecondition, message: "mismatched conflict token")
        let channel = ScriptedChannel([
            .success(Self.described(1)), .failure(overtaken), .success(Self.described(2)), .success(Update.Output()),
        ])
        let handle = ScheduleHandle(id: "s", connection: channel.connection())
        var tokens: [Data] = []
        try await handle.update { description in
            tokens.append(description.conflictToken)
            var schedule = description.schedule
            schedule.state.isPaused = true
            return schedule
        }
        #expect(tokens == [Data([1]), Data([2])])
        let sent = channel.calls.compactMap { $0.request as? Update.Input }
        #expect(sent.map(\.conflictToken) == [Data([1]), Data([2])])
        #expect(sent.allSatisfy { $0.schedule.state.paused })
        // What is not known here is sent as it came.
        #expect(sent[1].schedule.action.startWorkflow.workflowType.name == "Report")
        #expect(sent[1].schedule.spec.timezoneData == Data([9]))
        #expect(sent[1].schedule.policies.keepOriginalWorkflowID)
    }

    @Test("A change that never fits is a conflict after ten tries")
    func endless() async throws {
        let overtaken = RPCError(code: .failedPrecondition, message: "mismatched conflict token")
        let channel = ScriptedChannel(
            (0..<10).flatMap { _ in
                [
                    Result<any Message, any Error>.success(Self.described(1)),
                    .failure(overtaken),
                ]
            }
        )
        let handle = ScheduleHandle(id: "s", connection: channel.connection())
        let error = await #expect(throws: TemporalError.self) { try await handle.update { $0.schedule } }
        #expect(error?.code == .conflict)
        #expect(channel.calls.count == 20)
    }

    @Test("A schedule that is there already is an error of its own")
    func exists() async throws {
        let channel = ScriptedChannel([.failure(RPCError(code: .alreadyExists, message: "is there"))])
        let client = TemporalClient(connection: channel.connection())
        let schedule = Schedule(
            starting: WorkflowStart("Report", options: .init(id: "r", taskQueue: "q")),
            spec: .init(intervals: [.init(every: .seconds(60))])
        )
        let error = await #expect(throws: TemporalError.self) { try await client.createSchedule("s", schedule) }
        #expect(error?.code == .scheduleAlreadyExists)
    }
}
