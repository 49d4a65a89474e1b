//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

extension TemporalWorker {
    /// The settings of a worker.
    ///
    /// The defaults are those of the other SDKs.
    public struct Configuration: Sendable {
        /// How many attempts run at the same time.
        ///
        /// 100.
        ///
        /// A worker only asks for tasks that it has room for; what does not fit waits at the server, where other workers
        /// can take it.
        public var maxConcurrentActivities = 100

        /// How many polls for activities are under way at the same time, as long as there is room for tasks.
        ///
        /// 5.
        public var activityPollers: PollerBehavior = 5

        /// How many attempts this worker starts in a second; nil for no limit.
        public var maxActivitiesPerSecond: Double?

        /// How many attempts all workers of the task queue start in a second; nil for no limit.
        ///
        /// The server keeps this limit, and takes it from whichever worker said it last.
        public var maxTaskQueueActivitiesPerSecond: Double?

        /// How many workflow tasks are processed at the same time.
        ///
        /// 100.
        public var maxConcurrentWorkflowTasks = 100

        /// How many polls for workflow tasks are under way at the same time: one in five for workflows that this worker
        /// does not keep.
        ///
        /// 5. ``PollerBehavior/autoscaling(minimum:initial:maximum:)`` counts for either of the two by itself.
        public var workflowPollers: PollerBehavior = 5

        /// How many runs of workflows wait in memory for their next task.
        ///
        /// 1000. A run that is not there is made of its history again. Zero keeps none, nor does a worker that processes one
        /// workflow task at a time.
        public var maxCachedWorkflows = 1000

        /// How much memory these runs may take, in bytes.
        ///
        /// 512 MiB. It is estimated: 8 KiB for each, the size of its history, and the sizes of what was loaded from external
        /// storage for it and of what it has sent, whether its code still has it or not. A run that is larger by itself is
        /// not kept.
        public var maxCachedWorkflowBytes = 536_870_912

        /// After which share of its tasks, from 0 to 1, a run is not kept although there is room, at random.
        ///
        /// 0. For tests: a run that is made of its history again has to come to the same.
        package var droppedRunShare = 0.0

        /// How many local activities run at the same time.
        ///
        /// 100.
        public var maxConcurrentLocalActivities = 100

        /// Whether activities of the worker's own workflows wait for a poll, although it has room for them.
        ///
        /// They do not: up to three come with the answer to a workflow task, if they are for the worker's own task queue.
        /// With a limit of starts in a second all wait, because the server does not count those that do not.
        public var disableEagerActivityExecution = false

        /// How much is taken on at the same time, for each kind of task; nil for the numbers `maxConcurrentWorkflowTasks`,
        /// `maxConcurrentActivities` and `maxConcurrentLocalActivities`, which do not count otherwise.
        public var tuner: WorkerTuner?

        /// How long a worker that shuts down waits before it cancels what still runs.
        ///
        /// Zero.
        ///
        /// ``ActivityContext/isWorkerShuttingDown`` tells activities that the time runs.
        public var gracefulShutdownPeriod = Duration.zero

        /// How far apart heartbeats of an activity are at most.
        ///
        /// 60 seconds.
        public var maxHeartbeatThrottleInterval = Duration.seconds(60)

        /// How far apart heartbeats of an activity without a heartbeat timeout are.
        ///
        /// 30 seconds.
        public var defaultHeartbeatThrottleInterval = Duration.seconds(30)

        /// How often the worker tells the server of itself, for `temporal worker list`: 60 seconds; nil for never.
        ///
        /// A server that does not want to know is not told.
        public var workerHeartbeatInterval: Duration? = .seconds(60)

        /// Errors that fail a workflow in place of its task, for all workflows: none.
        ///
        /// A workflow may have others beside them: ``WorkflowDefinition/failureTypes``.
        public var workflowFailureTypes: [any Error.Type] = []

        /// What sees the calls of this worker's activities and workflows, behind those of the client; none by default.
        public var interceptors: [any WorkerInterceptor] = []

        /// As which version of a deployment the worker takes tasks; nil for none.
        public var deployment: WorkerDeployment?

        /// Who the worker says it is; nil for the client's identity.
        public var identity: String?

        /// The default settings.
        public init() {}
    }
}

extension TemporalWorker.Configuration {
    /// - Throws: ``TemporalError/Code/invalidConfiguration`` that names the setting.
    func validate() throws(TemporalError) {
        func require(_ condition: Bool, _ message: String) throws(TemporalError) {
            guard condition else { throw TemporalError(code: .invalidConfiguration, message: message) }
        }
        try require(self.maxConcurrentActivities >= 1, "maxConcurrentActivities is \(self.maxConcurrentActivities)")
        if let tuner {
            for (name, supplier) in [
                ("workflowTasks", tuner.workflowTasks), ("activities", tuner.activities),
                ("localActivities", tuner.localActivities),
            ] {
                let problem = supplier.problem
                try require(problem == nil, "tuner.\(name) \(problem ?? "")")
            }
        }
        try require(
            self.activityPollers.isValid,
            "activityPollers is \(self.activityPollers), and has to be at least 1"
        )
        try require(
            self.maxConcurrentWorkflowTasks >= 1,
            "maxConcurrentWorkflowTasks is \(self.maxConcurrentWorkflowTasks)"
        )
        try require(
            self.maxConcurrentLocalActivities >= 1,
            "maxConcurrentLocalActivities is \(self.maxConcurrentLocalActivities)"
        )
        try require(
            self.workflowPollers.isValid && (self.workflowPollers.isAutoscaling || self.workflowPollers.maximum >= 2),
            "workflowPollers is \(self.workflowPollers), and has to be at least 2"
        )
        try require(self.maxCachedWorkflows >= 0, "maxCachedWorkflows is \(self.maxCachedWorkflows)")
        try require(self.maxCachedWorkflowBytes > 0, "maxCachedWorkflowBytes is \(self.maxCachedWorkflowBytes)")
        try require((0...1).contains(self.droppedRunShare), "droppedRunShare is \(self.droppedRunShare)")
        try require((self.maxActivitiesPerSecond ?? 1) > 0, "maxActivitiesPerSecond has to be above zero")
        try require(
            (self.maxTaskQueueActivitiesPerSecond ?? 1) > 0,
            "maxTaskQueueActivitiesPerSecond has to be above zero"
        )
        try require(self.gracefulShutdownPeriod >= .zero, "gracefulShutdownPeriod is negative")
        try require(self.maxHeartbeatThrottleInterval > .zero, "maxHeartbeatThrottleInterval has to be above zero")
        try require(
            self.defaultHeartbeatThrottleInterval > .zero,
            "defaultHeartbeatThrottleInterval has to be above zero"
        )
        let range: ClosedRange<Duration> = .seconds(1) ... .seconds(60)
        try require(
            self.workerHeartbeatInterval.map { range.contains($0) } ?? true,
            "workerHeartbeatInterval has to be between 1 and 60 seconds"
        )
    }
}
