//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import TemporalAPI

/// A part of a history that a run goes through at a time.
///
/// Of a long history not all is loaded at once, and the code yields between its parts.
package struct HistoryPart: Sendable {
    /// Whole chunks, and behind them the events that stand for the commands of the last of them: the next part begins with
    /// these again.
    package var events: [API.Event]

    /// The most events of a part, as far as it can be divided.
    package static let eventLimit = 2_000
    /// The most bytes that payloads of a part refer to, as far as it can be divided.
    static let byteLimit: Int64 = 64 * 1_048_576

    /// Divides what stands before the last part of a history.
    ///
    /// - Parameters:
    ///   - events: The history of a task.
    ///   - known: The last event that has been processed.
    ///   - eventLimit: The most events of a part.
    /// - Returns: The parts; none for a history that is short. What is behind them is left to ``WorkflowRun/process(_:)``.
    package static func parts(
        of events: [API.Event],
        after known: Int64,
        eventLimit: Int = Self.eventLimit
    ) -> [Self] {
        var parts: [Self] = []
        var begin = events.firstIndex { $0.eventID > known } ?? events.endIndex
        var bytes: Int64 = 0
        for index in events.indices[begin...] {
            bytes = min(bytes + events[index].referencedBytes, Self.byteLimit)
            guard events[index].eventType == .workflowTaskStarted, index + 1 < events.endIndex,
                events[index + 1].eventType == .workflowTaskCompleted,
                index + 1 - begin >= eventLimit || bytes >= Self.byteLimit
            else { continue }
            let end = events[(index + 2)...].firstIndex { !$0.answersCommand } ?? events.endIndex
            parts.append(Self(events: Array(events[begin..<end])))
            begin = index + 1
            bytes = 0
        }
        return parts
    }
}

extension API.Event {
    /// How much is behind the references that stand in what the event brings for the code, at most a whole part.
    fileprivate var referencedBytes: Int64 {
        let payloads: [API.Payload] =
            switch self.attributes {
            case .workflowExecutionStartedEventAttributes(let started): started.input.payloads
            case .workflowExecutionSignaledEventAttributes(let signaled): signaled.input.payloads
            case .activityTaskCompletedEventAttributes(let completed): completed.result.payloads
            case .childWorkflowExecutionCompletedEventAttributes(let completed): completed.result.payloads
            case .nexusOperationCompletedEventAttributes(let completed): [completed.result]
            case .workflowExecutionUpdateAcceptedEventAttributes(let accepted):
                accepted.acceptedRequest.input.args.payloads
            case .workflowExecutionUpdateAdmittedEventAttributes(let admitted): admitted.request.input.args.payloads
            default: []
            }
        let limit = HistoryPart.byteLimit
        return payloads.flatMap(\.externalPayloads).reduce(0) { min($0 + min(max($1.sizeBytes, 0), limit), limit) }
    }
}
