//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import Configuration
internal import SettingsReading

extension TemporalWorker.Configuration {
    /// Reads the settings of a worker.
    ///
    /// | key | type | unit, default |
    /// |---|---|---|
    /// | `maxConcurrentActivities` | int | attempts; 100 |
    /// | `activityPollers` | int | polls; 5 |
    /// | `maxActivitiesPerSecond` | double | no limit |
    /// | `maxTaskQueueActivitiesPerSecond` | double | no limit |
    /// | `maxConcurrentWorkflowTasks` | int | tasks; 100 |
    /// | `workflowPollers` | int | polls; 5 |
    /// | `pollerAutoscaling` | bool | false; with it, these are polls at first, of 1 to 100 |
    /// | `targetMemoryUsage` | double | a part of 1, 0.8; if it or the next one is set, the tuner is resource-based |
    /// | `targetCPUUsage` | double | a part of 1, 0.9 |
    /// | `maxCachedWorkflows` | int | runs; 1000 |
    /// | `maxCachedWorkflowBytes` | int | bytes; 512 MiB |
    /// | `gracefulShutdownPeriod` | int | seconds; 0 |
    /// | `maxHeartbeatThrottleInterval` | int | seconds; 60 |
    /// | `defaultHeartbeatThrottleInterval` | int | seconds; 30 |
    /// | `workerHeartbeatInterval` | int | seconds; 60. 0 for never |
    /// | `disableEagerActivityExecution` | bool | false |
    /// | `identity` | string | the client's |
    /// | `deploymentName` | string | none; with `buildID`, the worker takes tasks of that version |
    /// | `buildID` | string | none |
    /// | `versioningBehavior` | string | `pinned` or `autoUpgrade`; what holds for workflows that say nothing of it |
    ///
    /// - Parameter configReader: The reader, scoped to where the keys stand.
    /// - Throws: ``TemporalError/Code/invalidConfiguration`` if a value has another type than in the table, or cannot be.
    public init(configReader: ConfigReader) throws(TemporalError) {
        self = try SettingsReader.read(configReader, failure: TemporalError.init(_:)) {
            settings throws(SettingsError) in try Self(settings)
        }
        try self.validate()
    }

    private init(_ settings: SettingsReader) throws(SettingsError) {
        self.init()
        self.maxConcurrentActivities = try settings.int("maxConcurrentActivities") ?? self.maxConcurrentActivities
        let pollers = { (count: Int, isAutoscaling: Bool) in
            isAutoscaling ? PollerBehavior.autoscaling(initial: count, maximum: max(count, 100)) : .simpleMaximum(count)
        }
        let isAutoscaling = try settings.bool("pollerAutoscaling") ?? false
        self.activityPollers = pollers(try settings.int("activityPollers") ?? 5, isAutoscaling)
        self.workflowPollers = pollers(try settings.int("workflowPollers") ?? 5, isAutoscaling)
        self.maxActivitiesPerSecond = try settings.double("maxActivitiesPerSecond")
        self.maxTaskQueueActivitiesPerSecond = try settings.double("maxTaskQueueActivitiesPerSecond")
        self.maxConcurrentWorkflowTasks =
            try settings.int("maxConcurrentWorkflowTasks") ?? self.maxConcurrentWorkflowTasks
        let targets = (try settings.double("targetMemoryUsage"), try settings.double("targetCPUUsage"))
        if targets != (nil, nil) {
            self.tuner = .resourceBased(targetMemoryUsage: targets.0 ?? 0.8, targetCPUUsage: targets.1 ?? 0.9)
        }
        self.maxCachedWorkflows = try settings.int("maxCachedWorkflows") ?? self.maxCachedWorkflows
        self.maxCachedWorkflowBytes = try settings.int("maxCachedWorkflowBytes") ?? self.maxCachedWorkflowBytes
        self.gracefulShutdownPeriod =
            try settings.seconds("gracefulShutdownPeriod", atLeast: 0) ?? self.gracefulShutdownPeriod
        self.maxHeartbeatThrottleInterval =
            try settings.seconds("maxHeartbeatThrottleInterval") ?? self.maxHeartbeatThrottleInterval
        self.defaultHeartbeatThrottleInterval =
            try settings.seconds("defaultHeartbeatThrottleInterval") ?? self.defaultHeartbeatThrottleInterval
        if let interval = try settings.seconds("workerHeartbeatInterval", atLeast: 0) {
            self.workerHeartbeatInterval = interval == .zero ? nil : interval
        }
        self.disableEagerActivityExecution =
            try settings.bool("disableEagerActivityExecution") ?? self.disableEagerActivityExecution
        self.identity = settings.string("identity")
        let behavior = try settings.choice(
            "versioningBehavior",
            ["pinned": VersioningBehavior.pinned, "autoUpgrade": .autoUpgrade]
        )
        if let name = settings.string("deploymentName") {
            self.deployment = WorkerDeployment(
                version: DeploymentVersion(deploymentName: name, buildID: try settings.required("buildID")),
                defaultVersioningBehavior: behavior ?? .unspecified
            )
        }
    }
}
