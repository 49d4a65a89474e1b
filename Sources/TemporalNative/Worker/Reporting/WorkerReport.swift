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
        var slots: Int
        /// The types of the drivers of external storage, each once (ES-O3).
        var driverTypes: [String]
        /// As which version it takes tasks.
        var deployment: WorkerDeployment?
    }

    var identity: Identity
    var status: Temporal_Api_Enums_V1_WorkerStatus
    var now: Google_Protobuf_Timestamp
    var sinceLast: Duration?
    var running: Int
    var processed: Int
    var failed: Int
    var interval: WorkerCounters.Interval
    var polling: Int
    var lastPoll: Google_Protobuf_Timestamp?
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
            message.activityTaskSlotsInfo = .with { slots in
                slots.currentAvailableSlots = Int32(clamping: self.identity.slots - self.running)
                slots.currentUsedSlots = Int32(clamping: self.running)
                slots.slotSupplierKind = "Fixed"
                slots.totalProcessedTasks = Int32(clamping: self.processed)
                slots.totalFailedTasks = Int32(clamping: self.failed)
                slots.lastIntervalProcessedTasks = Int32(clamping: self.interval.processed)
                slots.lastIntervalFailureTasks = Int32(clamping: self.interval.failed)
            }
            message.activityPollerInfo = .with { pollers in
                pollers.currentPollers = Int32(clamping: self.polling)
                if let lastPoll { pollers.lastSuccessfulPollTime = lastPoll }
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
