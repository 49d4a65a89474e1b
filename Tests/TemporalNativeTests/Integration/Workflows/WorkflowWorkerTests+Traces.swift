//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation
import InMemoryTracing
import TemporalNative
import Testing
import Tracing

/// Has activities and a child in both languages say which trace they are part of.
private struct TracedInSwift: WorkflowDefinition {
    init(input: String) {}

    func run(context: WorkflowContext<Self>, input: String) async throws -> [String] {
        var options = ActivityOptions(startToCloseTimeout: .seconds(20))
        let here: String = try await context.executeActivity("trace", options: options)
        let local: String = try await context.executeLocalActivity(
            "trace",
            options: LocalActivityOptions(startToCloseTimeout: .seconds(20))
        )
        options.taskQueue = input
        let there: String = try await context.executeActivity("trace", options: options)
        let child: [String] = try await context.executeChildWorkflow(
            "Traced",
            options: ChildWorkflowOptions(taskQueue: input),
            input: context.info.taskQueue
        )
        return [here, local, there] + child
    }
}

extension WorkflowWorkerTests {
    @Test(
        "A trace goes from a client through workflows to activities, in Swift and in Python, kept in the cache or not",
        arguments: [StorageMode.standard],
        [1000, 0]
    )
    func trace(_ mode: StorageMode, _ cached: Int) async throws {
        let tracer = W3CTracer()
        try await mode.withClient {
            $0.interceptors = [TracingInterceptor(tracer: tracer)]
        } _: { client in
            let queue = "swift-traces-\(UUID())"
            var configuration = TemporalWorker.Configuration()
            configuration.maxCachedWorkflows = cached
            let worker = try TemporalWorker(
                client: client,
                taskQueue: queue,
                workflows: [TracedInSwift.self],
                configuration: configuration
            ) {
                Activity("trace") { () -> String in tracer.currentTrace ?? "none" }
            }
            let python = try PythonWorker.shared.get().taskQueue + "-\(mode.rawValue)"
            let traces = try await worker.running {
                try await client.executeWorkflow(
                    "TracedInSwift",
                    options: WorkflowOptions(id: "trace-\(UUID())", taskQueue: queue),
                    input: python,
                    returning: [String].self
                )
            }
            let start = try #require(tracer.span("StartWorkflow:TracedInSwift"))
            #expect(traces == Array(repeating: start.traceID, count: 5))
            // The workflow's, once each, although it was replayed again and again without a cache.
            let names = tracer.names
            let expected = [
                "RunWorkflow:TracedInSwift": 1, "StartActivity:trace": 3, "StartChildWorkflow:Traced": 1,
                "CompleteWorkflow:TracedInSwift": 1, "StartWorkflow:TracedInSwift": 1, "RunActivity:trace": 3,
            ]
            for (name, count) in expected { #expect(names.count { $0 == name } == count, "\(name)") }
            let calls = Set(tracer.finishedSpans.filter { $0.operationName == "StartActivity:trace" }.map(\.spanID))
            // Two of the three activities here were called by the workflow here.
            let attempts = tracer.finishedSpans.filter { $0.operationName == "RunActivity:trace" }
            #expect(attempts.count { calls.contains($0.parentSpanID ?? "") } == 2)
        }
    }
}
