//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
import TemporalAPI

extension ActivityWorker {
    /// What a worker asks for with each poll.
    static func pollRequest(
        _ identity: WorkerReport.Identity,
        namespace: String,
        _ configuration: TemporalWorker.Configuration
    ) -> Temporal_Api_Workflowservice_V1_PollActivityTaskQueueRequest {
        .with { request in
            request.namespace = namespace
            request.taskQueue = .with { queue in
                queue.name = identity.taskQueue
                queue.kind = .normal
            }
            request.identity = identity.identity
            request.workerInstanceKey = identity.instanceKey
            if let deployment = identity.deployment { request.deploymentOptions = deployment.message }
            if let rate = configuration.maxTaskQueueActivitiesPerSecond {
                request.taskQueueMetadata = .with { $0.maxTasksPerSecond = .init(rate) }
            }
        }
    }
}
