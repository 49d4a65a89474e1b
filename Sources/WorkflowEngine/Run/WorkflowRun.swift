//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import SwiftProtobuf
package import TemporalAPI

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// One run of a workflow: its position in history, what it waits for, and the commands that history has not confirmed.
///
/// A run is a state machine that is given tasks and says what to answer (``process(_:)``). It makes no call and reads no
/// clock: everything the workflow sees comes from its history.
///
/// `@unchecked Sendable`: everything in it is touched by one thread at a time, the one that owns ``executor``. Whoever
/// gives it tasks sees to it that there is one at a time; workflow code is checked at each call (``enter()``).
package final class WorkflowRun: @unchecked Sendable {
    package let executor: WorkflowExecutor
    package let workflowID: String
    package let runID: String
    package let namespace: String
    /// The code, which knows the run: a run that is given up lets go of it.
    var program: any WorkflowProgram
    package let identity: SDKIdentity
    /// The version of the worker that has the run.
    let ownDeployment: Deployment?

    // MARK: Position

    package internal(set) var lastEventID: Int64 = 0
    /// The attributes of the first event, until the code has begun: its input is not kept as long as the run is.
    var started: API.Started?
    /// What is needed of them after that.
    package internal(set) var start = StartFacts()
    package internal(set) var startTime = Date(timeIntervalSince1970: 0)
    package internal(set) var now = Date(timeIntervalSince1970: 0)
    package internal(set) var isReplaying = true
    package internal(set) var task = TaskFacts()
    /// The version of the worker that processes, or has processed, the current task.
    package internal(set) var deployment: Deployment?
    /// The task that is to be answered.
    var openTask = API.WorkflowTask()
    var hasStarted = false

    // MARK: Commands

    /// Commands whose events have not been seen, oldest first; those from ``sentCount`` on are new in this task.
    var unconfirmed: [PendingCommand] = []
    var sentCount = 0
    var messages: [API.ProtocolMessage] = []

    // MARK: What the code waits for

    var timers: [Int64: TimerOperation] = [:]
    var activities: [Int64: ActivityOperation] = [:]
    var children: [Int64: ChildOperation] = [:]
    var signals: [Int64: Future<Void>] = [:]
    var cancels: [Int64: CancelOperation] = [:]
    var nexusOperations: [Int64: NexusOperation] = [:]
    var localActivities: [Int64: LocalActivityOperation] = [:]
    /// Local activities that ended in the chunk that is replayed, and that the code has not been told of.
    var localMarkers: [LocalActivityMarker] = []
    var localActivitiesToCancel: [Int64] = []
    var conditions: [Condition] = []
    /// Everything that somebody may wait for and that is not resolved, in the order in which it was made.
    var futures: [any AnyFuture] = []
    var lastIDs = LastIDs()

    // MARK: Code

    var tasks: [Int: Task<Void, Never>] = [:]
    var mainTask: Task<Void, Never>?
    package internal(set) var runningHandlers = 0
    /// Those of them of which nothing is said if the workflow ends meanwhile.
    package var abandonableHandlers = 0
    package internal(set) var isCancelRequested = false
    package internal(set) var cancellationReason = ""
    package internal(set) var isFinished = false
    var failure: WorkflowTaskFailure?
    package internal(set) var isEvicted = false
    var callsSinceEviction = 0
    var isReadOnly = false
    package var generator = SeededGenerator(seed: "")
    package var currentDetails = ""

    // MARK: What is known

    package internal(set) var memo: [String: API.Payload] = [:]
    package internal(set) var searchAttributes: [String: API.Payload] = [:]
    var patches: [String: Bool] = [:]
    var recordedPatches: Set<String> = []
    var notifiedPatches: Set<String> = []
    var sideEffects: [Int64: API.Payloads] = [:]
    /// Updates that stand in history, in the order in which they do, and that nobody has accepted.
    var admittedUpdates: [(eventID: Int64, request: API.UpdateRequest)] = []
    var flags = Flags()
    /// Those before the last answer added to them.
    var flagsBeforeAnswer = Flags()
    /// Whether the last event that is known began a task which was answered, so that history goes on with the answer.
    var isAnswered = false

    /// Creates a run that has seen nothing of its history.
    ///
    /// - Parameters:
    ///   - workflowID: The id of the workflow.
    ///   - runID: The run.
    ///   - namespace: The namespace.
    ///   - identity: What the SDK calls itself in history.
    ///   - deployment: The version of the worker.
    ///   - program: The code.
    ///   - runStrays: See ``WorkflowExecutor``.
    package init(
        workflowID: String,
        runID: String,
        namespace: String,
        identity: SDKIdentity,
        deployment: Deployment? = nil,
        program: any WorkflowProgram,
        runStrays: @escaping @Sendable (WorkflowExecutor) -> Void
    ) {
        self.workflowID = workflowID
        self.runID = runID
        self.namespace = namespace
        self.identity = identity
        self.ownDeployment = deployment
        self.program = program
        self.executor = WorkflowExecutor(runStrays: runStrays)
    }
}

/// What an SDK calls itself in history.
package struct SDKIdentity: Hashable, Sendable {
    package var name: String
    package var version: String

    package init(name: String, version: String) {
        self.name = name
        self.version = version
    }
}

extension WorkflowRun {
    /// The run whose code the current task is.
    @TaskLocal package static var current: WorkflowRun?

    /// Takes note of a use of the workflow's state, which only its own code may make.
    package func noteAccess() {
        if !self.executor.isCurrent { self.executor.noteEscape() }
    }

    /// The version of a worker.
    package struct Deployment: Hashable, Sendable {
        package var name: String
        package var buildID: String

        package init(name: String, buildID: String) {
            self.name = name
            self.buildID = buildID
        }
    }

    /// What the first event says that is needed for as long as the run is known.
    package struct StartFacts: Sendable {
        package private(set) var workflowType = ""
        package private(set) var taskQueue = ""
        package private(set) var runTimeout = Google_Protobuf_Duration()
        package private(set) var taskTimeout = Google_Protobuf_Duration()
        package private(set) var retryPolicy: API.RetryPolicy?
        package private(set) var lastCompletionResult = API.Payloads()

        init() {}

        init(_ started: API.Started) {
            self.workflowType = started.workflowType.name
            self.taskQueue = started.taskQueue.name
            self.runTimeout = started.workflowRunTimeout
            self.taskTimeout = started.workflowTaskTimeout
            self.retryPolicy = started.hasRetryPolicy ? started.retryPolicy : nil
            self.lastCompletionResult = started.lastCompletionResult
        }
    }

    /// What the start of the task that is processed says.
    package struct TaskFacts: Sendable {
        package var historySize: Int64 = 0
        package var suggestsContinueAsNew = false
        /// Whether a new run would be on another version.
        package var isTargetDeploymentVersionChanged = false
        package var suggestContinueAsNewReasons: [Temporal_Api_Enums_V1_SuggestContinueAsNewReason] = []
    }

    /// The last ids that were given out, by kind.
    struct LastIDs: Sendable {
        var timer = 0
        var activity = 0
        var sideEffect: Int64 = 0
        var condition = 0
        var task = 0
    }

    /// Behaviours that history says were used.
    struct Flags: Sendable {
        /// Ids and types are compared; a patch is followed by search attributes; the command that ends the workflow is last.
        static let core: Set<UInt32> = [1, 2, 3]

        var core: Set<UInt32> = []
        var sdk: SDKIdentity?
    }

    struct Condition {
        var id: Int
        var predicate: () -> Bool
        var future: Future<Void>
    }

    /// Called first by everything that workflow code calls.
    ///
    /// - Throws: ``WorkflowRunEvicted``, ``WorkflowContextMisuse``; then nothing has happened.
    func enter() throws {
        guard self.executor.isCurrent else {
            self.executor.noteEscape()
            throw WorkflowContextMisuse(description: WorkflowTaskFailure.escaped.message)
        }
        guard !self.isEvicted else {
            self.callsSinceEviction += 1
            throw WorkflowRunEvicted()
        }
        guard !self.isReadOnly else {
            let misuse = WorkflowContextMisuse(
                description: "a query or a validator of an update must not make commands, wait, or change anything"
            )
            throw misuse
        }
    }

    /// To be called before what code changes of the run without a command.
    ///
    /// - Throws: As ``enter()``.
    package func checkMayChange() throws {
        try self.enter()
    }

    /// As ``enter()``, for what waits.
    ///
    /// Code that catches every error and goes on would go round forever in a run that is given up: after a thousand calls
    /// it is left where it is.
    func enterWaiting() async throws {
        if self.executor.isCurrent, self.isEvicted, self.callsSinceEviction > 1_000 {
            unsafe await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
        }
        try self.enter()
    }

    /// Adds a command.
    func add(_ command: PendingCommand) {
        self.unconfirmed.append(command)
    }

    /// Takes back a command that nobody has seen.
    ///
    /// - Parameter command: The command; nil if history has confirmed it.
    /// - Returns: Whether that was possible.
    func takeBack(_ command: PendingCommand?) -> Bool {
        guard let command, let index = self.unconfirmed[self.sentCount...].firstIndex(where: { $0 === command }) else {
            return false
        }
        self.unconfirmed.remove(at: index)
        return true
    }

    func future<Value: Sendable>(_ subject: Awaited, of type: Value.Type = Value.self) -> Future<Value> {
        let future = Future<Value>(subject)
        self.futures.append(future)
        return future
    }

    /// Fails the task; the first failure counts.
    package func fail(_ failure: WorkflowTaskFailure) {
        guard self.executor.isCurrent else {
            self.executor.noteEscape()
            return
        }
        self.failure = self.failure ?? failure
    }

    /// Starts a task of the workflow.
    func spawn(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        self.lastIDs.task += 1
        let id = self.lastIDs.task
        let task = Task(executorPreference: self.executor) {
            await Self.$current.withValue(self) { await body() }
            // A task that ends elsewhere, after the run was given up, has nothing to take off.
            if self.executor.isCurrent { self.tasks[id] = nil }
        }
        self.tasks[id] = task
        return task
    }
}
