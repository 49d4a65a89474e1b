//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import SwiftProtobuf
import TemporalAPI

/// When a workflow is started, again and again, and which one.
///
/// A schedule that came from the server can be changed and sent back; what is not known here is kept as it was.
public struct Schedule: Sendable {
    /// What is started.
    public enum Action: Sendable {
        /// A workflow. Its id gets the time of the action appended.
        case workflow(WorkflowStart)
        /// What the server already has, unchanged.
        case existing(ExistingAction)
    }

    /// What is started.
    public var action: Action
    /// When it is started.
    public var spec: ScheduleSpec
    /// What happens when starts overlap, are missed, or fail.
    public var policy: SchedulePolicy
    /// Whether it is paused, and how often it still starts something.
    public var state: ScheduleState

    /// Creates a schedule.
    ///
    /// - Parameters:
    ///   - workflow: What is started. Id conflict policy and start delay are not used.
    ///   - spec: When it is started.
    ///   - policy: What happens when starts overlap, are missed, or fail.
    ///   - state: Whether it is paused, and how often it starts something.
    public init(
        starting workflow: WorkflowStart,
        spec: ScheduleSpec,
        policy: SchedulePolicy = .init(),
        state: ScheduleState = .init()
    ) {
        self.action = .workflow(workflow)
        self.spec = spec
        self.policy = policy
        self.state = state
    }

    init(_ message: Temporal_Api_Schedule_V1_Schedule, context: PayloadContext) {
        self.action = .existing(ExistingAction(message: message.action, context: context))
        self.spec = ScheduleSpec(message.spec)
        self.policy = SchedulePolicy(message.policies)
        self.state = ScheduleState(message.state)
    }

    func message(on connection: Connection) async throws -> Temporal_Api_Schedule_V1_Schedule {
        var message = Temporal_Api_Schedule_V1_Schedule()
        switch self.action {
        case .workflow(let start): try await start.write(to: &message.action.startWorkflow, on: connection)
        case .existing(let action): message.action = action.message
        }
        message.spec = self.spec.message
        message.policies = self.policy.message
        message.state = self.state.message
        return message
    }
}

/// What a schedule that came from the server starts.
public struct ExistingAction: Sendable {
    let message: Temporal_Api_Schedule_V1_ScheduleAction
    let context: PayloadContext

    /// The name of the workflow.
    public var type: String { self.message.startWorkflow.workflowType.name }
    /// The id of the workflow, to which the time is appended.
    public var workflowID: String { self.message.startWorkflow.workflowID }
    /// The queue whose workers run it.
    public var taskQueue: String { self.message.startWorkflow.taskQueue.name }

    /// Decodes the arguments of the workflow.
    ///
    /// - Parameter type: Their types, in order.
    /// - Returns: The values.
    /// - Throws: ``TemporalError``: `conversionFailed`, `codecFailed`. `CancellationError` if cancelled.
    public func input<each Value: Sendable>(as type: repeat (each Value).Type) async throws -> (repeat each Value) {
        let payloads = try [Payload](self.message.startWorkflow.input)
        return try await self.context.decode(payloads, as: repeat each type)
    }
}

/// Whether a schedule is paused, and how often it still starts something.
public struct ScheduleState: Hashable, Sendable {
    /// Why it is as it is, for people.
    public var note: String
    /// Whether it is paused.
    public var isPaused: Bool
    /// How often it still starts something; nil for no limit.
    public var remainingActions: Int?

    /// Creates a state.
    ///
    /// - Parameters:
    ///   - note: Why it is as it is, for people.
    ///   - isPaused: Whether it is paused.
    ///   - remainingActions: How often it still starts something; nil for no limit.
    public init(note: String = "", isPaused: Bool = false, remainingActions: Int? = nil) {
        self.note = note
        self.isPaused = isPaused
        self.remainingActions = remainingActions
    }

    init(_ message: Temporal_Api_Schedule_V1_ScheduleState) {
        self.init(
            note: message.notes,
            isPaused: message.paused,
            remainingActions: message.limitedActions ? Int(message.remainingActions) : nil
        )
    }

    var message: Temporal_Api_Schedule_V1_ScheduleState {
        .with {
            $0.notes = self.note
            $0.paused = self.isPaused
            $0.limitedActions = self.remainingActions != nil
            $0.remainingActions = Int64(self.remainingActions ?? 0)
        }
    }
}
