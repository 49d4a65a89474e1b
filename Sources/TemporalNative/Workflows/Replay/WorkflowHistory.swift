//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
import TemporalAPI
import WorkflowEngine

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// The history of a run, as the CLI (`temporal workflow show --output json`) and the Web UI export it.
public struct WorkflowHistory: Sendable {
    /// The id of the workflow.
    public let workflowID: String
    var history: Temporal_Api_History_V1_History

    /// Reads an exported history.
    ///
    /// Both spellings of the names of events are read, and fields that are not known here are ignored.
    ///
    /// - Parameters:
    ///   - json: The text.
    ///   - workflowID: The id of the workflow, where the history itself does not say it.
    /// - Throws: ``TemporalError/Code/invalidArgument`` if it is no history.
    public init(json: Data, workflowID: String = "replay") throws {
        do {
            self.history = try WorkflowHistoryJSON.history(json)
        } catch {
            throw TemporalError(code: .invalidArgument, message: "the history cannot be read: \(error)", cause: error)
        }
        guard let first = self.history.events.first, first.eventType == .workflowExecutionStarted else {
            throw TemporalError(
                code: .invalidArgument,
                message: "the history does not begin with the start of a workflow"
            )
        }
        let id = first.workflowExecutionStartedEventAttributes.workflowID
        self.workflowID = id.isEmpty ? workflowID : id
    }

    /// A history as the server gave it.
    init(workflowID: String, history: Temporal_Api_History_V1_History) {
        self.workflowID = workflowID
        self.history = history
    }

    /// Whether a worker has answered a task of it.
    var hasAnsweredTask: Bool { self.history.events.contains { $0.eventType == .workflowTaskCompleted } }

    /// The number of events.
    public var count: Int { self.history.events.count }
}
