//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
import TemporalAPI
import Testing

@testable import TemporalNative

@Suite("What a worker says of itself")
struct WorkerReportTests {
    @Test("ES-O3 The heartbeat names slots, polls, and the types of the drivers")
    func message() {
        func tasks(_ supplier: SlotSupplier, running: Int) -> WorkerReport.Tasks {
            .init(
                supplier: supplier,
                running: running,
                processed: 20,
                failed: 3,
                interval: .init(processed: 5, failed: 1)
            )
        }
        func polls(_ count: Int, isAutoscaling: Bool = false) -> WorkerReport.Polls {
            .init(underWay: count, lastAnswer: .init(seconds: 49, nanos: 0), isAutoscaling: isAutoscaling)
        }
        let report = WorkerReport(
            identity: .init(identity: "me", taskQueue: "q", driverTypes: ["aws.s3driver", "local"]),
            status: .running,
            now: .init(seconds: 50, nanos: 0),
            sinceLast: .seconds(60),
            activities: .init(tasks: tasks(.fixed(100), running: 7), polls: polls(4)),
            workflows: .init(
                tasks: tasks(.resourceBased(maximumSlots: 50), running: 2),
                localActivities: tasks(.fixed(10), running: 1),
                polls: polls(1),
                stickyPolls: polls(9, isAutoscaling: true),
                cacheHits: 8,
                cacheMisses: 6,
                cachedRuns: 5
            ),
            processorUsage: 0.5,
            memoryUsage: 0.25
        )
        let message = report.message
        #expect(message.drivers.map(\.type) == ["aws.s3driver", "local"])
        #expect(message.activityTaskSlotsInfo.currentAvailableSlots == 93)
        #expect(message.activityTaskSlotsInfo.currentUsedSlots == 7)
        #expect(message.activityTaskSlotsInfo.lastIntervalProcessedTasks == 5)
        #expect(message.activityTaskSlotsInfo.totalFailedTasks == 3)
        #expect(message.activityTaskSlotsInfo.slotSupplierKind == "Fixed")
        #expect(message.activityPollerInfo.currentPollers == 4)
        #expect(message.workflowTaskSlotsInfo.currentAvailableSlots == 48)
        #expect(message.workflowTaskSlotsInfo.slotSupplierKind == "ResourceBased")
        #expect(message.localActivitySlotsInfo.currentUsedSlots == 1)
        #expect(message.workflowPollerInfo.currentPollers == 1 && !message.workflowPollerInfo.isAutoscaling)
        #expect(message.workflowStickyPollerInfo.currentPollers == 9 && message.workflowStickyPollerInfo.isAutoscaling)
        #expect(message.totalStickyCacheHit == 8 && message.totalStickyCacheMiss == 6)
        #expect(message.currentStickyCacheSize == 5)
        #expect(message.elapsedSinceLastHeartbeat.seconds == 60)
        #expect(message.taskQueue == "q")
        #expect(message.workerIdentity == "me")
        #expect(!message.workerInstanceKey.isEmpty)
        #expect(!message.hostInfo.hostName.isEmpty)
        #expect(message.hostInfo.processID != "0")
    }

    @Test("Intervals count from one heartbeat to the next")
    func intervals() {
        var counters = WorkerCounters()
        for failed in [false, true, false] {
            counters.taskBegan()
            counters.taskEnded(failed: failed)
        }
        #expect(counters.takeInterval() == .init(processed: 3, failed: 1))
        #expect(counters.takeInterval() == .init(processed: 0, failed: 0))
        counters.taskBegan()
        #expect(counters.running == 1)
        #expect(counters.processed == 3)
    }

    @Test("Processor and memory usage are read from what Linux says")
    func usage() throws {
        let earlier = try #require(HostUsage.Ticks(stat: "cpu  100 0 100 700 100 0 0 0 0 0\ncpu0 1 1 1 1\n"))
        let later = try #require(HostUsage.Ticks(stat: "cpu  160 0 120 810 110 0 0 0 0 0\n"))
        #expect(later.usage(since: earlier) == 0.4)
        #expect(earlier.usage(since: nil) == 0.2)
        #expect(HostUsage.Ticks(stat: "intr 1 2 3") == nil)
        let memory = HostUsage.memoryUsage(meminfo: "MemTotal:  1000 kB\nMemFree: 1 kB\nMemAvailable:    250 kB\n")
        #expect(memory == 0.75)
        #expect(HostUsage.memoryUsage(meminfo: "") == nil)
    }

    #if os(Linux)
    @Test("They are there on this machine")
    func real() {
        #expect(HostUsage.currentTicks() != nil)
        #expect(HostUsage.currentMemoryUsage().map { (0...1).contains($0) } == true)
    }
    #endif
}
