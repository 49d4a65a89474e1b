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
    "Schedules on a real server",
    .enabled(if: LiveServices.isThere, LiveServices.skipped),
    .timeLimit(.minutes(3))
)
struct ScheduleTests {
    @Test(
        "A schedule is created, described, changed, triggered, paused, listed and deleted",
        arguments: StorageMode.allCases
    )
    func life(_ mode: StorageMode) async throws {
        let value = mode.blob()
        try await mode.withClient { client in
            let id = "schedule-\(UUID().uuidString)"
            let start = WorkflowStart("Echo", options: try mode.options("scheduled"), input: value)
            var spec = ScheduleSpec(intervals: [.init(every: .seconds(3600), offset: .seconds(60))])
            spec.calendars = [.init(hour: [9, .init(12, through: 15, step: 3)], dayOfWeek: [.init(1, through: 5)])]
            spec.jitter = .seconds(1)
            let schedule = Schedule(starting: start, spec: spec, state: .init(note: "n", isPaused: true))
            let handle = try await client.createSchedule(id, schedule, options: .init(memo: ["m": value]))

            let exists = await #expect(throws: TemporalError.self) { try await client.createSchedule(id, schedule) }
            #expect(exists?.code == .scheduleAlreadyExists)

            let described = try await handle.describe()
            #expect(described.schedule.state == schedule.state)
            #expect(described.schedule.spec.intervals == spec.intervals)
            #expect(described.schedule.spec.calendars == spec.calendars)
            #expect(described.schedule.spec.jitter == .seconds(1))
            #expect(try await described.memo.value("m", as: [UInt8].self) == value)
            guard case .existing(let action) = described.schedule.action else {
                Issue.record("the action came otherwise")
                return
            }
            #expect(action.type == "Echo")
            #expect(try await action.input(as: [UInt8].self) == value)

            try await handle.update { description in
                var schedule = description.schedule
                schedule.spec.intervals = [.init(every: .seconds(7200))]
                schedule.policy.pausesOnFailure = true
                return schedule
            }
            try await handle.update { _ in nil }
            try await handle.unpause(note: "go")
            let changed = try await handle.describe()
            #expect(changed.schedule.spec.intervals == [.init(every: .seconds(7200))])
            #expect(changed.schedule.spec.calendars == spec.calendars)
            #expect(changed.schedule.policy.pausesOnFailure)
            #expect(!changed.schedule.state.isPaused)
            #expect(changed.schedule.state.note == "go")
            #expect(!changed.nextActionTimes.isEmpty)

            try await handle.trigger()
            var run: ScheduledRun?
            try await eventually {
                run = try await handle.describe().recentActions.last
                return run != nil
            }
            let started = try #require(run)
            let result = client.workflowHandle(id: started.workflowID, returning: [UInt8].self)
            #expect(try await result.result() == value)

            try await handle.pause(note: "stop")
            #expect(try await handle.describe().schedule.state == .init(note: "stop", isPaused: true))
            try await eventually {
                for try await entry in client.listSchedules() where entry.id == id && entry.isPaused {
                    return entry.workflowType == "Echo" && entry.note == "stop"
                }
                return false
            }
            try await handle.delete()
            let gone = await #expect(throws: TemporalError.self) { try await handle.describe() }
            #expect(gone?.code == .notFound)
        }
    }

    @Test("A backfill does what was not done; a new action replaces the old one", arguments: StorageMode.allCases)
    func backfill(_ mode: StorageMode) async throws {
        let (value, other) = (mode.blob(), mode.blob())
        try await mode.withClient { client in
            let id = "schedule-\(UUID().uuidString)"
            let start = WorkflowStart("Echo", options: try mode.options("scheduled"), input: value)
            let schedule = Schedule(
                starting: start,
                spec: .init(intervals: [.init(every: .seconds(3600))]),
                policy: .init(overlap: .allowAll),
                state: .init(isPaused: true)
            )
            let handle = try await client.createSchedule(id, schedule)
            try await handle.update { description in
                var schedule = description.schedule
                schedule.action = .workflow(.init("Echo", options: try mode.options("scheduled"), input: other))
                return schedule
            }
            let now = Date(timeIntervalSince1970: (Date().timeIntervalSince1970 / 3600).rounded(.down) * 3600)
            try await handle.backfill([.init(from: now - 7200, to: now - 3600, overlap: .allowAll)])
            var runs: [ScheduledRun] = []
            try await eventually {
                runs = try await handle.describe().recentActions
                return runs.count == 2
            }
            for run in runs {
                let result = client.workflowHandle(id: run.workflowID, returning: [UInt8].self)
                #expect(try await result.result() == other)
            }
            try await handle.delete()
        }
    }
}
