//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
import TemporalAPI
import Testing

@testable import WorkflowEngine

@Suite("Long histories are gone through in parts")
struct HistoryPartTests {
    /// Rounds of an activity each, as a server writes them: `rounds` times six events behind the first three.
    private static func events(rounds: Int, bytes: Int64 = 0) -> [API.Event] {
        var types: [API.Event.OneOf_Attributes] = [.workflowExecutionStartedEventAttributes(.init())]
        for _ in 0..<rounds {
            var completed = Temporal_Api_History_V1_ActivityTaskCompletedEventAttributes()
            completed.result.payloads = [.with { $0.externalPayloads = [.with { $0.sizeBytes = bytes }] }]
            types += [
                .workflowTaskScheduledEventAttributes(.init()), .workflowTaskStartedEventAttributes(.init()),
                .workflowTaskCompletedEventAttributes(.init()), .activityTaskScheduledEventAttributes(.init()),
                .activityTaskStartedEventAttributes(.init()),
                .activityTaskCompletedEventAttributes(completed),
            ]
        }
        types += [.workflowTaskScheduledEventAttributes(.init()), .workflowTaskStartedEventAttributes(.init())]
        return types.enumerated().map { index, attributes in
            .with { event in
                event.eventID = Int64(index + 1)
                event.attributes = attributes
                event.eventType =
                    switch attributes {
                    case .workflowTaskScheduledEventAttributes: .workflowTaskScheduled
                    case .workflowTaskStartedEventAttributes: .workflowTaskStarted
                    case .workflowTaskCompletedEventAttributes: .workflowTaskCompleted
                    case .activityTaskScheduledEventAttributes: .activityTaskScheduled
                    case .activityTaskStartedEventAttributes: .activityTaskStarted
                    case .activityTaskCompletedEventAttributes: .activityTaskCompleted
                    default: .workflowExecutionStarted
                    }
            }
        }
    }

    private static let lastOfPart: [Temporal_Api_Enums_V1_EventType] = [
        .workflowTaskStarted, .workflowTaskCompleted, .activityTaskScheduled,
    ]

    @Test("A short history has no parts, and neither has what was processed")
    func short() {
        let events = Self.events(rounds: 20)
        #expect(HistoryPart.parts(of: events, after: 0).isEmpty)
        #expect(HistoryPart.parts(of: events, after: 0, eventLimit: 30).count == 3)
        #expect(HistoryPart.parts(of: events, after: 100, eventLimit: 30).isEmpty)
        #expect(HistoryPart.parts(of: [], after: 0).isEmpty)
    }

    @Test("Parts end with a task and what it made, the next begins behind that task; the open task is in none")
    func divided() {
        let events = Self.events(rounds: 20)
        let parts = HistoryPart.parts(of: events, after: 0, eventLimit: 30)
        var next: Int64 = 1
        for part in parts {
            #expect(part.events.first?.eventID == next)
            #expect(part.events.suffix(3).map(\.eventType) == Self.lastOfPart)
            #expect(part.events.map(\.eventID) == Array(next..<(next + Int64(part.events.count))))
            next = (part.events.last?.eventID ?? 0) - 1
        }
        #expect(next <= Int64(events.count) - 2)
    }

    @Test("What payloads refer to bounds a part as well")
    func bytes() {
        #expect(HistoryPart.parts(of: Self.events(rounds: 13, bytes: 20 * 1_048_576), after: 0).count == 3)
        #expect(HistoryPart.parts(of: Self.events(rounds: 3, bytes: .max), after: 0).count <= 3)
    }
}
