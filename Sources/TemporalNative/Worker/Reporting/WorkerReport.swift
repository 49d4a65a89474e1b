//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
import TemporalAPI

/// What a worker says of itself in its heartbeats, and the message it becomes.
struct WorkerReport: Sendable {
    /// What does not change as long as the worker runs.
    struct Identity: Hashable, Sendable {
        var instanceKey: String
        var identity: String
        var groupingKey: String
        var taskQueue: String
        var hostName: String
        var processID: Int32
        var sdkName: String
        var sdkVersion: String
        var startTime: Google_Protobuf_Timestamp
        /// The types of the drivers of external storage, each once (ES-O3).
        var driverTypes: [String]
        /// As which version it takes tasks.
        var deployment: WorkerDeployment?
    }

    /// The tasks of one kind.
    struct Tasks: Hashable, Sendable {
        var supplier: SlotSupplier
        var running: Int
        var processed: Int
        var failed: Int
        var interval: WorkerCounters.Interval

        fileprivate var message: Temporal_Api_Worker_V1_WorkerSlotsInfo {
            .with { slots in
                slots.currentAvailableSlots = Int32(clamping: self.supplier.maximum - self.running)
                slots.currentUsedSlots = Int32(clamping: self.running)
                slots.slotSupplierKind = self.supplier.kind
                slots.totalProcessedTasks = Int32(clamping: self.processed)
                slots.totalFailedTasks = Int32(clamping: self.failed)
                slots.lastIntervalProcessedTasks = Int32(clamping: self.interval.processed)
                slots.lastIntervalFailureTasks = Int32(clamping: self.interval.failed)
            }
        }
    }

    /// The polls of one queue.
    struct Polls: Hashable, Sendable {
        var underWay: Int
        var lastAnswer: Google_Protobuf_Timestamp?
        var isAutoscaling: Bool

        fileprivate var message: Temporal_Api_Worker_V1_WorkerPollerInfo {
            .with { pollers in
                pollers.currentPollers = Int32(clamping: self.underWay)
                if let lastAnswer { pollers.lastSuccessfulPollTime = lastAnswer }
                pollers.isAutoscaling = self.isAutoscaling
            }
        }
    }

    /// What it does with activities.
    struct Activities: Hashable, Sendable {
        var tasks: Tasks
        var polls: Polls
    }

    /// What it does with workflows.
    struct Workflows: Hashable, Sendable {
        var tasks: Tasks
        var localActivities: Tasks
        var polls: Polls
        /// Of the queue of the runs that are kept; nil if none are.
        var stickyPolls: Polls?
        var cacheHits: Int
        var cacheMisses: Int
        var cachedRuns: Int
    }

    var identity: Identity
    var status: Temporal_Api_Enums_V1_WorkerStatus
    var now: Google_Protobuf_Timestamp
    var sinceLast: Duration?
    var activities: Activities?
    var workflows: Workflows?
    var processorUsage: Float
    var memoryUsage: Float

    var message: Temporal_Api_Worker_V1_WorkerHeartbeat {
        .with { message in
            message.workerInstanceKey = self.identity.instanceKey
            message.workerIdentity = self.identity.identity
            message.hostInfo = .with { host in
                host.hostName = self.identity.hostName
                host.workerGroupingKey = self.identity.groupingKey
                host.processID = "\(self.identity.processID)"
                host.currentHostCpuUsage = self.processorUsage
                host.currentHostMemUsage = self.memoryUsage
            }
            message.taskQueue = self.identity.taskQueue
            message.sdkName = self.identity.sdkName
            message.sdkVersion = self.identity.sdkVersion
            message.status = self.status
            message.startTime = self.identity.startTime
            message.heartbeatTime = self.now
            if let sinceLast { message.elapsedSinceLastHeartbeat = sinceLast.message }
            if let activities {
                message.activityTaskSlotsInfo = activities.tasks.message
                message.activityPollerInfo = activities.polls.message
            }
            if let workflows {
                message.workflowTaskSlotsInfo = workflows.tasks.message
                message.localActivitySlotsInfo = workflows.localActivities.message
                message.workflowPollerInfo = workflows.polls.message
                if let polls = workflows.stickyPolls { message.workflowStickyPollerInfo = polls.message }
                message.totalStickyCacheHit = Int32(clamping: workflows.cacheHits)
                message.totalStickyCacheMiss = Int32(clamping: workflows.cacheMisses)
                message.currentStickyCacheSize = Int32(clamping: workflows.cachedRuns)
            }
            if let version = self.identity.deployment?.version {
                message.deploymentVersion = .with {
                    $0.deploymentName = version.deploymentName
                    $0.buildID = version.buildID
                }
            }
            message.drivers = self.identity.driverTypes.map { type in .with { $0.type = type } }
        }
    }
}
