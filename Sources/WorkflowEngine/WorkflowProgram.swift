//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// The code of a workflow, as the engine sees it.
///
/// Everything is called on the thread that runs the workflow. What returns `async` runs on the run's executor.
package protocol WorkflowProgram: Sendable {
    /// Makes the workflow's state, before anything else is called.
    ///
    /// - Parameters:
    ///   - run: The run.
    ///   - started: The attributes of its first event, which are not kept.
    /// - Throws: ``WorkflowTaskFailure``, or anything, which fails the task.
    func start(in run: WorkflowRun, with started: API.Started) throws

    /// Runs the workflow.
    func main(in run: WorkflowRun) async -> WorkflowEnding

    /// Handles a signal.
    ///
    /// - Returns: How the workflow ends because of it; nil if it goes on.
    func handle(_ signal: API.Signal, in run: WorkflowRun) async -> WorkflowEnding?

    /// Judges an update.
    ///
    /// - Parameters:
    ///   - request: The update.
    ///   - validates: Whether it has not been accepted before.
    ///   - run: The run.
    /// - Returns: What rejects it, or its handler.
    func judge(_ request: API.UpdateRequest, validates: Bool, in run: WorkflowRun) -> UpdateDecision

    /// Answers a query. Must not change anything.
    func answer(_ query: API.Query, in run: WorkflowRun) -> API.QueryResult
}

/// How a workflow ends.
package enum WorkflowEnding: Sendable {
    case completed(API.Payloads?)
    case failed(API.Failure)
    case cancelled
    case continuedAsNew(API.ContinueAsNew)
    /// Not at all: the task fails and is tried again.
    case taskFailed(WorkflowTaskFailure)
}

/// What becomes of an update.
package enum UpdateDecision: Sendable {
    case rejected(API.Failure)
    case accepted(@Sendable () async -> UpdateEnding)
}

/// How an update ends that was accepted.
package enum UpdateEnding: Sendable {
    case completed(API.Payloads?)
    case failed(API.Failure)
    case taskFailed(WorkflowTaskFailure)
}

/// What a task comes to.
package struct Activation: Sendable {
    /// The commands that are new since the last task.
    package var commands: [API.Command] = []
    package var messages: [API.ProtocolMessage] = []
    package var queryResults: [String: API.QueryResult] = [:]
    /// The answer, if the task was a query and nothing else.
    package var queryAnswer: API.QueryResult?
    package var metadata: API.TaskMetadata?
    /// Whether the workflow has ended.
    package var isFinished = false
    /// Whether local activities go on, so that there has to be another task at once.
    package var isHeartbeat = false
    package var localActivities = LocalActivityWork()
    /// Handlers that still run although the workflow has ended.
    package var unfinishedHandlers = 0
}

/// Which events of a run are missing to process a task.
package enum TaskOutcome: Sendable {
    case answered(Activation)
    /// Local activities have to end first: ``WorkflowRun/resume(with:)``, or ``WorkflowRun/heartbeat()`` if that takes
    /// longer than a task may.
    case waiting(LocalActivityWork)
    case failed(WorkflowTaskFailure)
    /// The task begins later than what has been processed, so all of history is needed.
    case needsHistory

    package var needsHistory: Bool { if case .needsHistory = self { true } else { false } }
}
