//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import Foundation
import Groundwork
import NIOConcurrencyHelpers
import SwiftProtobuf
import TemporalAPI
import Testing
import WorkflowEngine

@testable import TemporalNative

/// A server that hands out tasks by a script and writes down what it is told.
final class ScriptedTasks: WorkflowTaskService {
    struct State: Sendable {
        var tasks: [API.WorkflowTask] = []
        var completions: [WorkflowTaskCompletion] = []
        var failures: [Temporal_Api_Workflowservice_V1_RespondWorkflowTaskFailedRequest] = []
        var answers: [Temporal_Api_Workflowservice_V1_RespondQueryTaskCompletedRequest] = []
        /// Tasks that come with answers.
        var next: [API.WorkflowTask] = []
        /// Activities that come with the next answer.
        var eager: [ActivityTask] = []
        /// Happens while a completion is under way.
        var whileCompleting: (@Sendable () -> Void)?
        var historyCalls = 0
        var history: [API.Event] = []
        var historyError: TemporalError?
        /// What completions end with, in turn.
        var completionErrors: [TemporalError?] = []
    }

    let state = NIOLockedValueBox(State())
    /// Happens when the first completion arrives.
    let firstCompletion = OneShot()

    func poll(
        _ request: Temporal_Api_Workflowservice_V1_PollWorkflowTaskQueueRequest
    ) async throws -> API.WorkflowTask {
        let task = self.state.withLockedValue { $0.tasks.isEmpty ? nil : $0.tasks.removeFirst() }
        if let task { return task }
        // There is no other, as long as anybody asks.
        await OneShot().wait()
        throw CancellationError()
    }

    func history(
        _ request: Temporal_Api_Workflowservice_V1_GetWorkflowExecutionHistoryRequest
    ) async throws -> Temporal_Api_Workflowservice_V1_GetWorkflowExecutionHistoryResponse {
        try self.state.withLockedValue { state in
            state.historyCalls += 1
            if let error = state.historyError { throw error }
            let events = state.history
            return .with { $0.history.events = events }
        }
    }

    func complete(
        _ request: WorkflowTaskCompletion
    ) async throws -> Temporal_Api_Workflowservice_V1_RespondWorkflowTaskCompletedResponse {
        defer { self.firstCompletion.fire() }
        self.state.withLockedValue { $0.whileCompleting }?()
        return try self.state.withLockedValue { state in
            state.completions.append(request)
            if !state.completionErrors.isEmpty, let error = state.completionErrors.removeFirst() { throw error }
            var response = Temporal_Api_Workflowservice_V1_RespondWorkflowTaskCompletedResponse()
            (response.activityTasks, state.eager) = (state.eager, [])
            if !state.next.isEmpty { response.workflowTask = state.next.removeFirst() }
            return response
        }
    }

    func fail(_ request: Temporal_Api_Workflowservice_V1_RespondWorkflowTaskFailedRequest) async throws {
        self.state.withLockedValue { $0.failures.append(request) }
    }

    func answer(_ request: Temporal_Api_Workflowservice_V1_RespondQueryTaskCompletedRequest) async throws {
        self.state.withLockedValue { $0.answers.append(request) }
    }
}

extension ScriptedTasks {
    static func event(_ id: Int64, _ fill: (inout API.Event) -> Void) -> API.Event {
        var event = API.Event()
        event.eventID = id
        fill(&event)
        return event
    }

    static func events(type: String, input: ProtoPayloads = .init(), taskTimeout: Int64 = 10) -> [API.Event] {
        [
            Self.event(1) { event in
                event.eventType = .workflowExecutionStarted
                event.workflowExecutionStartedEventAttributes = .with { started in
                    started.workflowType = .with { $0.name = type }
                    started.taskQueue = .with { $0.name = "queue" }
                    started.input = input
                    started.workflowTaskTimeout = .with { $0.seconds = taskTimeout }
                }
            },
            Self.event(2) { event in
                event.eventType = .workflowTaskScheduled
                event.workflowTaskScheduledEventAttributes = .init()
            },
            Self.event(3) { event in
                event.eventType = .workflowTaskStarted
                event.workflowTaskStartedEventAttributes = .init()
            },
        ]
    }

    /// The first task of a run.
    static func task(
        type: String,
        attempt: Int32 = 1,
        input: ProtoPayloads = .init(),
        taskTimeout: Int64 = 10
    ) -> API.WorkflowTask {
        .with { task in
            task.taskToken = Data([1])
            task.workflowExecution.runID = "run"
            task.workflowType.name = type
            task.startedEventID = 3
            task.attempt = attempt
            task.history.events = Self.events(type: type, input: input, taskTimeout: taskTimeout)
        }
    }

    /// The task after a first one that made no command.
    static func nextTask(type: String) -> API.WorkflowTask {
        .with { task in
            task.taskToken = Data([2])
            task.workflowExecution.runID = "run"
            task.workflowType.name = type
            task.previousStartedEventID = 3
            task.startedEventID = 6
            task.attempt = 1
            task.history.events = [
                Self.event(4) { event in
                    event.eventType = .workflowTaskCompleted
                    event.workflowTaskCompletedEventAttributes = .init()
                },
                Self.event(5) { event in
                    event.eventType = .workflowTaskScheduled
                    event.workflowTaskScheduledEventAttributes = .init()
                },
                Self.event(6) { event in
                    event.eventType = .workflowTaskStarted
                    event.workflowTaskStartedEventAttributes = .init()
                },
            ]
        }
    }
}

// MARK: - Scripts

extension ScriptedTasks {
    /// What a workflow answers to a first task with signals, updates and queries.
    static func completion(
        of workflow: any WorkflowDefinition.Type,
        type: String,
        input: [any Sendable] = [],
        signals: [(String, [any Sendable])] = [],
        updates: [(String, [any Sendable])] = [],
        queries: [String] = []
    ) async throws -> WorkflowTaskCompletion {
        let service = ScriptedTasks()
        let worker = try WorkflowWorker.scripted(service, workflows: [workflow])
        var task = Self.task(type: type, input: try Self.payloads(input))
        for (name, values) in signals.reversed() {
            let input = try Self.payloads(values)
            let event = Self.event(0) { event in
                event.eventType = .workflowExecutionSignaled
                event.workflowExecutionSignaledEventAttributes = .with {
                    $0.signalName = name
                    $0.input = input
                }
            }
            task.history.events.insert(event, at: 1)
        }
        for index in task.history.events.indices { task.history.events[index].eventID = Int64(index + 1) }
        task.startedEventID = Int64(task.history.events.count)
        for (name, values) in updates {
            var request = API.UpdateRequest()
            request.meta.updateID = "id-\(name)"
            request.input.name = name
            request.input.args = try Self.payloads(values)
            let body = try Google_Protobuf_Any(message: request)
            task.messages.append(
                .with { message in
                    message.id = "id-\(name)/request"
                    message.protocolInstanceID = "id-\(name)"
                    message.eventID = 2
                    message.body = body
                }
            )
        }
        for query in queries { task.queries[query] = .with { $0.queryType = query } }
        await worker.process(task)
        #expect(service.state.withLockedValue { $0.failures.map(\.failure.message) } == [])
        return try #require(service.state.withLockedValue { $0.completions }.first)
    }

    static func payloads(_ values: [any Sendable]) throws -> ProtoPayloads {
        try ProtoPayloads(values.map { try DataConverter().payload(for: $0) })
    }

    /// The next task of a run that has been given one: its commands' events, and what happened since.
    static func nextTask(type: String, after started: Int64, _ events: [(inout API.Event) -> Void]) -> API.WorkflowTask
    {
        var task = Self.nextTask(type: type)
        task.previousStartedEventID = started
        var all = [task.history.events[0]]
        for fill in events { all.append(Self.event(0, fill)) }
        all += task.history.events[1...]
        for index in all.indices { all[index].eventID = started + 1 + Int64(index) }
        task.history.events = all
        task.startedEventID = started + Int64(all.count)
        return task
    }
}

extension WorkflowTaskCompletion {
    /// What the workflow returned, as JSON.
    var resultText: String? {
        self.commands.last?.completeWorkflowExecutionCommandAttributes.result.payloads.first
            .map { String(decoding: $0.data, as: UTF8.self) }
    }
}
