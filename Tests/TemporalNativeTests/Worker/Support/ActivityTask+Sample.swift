//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import Logging
import SwiftProtobuf
import TemporalAPI

@testable import TemporalNative

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension ActivityTask {
    /// A task of a workflow.
    static func sample(
        _ type: String,
        _ input: [any Sendable] = [],
        token: String = "token",
        heartbeatTimeout: Duration? = nil,
        startToClose: Duration? = .seconds(60),
        details: [any Sendable] = []
    ) async throws -> Self {
        let context = PayloadContext()
        let (input, details) = (try await context.encode(values: input), try await context.encode(values: details))
        return try .with { task in
            task.taskToken = Data(token.utf8)
            task.activityID = "1"
            task.activityType = .with { $0.name = type }
            task.workflowType = .with { $0.name = "Flow" }
            task.workflowExecution = .with { execution in
                execution.workflowID = "flow-1"
                execution.runID = "run-1"
            }
            task.workflowNamespace = "default"
            task.input = try ProtoPayloads(input)
            task.heartbeatDetails = try ProtoPayloads(details)
            task.attempt = 2
            task.scheduledTime = .init(seconds: 100, nanos: 0)
            task.currentAttemptScheduledTime = .init(seconds: 105, nanos: 0)
            task.startedTime = .init(seconds: 106, nanos: 500_000_000)
            if let startToClose { task.startToCloseTimeout = startToClose.message }
            if let heartbeatTimeout { task.heartbeatTimeout = heartbeatTimeout.message }
        }
    }
}

extension TemporalWorker {
    /// A worker whose server is a script.
    static func scripted(
        _ service: ScriptedService,
        clock: WorkerClock = .continuous,
        payloads: PayloadContext = PayloadContext(),
        configuration: Configuration = .init(),
        interceptors: [any WorkerInterceptor] = [TracingInterceptor()],
        @ActivitiesBuilder activities: () -> [Activity]
    ) throws -> TemporalWorker {
        try TemporalWorker(
            service: service,
            payloads: payloads,
            defaultIdentity: "tester",
            client: nil,
            interceptors: interceptors,
            taskQueue: "queue",
            activities: activities(),
            configuration: configuration,
            clock: clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }
}

extension ScriptedService.Report {
    var completed: Temporal_Api_Workflowservice_V1_RespondActivityTaskCompletedRequest? {
        if case .completed(let request) = self { request } else { nil }
    }
    var failed: Temporal_Api_Workflowservice_V1_RespondActivityTaskFailedRequest? {
        if case .failed(let request) = self { request } else { nil }
    }
    var canceled: Temporal_Api_Workflowservice_V1_RespondActivityTaskCanceledRequest? {
        if case .canceled(let request) = self { request } else { nil }
    }
    var heartbeat: Temporal_Api_Workflowservice_V1_RecordActivityTaskHeartbeatRequest? {
        if case .heartbeat(let request) = self { request } else { nil }
    }
    var worker: Temporal_Api_Worker_V1_WorkerHeartbeat? {
        if case .worker(let heartbeat) = self { heartbeat } else { nil }
    }
    var shutDown: Temporal_Api_Workflowservice_V1_ShutdownWorkerRequest? {
        if case .shutDown(let request) = self { request } else { nil }
    }
}
