//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import CoreMetrics
import Logging
import Metrics

@testable import TemporalNative

extension WorkflowWorker {
    /// A worker of the queue `queue` whose server is a script.
    static func scripted(
        _ service: any WorkflowTaskService,
        workflows: [any WorkflowDefinition.Type],
        activities: [Activity]? = nil,
        failureTypes: [any Error.Type] = [],
        activityWorker: ActivityWorker? = nil,
        client: TemporalClient? = nil,
        payloads: PayloadContext = PayloadContext(),
        deployment: WorkerDeployment? = nil,
        configuration: TemporalWorker.Configuration = .init(),
        clock: WorkerClock = .continuous,
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    ) throws -> WorkflowWorker {
        WorkflowWorker(
            service: service,
            registry: try WorkflowRegistry(workflows, failureTypes: failureTypes),
            activities: try activities.map { try ActivityRegistry($0) },
            activityWorker: activityWorker,
            client: client,
            configuration: configuration,
            payloads: payloads,
            identity: WorkerReport.Identity(
                identity: "me",
                taskQueue: "queue",
                driverTypes: [],
                deployment: deployment
            ),
            clock: clock,
            executor: nil,
            logger: logger,
            metrics: WorkflowMetrics(namespace: "default", taskQueue: "queue", factory: NOOPMetricsHandler.instance)
        )
    }
}
