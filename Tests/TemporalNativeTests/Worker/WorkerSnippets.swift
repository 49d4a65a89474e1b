//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import TemporalNative

private func room(_ configuration: inout TemporalWorker.Configuration) {
    // snippet.begin
    configuration.tuner = .resourceBased(targetMemoryUsage: 0.8, targetCPUUsage: 0.9)
    // snippet.end
}

private func kindsOfRoom(_ configuration: inout TemporalWorker.Configuration) {
    // snippet.begin
    // As much as the machine carries.
    configuration.tuner = .resourceBased(targetMemoryUsage: 0.8, targetCPUUsage: 0.9)
    // Workflow tasks are small; each of these activities needs a gigabyte.
    configuration.tuner = WorkerTuner(workflowTasks: .fixed(200), activities: .fixed(4), localActivities: .fixed(50))
    // snippet.end
}

private func polls(_ configuration: inout TemporalWorker.Configuration) {
    // snippet.begin
    configuration.activityPollers = 10
    configuration.workflowPollers = .autoscaling()
    // snippet.end
}

private func eagerStart(of order: String, by client: TemporalClient) async throws {
    // snippet.begin
    var options = WorkflowOptions(id: "order-1", taskQueue: "orders")
    options.requestEagerStart = true
    try await client.startWorkflow("Order", options: options, input: order)
    // snippet.end
}
