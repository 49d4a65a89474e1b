//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import Foundation
import Groundwork
import InMemoryTracing
import Logging
import Metrics
import NIOConcurrencyHelpers
import SwiftProtobuf
import TemporalAPI
import Testing
import Tracing
import WorkflowEngine

@testable import TemporalNative

@Suite("Interceptors", .timeLimit(.minutes(1)))
struct InterceptorTests {
    /// Writes down what it sees, and sends its name along.
    private struct Scribe: ClientInterceptor, WorkerInterceptor {
        let name: String
        let seen: NIOLockedValueBox<[String]>
        var isIdle = false

        private func note(_ text: String) { self.seen.withLockedValue { $0.append("\(self.name) \(text)") } }

        private func sign(_ headers: inout [String: Payload]) throws {
            headers["from"] = try DataConverter().payload(for: self.name)
        }

        func startWorkflow<Output: Sendable>(
            _ input: StartWorkflowInput,
            next: InterceptorNext<StartWorkflowInput, Output>
        ) async throws -> Output {
            self.note("start \(input.start.type) \(input.signal ?? "-")")
            var input = input
            try self.sign(&input.headers)
            input.start.input.append(self.name)
            let output = try await next(input)
            self.note("started")
            return output
        }

        func signalWorkflow(
            _ input: SignalWorkflowInput,
            next: InterceptorNext<SignalWorkflowInput, Void>
        ) async throws {
            self.note("signal \(input.signal) of \(input.workflowID)")
            var input = input
            try self.sign(&input.headers)
            try await next(input)
        }

        func queryWorkflow<Output: Sendable>(
            _ input: QueryWorkflowInput,
            next: InterceptorNext<QueryWorkflowInput, Output>
        ) async throws -> Output {
            var input = input
            try self.sign(&input.headers)
            return try await next(input)
        }

        func startWorkflowUpdate<Output: Sendable>(
            _ input: StartWorkflowUpdateInput,
            next: InterceptorNext<StartWorkflowUpdateInput, Output>
        ) async throws -> Output {
            var input = input
            try self.sign(&input.headers)
            return try await next(input)
        }

        func executeWorkflow<Output: Sendable>(
            _ input: ExecuteWorkflowInput,
            next: InterceptorNext<ExecuteWorkflowInput, Output>
        ) async throws -> Output {
            self.note("run \(input.workflow.info.workflowType)")
            return try await next(input)
        }

        func handleSignal(
            _ input: HandleSignalInput,
            next: InterceptorNext<HandleSignalInput, Void>
        ) async throws {
            self.note("handle \(input.signal) \(input.headers.keys.sorted())")
            try await next(input)
        }

        func startActivity<Output: Sendable>(
            _ input: StartActivityInput,
            next: InterceptorNext<StartActivityInput, Output>
        ) async throws -> Output {
            self.note("activity \(input.activity)")
            var input = input
            try self.sign(&input.headers)
            input.options.startToCloseTimeout = .seconds(7)
            return try await next(input)
        }
    }

    private struct Caller: WorkflowDefinition {
        @WorkflowState var knocks = 0

        init(input: Void) {}

        func run(context: WorkflowContext<Self>, input: Void) async throws -> Int {
            async let activity: Void = context.executeActivity(
                "work",
                options: ActivityOptions(startToCloseTimeout: .seconds(1))
            )
            async let timer: Void = context.sleep(for: .seconds(1))
            _ = try await (activity, timer)
            return self.knocks
        }

        func knock() { self.knocks += 1 }

        static var handlers: [WorkflowHandler<Self>] { [.signal("knock", Self.knock)] }
    }

    private static func worker(
        _ service: ScriptedTasks,
        _ interceptors: [any WorkerInterceptor],
        codecs: [any PayloadCodec] = []
    ) throws -> WorkflowWorker {
        WorkflowWorker(
            service: service,
            registry: try WorkflowRegistry([Caller.self]),
            interceptors: interceptors,
            configuration: .init(),
            payloads: PayloadContext(converter: DataConverter(codecs: codecs)),
            identity: WorkerReport.Identity(identity: "me", taskQueue: "queue", driverTypes: []),
            clock: .continuous,
            executor: nil,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            metrics: WorkflowMetrics(namespace: "default", taskQueue: "queue", factory: NOOPMetricsHandler.instance)
        )
    }

    @Test("A client's are called in order, around the call, and change what is sent")
    func client() async throws {
        let seen = NIOLockedValueBox<[String]>([])
        var configuration = TemporalClient.Configuration()
        configuration.interceptors = [Scribe(name: "a", seen: seen), Scribe(name: "b", seen: seen)]
        let channel = ScriptedChannel([
            .success(WorkflowService.StartWorkflowExecution.Output.with { $0.runID = "r" }),
            .success(WorkflowService.SignalWorkflowExecution.Output()),
            .success(WorkflowService.QueryWorkflow.Output()),
            .success(WorkflowService.UpdateWorkflowExecution.Output.with { $0.stage = .completed }),
        ])
        let client = TemporalClient(connection: channel.connection(configuration))
        let handle = try await client.startWorkflow("Flow", options: .init(id: "w", taskQueue: "q"), input: "x")
        try await handle.signal("knock")
        _ = try? await handle.query("how", returning: String?.self)
        _ = try await handle.startUpdate("turn", returning: String.self)
        let expected = [
            "a start Flow -", "b start Flow -", "b started", "a started", "a signal knock of w", "b signal knock of w",
        ]
        #expect(seen.withLockedValue { $0 } == expected)
        let start = try #require(channel.calls[0].request as? WorkflowService.StartWorkflowExecution.Input)
        #expect(start.input.payloads.map { String(decoding: $0.data, as: UTF8.self) } == [#""x""#, #""a""#, #""b""#])
        let sent = [
            start.header,
            (channel.calls[1].request as? WorkflowService.SignalWorkflowExecution.Input)?.header,
            (channel.calls[2].request as? WorkflowService.QueryWorkflow.Input)?.query.header,
            (channel.calls[3].request as? WorkflowService.UpdateWorkflowExecution.Input)?.request.input.header,
        ]
        #expect(sent.map { $0?.fields["from"].map(Self.text) } == Array(repeating: #""b""#, count: 4))
    }

    private static func text(_ payload: ProtoPayload) -> String { String(decoding: payload.data, as: UTF8.self) }

    /// Refuses everything, but says so.
    private struct Refuses: PayloadCodec {
        func encode(_ payloads: [Payload]) async throws -> [Payload] {
            throw ApplicationFailure("\(payloads.count) payloads")
        }
        func decode(_ payloads: [Payload]) async throws -> [Payload] { payloads }
    }

    @Test("A workflow's see what comes and goes; commands keep their order, and headers go through no codec")
    func workflow() async throws {
        let seen = NIOLockedValueBox<[String]>([])
        var orders: [[API.CommandType]] = []
        for interceptors in [[], [Scribe(name: "a", seen: seen), Scribe(name: "b", seen: seen), TracingInterceptor()]]
            as [[any WorkerInterceptor]]
        {
            let service = ScriptedTasks()
            var task = ScriptedTasks.task(type: "Caller")
            task.history.events.insert(
                ScriptedTasks.event(2) { event in
                    event.eventType = .workflowExecutionSignaled
                    event.workflowExecutionSignaledEventAttributes = .with {
                        $0.signalName = "knock"
                        $0.header.fields["x"] = .init()
                    }
                },
                at: 1
            )
            for index in 2..<4 { task.history.events[index].eventID += 1 }
            task.startedEventID = 4
            await (try Self.worker(service, interceptors, codecs: [Refuses()])).process(task)
            let completion = try #require(service.state.withLockedValue { $0.completions }.first)
            orders.append(completion.commands.map(\.commandType))
            guard !interceptors.isEmpty else { continue }
            let command = try #require(completion.commands.first).scheduleActivityTaskCommandAttributes
            #expect(command.startToCloseTimeout.seconds == 7)
            #expect(command.header.fields["from"].map { String(decoding: $0.data, as: UTF8.self) } == #""b""#)
        }
        #expect(orders[0] == [.scheduleActivityTask, .startTimer])
        #expect(orders[1] == orders[0])
        #expect(
            seen.withLockedValue { $0 } == [
                #"a handle knock ["x"]"#, #"b handle knock ["x"]"#, "a run Caller", "b run Caller", "a activity work",
                "b activity work",
            ]
        )
    }

    @Test("An idle interceptor is not called; the one for traces is idle while there is no tracer")
    func idle() async throws {
        let seen = NIOLockedValueBox<[String]>([])
        let service = ScriptedTasks()
        let worker = try Self.worker(
            service,
            [Scribe(name: "a", seen: seen, isIdle: true), Scribe(name: "b", seen: seen)]
        )
        await worker.process(ScriptedTasks.task(type: "Caller"))
        #expect(service.state.withLockedValue { $0.completions }.count == 1)
        #expect(seen.withLockedValue { $0 } == ["b run Caller", "b activity work"])

        #expect(TracingInterceptor().isIdle)
        #expect(!TracingInterceptor(tracer: W3CTracer()).isIdle)
        withTracer(W3CTracer()) { #expect(!TracingInterceptor().isIdle) }
    }

    @Test("Spans of a workflow: once, however often it is replayed; the activity's caller is one of them")
    func replay() async throws {
        let tracer = W3CTracer()
        let caller = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"
        var task = ScriptedTasks.task(type: "Caller")
        let header = try #require(try JSONConverter().payload(for: ["traceparent": caller]))
        task.history.events[0].workflowExecutionStartedEventAttributes.header.fields["_tracer-data"] =
            try header.message
        let service = ScriptedTasks()
        let worker = try Self.worker(service, [TracingInterceptor(tracer: tracer)])
        await worker.process(task)
        #expect(tracer.names == ["RunWorkflow:Caller", "StartActivity:work"])
        #expect(tracer.finishedSpans.allSatisfy { $0.parentSpanID == "0123456789abcdef" })
        #expect(tracer.finishedSpans.allSatisfy { $0.traceID == "0123456789abcdef0123456789abcdef" })
        let completion = try #require(service.state.withLockedValue { $0.completions }.first)
        let command = try #require(completion.commands.first).scheduleActivityTaskCommandAttributes
        let sent = try #require(command.header.fields["_tracer-data"])
        let span = try #require(tracer.span("StartActivity:work"))
        #expect(
            String(decoding: sent.data, as: UTF8.self)
                == #"{"traceparent":"00-\#(span.traceID)-\#(span.spanID)-01"}"#
        )
        #expect(sent.metadata["encoding"] == Data("json/plain".utf8))
        for run in worker.cache.removeAll() { await worker.evict(run) }
        #expect(tracer.names.count == 2, "a run that is given up has no span of its end")

        // The next task, on a worker that has not seen the first.
        var next = task
        next.previousStartedEventID = 3
        next.startedEventID = 8
        next.history.events += ScriptedTasks.nextTask(type: "Caller").history.events
        next.history.events.insert(
            contentsOf: [
                ScriptedTasks.event(5) { event in
                    event.eventType = .activityTaskScheduled
                    event.activityTaskScheduledEventAttributes = .with {
                        $0.activityID = completion.commands[0].scheduleActivityTaskCommandAttributes.activityID
                        $0.activityType.name = "work"
                    }
                },
                ScriptedTasks.event(6) { event in
                    event.eventType = .timerStarted
                    event.timerStartedEventAttributes = .with {
                        $0.timerID = completion.commands[1].startTimerCommandAttributes.timerID
                    }
                },
            ],
            at: 4
        )
        next.history.events[6].eventID = 7
        next.history.events[7].eventID = 8
        let second = ScriptedTasks()
        await (try Self.worker(second, [TracingInterceptor(tracer: tracer)])).process(next)
        #expect(second.state.withLockedValue { $0.failures.isEmpty && $0.completions.count == 1 })
        #expect(tracer.names.count == 2)
    }

    @Test("Without a trace there are no headers, and no spans in workflows")
    func untraced() async throws {
        let (tracer, service) = (W3CTracer(), ScriptedTasks())
        let worker = try Self.worker(service, [TracingInterceptor(tracer: tracer)])
        await worker.process(ScriptedTasks.task(type: "Caller"))
        let completion = try #require(service.state.withLockedValue { $0.completions }.first)
        #expect(completion.commands.first?.scheduleActivityTaskCommandAttributes.header.fields.isEmpty == true)
        #expect(tracer.names.isEmpty)

        let channel = ScriptedChannel([.success(WorkflowService.StartWorkflowExecution.Output())])
        let client = TemporalClient(connection: channel.connection())
        try await client.startWorkflow("Flow", options: .init(id: "w", taskQueue: "q"))
        let start = channel.calls[0].request as? WorkflowService.StartWorkflowExecution.Input
        #expect(start?.header.fields.isEmpty == true, "the default interceptor has no tracer to ask")
    }

    @Test("An activity's see its payloads, its headers and its heartbeats")
    func activity() async throws {
        struct Doubles: WorkerInterceptor {
            func executeActivity(
                _ input: ExecuteActivityInput,
                next: InterceptorNext<ExecuteActivityInput, [Payload]>
            ) async throws -> [Payload] {
                var input = input
                input.input.append(try DataConverter().payload(for: input.headers.keys.sorted().joined()))
                let result = try await next(input)
                return result + result
            }

            func heartbeat(_ input: HeartbeatInput, next: (HeartbeatInput) -> Void) {
                var input = input
                input.details.append("more")
                next(input)
            }
        }
        let (service, heard) = (ScriptedService(), OneShot())
        let worker = try TemporalWorker.scripted(service, interceptors: [Doubles()]) {
            Activity("greet") { (who: String, headers: String) -> String in
                ActivityContext.current?.heartbeat(who)
                // One that has not been sent when its activity ends well is not sent any more.
                await heard.wait()
                return who + headers
            }
        }
        try await worker.running {
            var task = try await ActivityTask.sample("greet")
            task.input = try ProtoPayloads([DataConverter().payload(for: "me")])
            task.header.fields["h"] = .init()
            service.offer(task)
            var reports: [ScriptedService.Report] = []
            while reports.last?.completed == nil, let report = await service.nextReport() {
                reports.append(report)
                heard.fire()
            }
            let result = try #require(reports.last?.completed).result.payloads
            #expect(result.map(Self.text) == [#""meh""#, #""meh""#])
            for case .heartbeat(let heartbeat) in reports {
                #expect(heartbeat.details.payloads.map(Self.text) == [#""me""#, #""more""#])
            }
            #expect(reports.count == 2)
        }
    }
}
