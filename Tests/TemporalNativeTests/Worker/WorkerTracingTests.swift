//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import InMemoryTracing
import TemporalAPI
import Testing
import Tracing

@testable import TemporalNative

/// What the article on activity workers promises of spans.
@Suite("Spans of a worker", .timeLimit(.minutes(1)))
struct WorkerTracingTests {
    private let tracer = InMemoryTracer()
    private let service = ScriptedService()

    /// Runs one attempt, and returns its span and all others.
    private func spans(
        headers: [String: Payload] = [:],
        standsAlone: Bool = false,
        _ body: @escaping @Sendable () async throws -> Void = {}
    ) async throws -> (attempt: FinishedInMemorySpan, others: [FinishedInMemorySpan]) {
        try await withTracer(self.tracer) {
            let worker = try TemporalWorker.scripted(self.service) { Activity("greet") { try await body() } }
            try await worker.running {
                var task = try await ActivityTask.sample("greet")
                task.header.fields = try headers.mapValues { try $0.message }
                if standsAlone {
                    task.clearWorkflowType()
                    task.clearWorkflowExecution()
                }
                self.service.offer(task)
                _ = await self.service.nextReport()
            }
        }
        let spans = self.tracer.finishedSpans
        let attempts = spans.filter { $0.operationName == "RunActivity:greet" }
        #expect(attempts.count == 1)
        return (try #require(attempts.first), spans.filter { $0.operationName != "RunActivity:greet" })
    }

    private static func header(_ value: some Sendable) async throws -> [String: Payload] {
        let payloads = try await PayloadContext().encode(values: [value])
        return ["_tracer-data": payloads[0]]
    }

    @Test("An attempt is a span of the kind server, named after its type, with the ids of activity, workflow and run")
    func attributes() async throws {
        let span = try await self.spans().attempt
        #expect(span.kind == .server)
        #expect(span.attributes.get("temporalActivityID") == .string("1"))
        #expect(span.attributes.get("temporalWorkflowID") == .string("flow-1"))
        #expect(span.attributes.get("temporalRunID") == .string("run-1"))
        #expect(span.attributes.count == 3)
        #expect(span.parentSpanID == nil)
        #expect(span.errors.isEmpty && span.status == nil)
    }

    @Test("An activity that no workflow started has no ids of one")
    func standalone() async throws {
        let span = try await self.spans(standsAlone: true).attempt
        #expect(span.attributes.get("temporalActivityID") == .string("1"))
        #expect(span.attributes.get("temporalWorkflowID") == nil)
        #expect(span.attributes.get("temporalRunID") == nil)
    }

    @Test(
        "The span is a child of the caller's, if that sends _tracer-data, and the activity's own spans are its children"
    )
    func parents() async throws {
        let caller = [InMemoryTracer.traceIDKey: "trace-7", InMemoryTracer.spanIDKey: "span-7"]
        let (attempt, others) = try await self.spans(headers: Self.header(caller)) {
            withSpan("inner") { _ in }
        }
        #expect(attempt.traceID == "trace-7")
        #expect(attempt.parentSpanID == "span-7")
        #expect(others.map(\.operationName) == ["inner"])
        #expect(others.first?.parentSpanID == attempt.spanID)
        #expect(others.first?.traceID == "trace-7")
    }

    @Test("What cannot be read of the caller's trace fails no activity", arguments: [true, false])
    func unreadable(_ isObject: Bool) async throws {
        let header = isObject ? try await Self.header(["traceparent": "?"]) : try await Self.header(7)
        let span = try await self.spans(headers: header).attempt
        #expect(span.parentSpanID == nil)
        #expect(span.errors.isEmpty)
    }

    @Test("The error of an activity is recorded on its span, which has the status of an error")
    func errors() async throws {
        let span = try await self.spans { throw ApplicationFailure("no account", type: "AccountMissing") }.attempt
        #expect(span.errors.map { ($0.error as? ApplicationFailure)?.message } == ["no account"])
        #expect(span.status?.code == .error)
    }
}
