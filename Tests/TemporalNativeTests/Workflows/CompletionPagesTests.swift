//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageTesting
import Foundation
import GRPCCore
import NIOConcurrencyHelpers
import SwiftProtobuf
import TemporalAPI
import Testing
import WorkflowEngine

@testable import TemporalNative

@Suite("Answers to workflow tasks that are larger than a server takes at once", .timeLimit(.minutes(1)))
struct CompletionPagesTests {
    /// Starts activities with large inputs, all at once.
    private struct Spreads: WorkflowDefinition {
        init(input: [Int]) {}

        func run(context: WorkflowContext<Self>, input: [Int]) async throws {
            let options = ActivityOptions(startToCloseTimeout: .seconds(1))
            try await withThrowingDiscardingTaskGroup { group in
                for size in input {
                    group.addTask {
                        let value = String(repeating: "x", count: size)
                        try await context.executeActivity("take", options: options, input: value, returning: Void.self)
                    }
                }
            }
        }
    }

    private static func completion(_ sizes: [Int]) -> WorkflowTaskCompletion {
        .with { completion in
            completion.taskToken = Data([1])
            completion.namespace = "default"
            completion.identity = "me"
            completion.stickyAttributes.workerTaskQueue.name = "sticky"
            completion.returnNewWorkflowTask = true
            completion.commands = sizes.enumerated().map { index, size in
                .with { command in
                    command.commandType = .recordMarker
                    command.recordMarkerCommandAttributes.markerName = "\(index)"
                    command.recordMarkerCommandAttributes.details["x"] = .with {
                        $0.payloads = [.with { $0.data = Data(count: size) }]
                    }
                }
            }
        }
    }

    @Test(
        "Pages have all commands in their order, none is larger than it may be, and the last has all the rest",
        arguments: [
            [10, 20], [900, 900, 900, 900], [900, 10, 900, 10, 900, 10], Array(repeating: 100, count: 57), [5_000, 10],
            [10, 5_000], [5_000, 5_000, 10],
        ]
    )
    func divided(_ sizes: [Int]) throws {
        let whole = Self.completion(sizes)
        let pages = try CompletionPages(whole, pageSize: 1_000)
        #expect(pages.first.isEmpty == (sizes == [10, 20]))
        var joined = pages.last
        joined.commands = (pages.first + [pages.last]).flatMap(\.commands)
        #expect(joined.pageNumber == Int32(pages.first.count))
        joined.pageNumber = 0
        #expect(joined == whole)
        let size = try whole.serializedData().count
        #expect(pages.size == size)
        for (number, page) in pages.first.enumerated() {
            #expect(page.pageNumber == Int32(number))
            #expect(page.intermediatePage)
            #expect(page.taskToken == whole.taskToken && page.namespace == "default" && page.identity == "me")
            #expect(!page.commands.isEmpty)
            #expect(!page.returnNewWorkflowTask && !page.hasStickyAttributes)
        }
        for page in pages.first + [pages.last] where page.commands.count > 1 {
            let size = try page.commands.map { try $0.serializedData().count }.reduce(0, +)
            #expect(size <= 1_000)
        }
        #expect(!pages.last.intermediatePage)
        // What stands around the commands is in the last one, which has commands only if there is room for them.
        let last = try pages.last.serializedData().count
        #expect(pages.last.commands.isEmpty || last <= 1_000)
    }

    @Test("What one command makes too large is not divided, and neither is what has none")
    func indivisible() throws {
        #expect(try CompletionPages(Self.completion([5_000]), pageSize: 1_000).first.isEmpty)
        var answer = Self.completion([])
        answer.queryResults["q"] = .with { $0.errorMessage = String(repeating: "x", count: 5_000) }
        #expect(try CompletionPages(answer, pageSize: 1_000).first.isEmpty)
    }

    private static func processed(
        _ sizes: [Int],
        limits: CompletionPages.Limits,
        errors: [TemporalError?] = [],
        payloads: PayloadContext = PayloadContext(),
        clock: WorkerClock = .continuous
    ) async throws -> ScriptedTasks.State {
        let service = ScriptedTasks()
        service.state.withLockedValue { $0.completionErrors = errors }
        let worker = try WorkflowWorker.scripted(
            service,
            workflows: [Spreads.self],
            payloads: payloads,
            clock: clock
        )
        worker.paging.withLockedValue { $0 = limits }
        await worker.process(ScriptedTasks.task(type: "Spreads", input: try ScriptedTasks.payloads([sizes])))
        return service.state.withLockedValue { $0 }
    }

    /// A page that takes three values of 1,000 bytes.
    private static let pages = CompletionPages.Limits(arePagesTaken: true, pageSize: 3_600)
    private static let lost: TemporalError = {
        var details = Google_Rpc_Status()
        details.code = 10
        let failure = Temporal_Api_Errordetails_V1_WorkflowTaskCompletionBufferLostFailure()
        details.details = [(try? Google_Protobuf_Any(message: failure)) ?? .init()]
        let bytes: [UInt8] = (try? details.serializedBytes()) ?? []
        let status = RPCError(code: .aborted, message: "lost", metadata: ["grpc-status-details-bin": .binary(bytes)])
        return TemporalError(code: .conflict, message: "lost", cause: status)
    }()

    @Test("A server that takes pages gets a large answer in three, the last one behind the others")
    func pages() async throws {
        let sizes = Array(repeating: 1_000, count: 8)
        let state = try await Self.processed(sizes, limits: Self.pages)
        #expect(state.failures.map(\.failure.message) == [])
        #expect(state.completions.count == 3)
        #expect(state.completions.last?.pageNumber == 2)
        #expect(state.completions.map(\.intermediatePage) == [true, true, false])
        #expect(state.completions.map(\.commands.count).reduce(0, +) == 8)
        #expect(state.completions.last?.returnNewWorkflowTask == true)
    }

    @Test("A server that knows no pages gets one answer")
    func noPages() async throws {
        let sizes = Array(repeating: 1_000, count: 8)
        let state = try await Self.processed(sizes, limits: .init(arePagesTaken: false, pageSize: 3_600))
        #expect(state.completions.map(\.commands.count) == [8])
        #expect(state.completions.map(\.pageNumber) == [0])
    }

    @Test("Pages that the server lost are all sent again")
    func lostPages() async throws {
        let sizes = Array(repeating: 1_000, count: 8)
        let errors: [TemporalError?] = [nil, nil, Self.lost, nil, nil, Self.lost]
        let state = try await Self.processed(sizes, limits: Self.pages, errors: errors)
        #expect(state.completions.map(\.intermediatePage) == [true, true, false, true, true, false, true, true, false])
        #expect(state.failures.isEmpty)
    }

    @Test("Pages that are lost again and again are sent eight times, after longer and longer waits, and then no more")
    func lostForGood() async throws {
        let (now, waits) = (ContinuousClock.now, NIOLockedValueBox<[Duration]>([]))
        let clock = WorkerClock(
            now: { now },
            sleep: { until in waits.withLockedValue { $0.append(now.duration(to: until)) } }
        )
        let errors = Array(repeating: [nil, nil, Self.lost], count: 8).flatMap { $0 }
        let sizes = Array(repeating: 1_000, count: 8)
        let state = try await Self.processed(sizes, limits: Self.pages, errors: errors, clock: clock)
        #expect(state.completions.count == 24)
        #expect(waits.withLockedValue { $0 } == [100, 200, 400, 800, 1_600, 3_200, 5_000].map { .milliseconds($0) })
    }

    @Test("Another refusal of a page is not tried again")
    func refusedPage() async throws {
        let refused = TemporalError(code: .conflict, message: "no", cause: RPCError(code: .aborted, message: "no"))
        let sizes = Array(repeating: 1_000, count: 8)
        let state = try await Self.processed(sizes, limits: Self.pages, errors: [nil, nil, refused])
        #expect(state.completions.count == 3)
    }

    /// Holds pages up, and counts those that are under way.
    private struct Slow: ForwardedWorkflowTasks {
        let workflows = ScriptedTasks()
        let arrived = TestCounter()
        private let underWay = NIOLockedValueBox((now: 0, most: 0))

        var most: Int { self.underWay.withLockedValue { $0.most } }

        func complete(
            _ request: WorkflowTaskCompletion
        ) async throws -> Temporal_Api_Workflowservice_V1_RespondWorkflowTaskCompletedResponse {
            self.underWay.withLockedValue { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
            defer { self.underWay.withLockedValue { $0.now -= 1 } }
            self.arrived.increment()
            if request.intermediatePage {
                try await self.arrived.wait(for: 3)
                // Time for others to arrive, if they are sent.
                for _ in 0..<200 { await Task.yield() }
            } else {
                #expect(
                    self.underWay.withLockedValue { $0.now } == 1,
                    "the last page is sent when the others are there"
                )
            }
            return try await self.workflows.complete(request)
        }
    }

    @Test("Three pages are under way at a time, and the last one by itself")
    func atOnce() async throws {
        let service = Slow()
        let worker = try WorkflowWorker.scripted(service, workflows: [Spreads.self])
        worker.paging.withLockedValue { $0 = .init(arePagesTaken: true, pageSize: 1_500) }
        let sizes = Array(repeating: 1_000, count: 8)
        await worker.process(ScriptedTasks.task(type: "Spreads", input: try ScriptedTasks.payloads([sizes])))
        let completions = service.workflows.state.withLockedValue { $0.completions }
        #expect(completions.count == 8)
        #expect(completions.last?.intermediatePage == false)
        #expect(service.most == 3)
    }

    @Test("The namespace says whether it takes pages, and how much in all")
    func namespace() throws {
        let worker = try WorkflowWorker.scripted(ScriptedTasks(), workflows: [Spreads.self])
        #expect(!worker.paging.withLockedValue { $0.arePagesTaken })
        worker.take(
            .with { namespace in
                namespace.capabilities.workflowTaskCompletionPagination = true
                namespace.limits.workflowTaskCompletionSizeLimitError = 7_000
            }
        )
        #expect(worker.paging.withLockedValue { $0.arePagesTaken && $0.total == 7_000 })
        worker.take(.init())
        #expect(worker.paging.withLockedValue { !$0.arePagesTaken && $0.total == 0 })
    }

    @Test("A lost page is not asked for again by itself")
    func noRetry() throws {
        let status = try #require(Self.lost.cause as? RPCError)
        #expect(ErrorDetail.saysPagesAreLost(status))
        #expect(!ErrorDetail.saysPagesAreLost(RPCError(code: .aborted, message: "lost")))
    }

    @Test("An answer that is too large fails the task: which commands are how large, and what to do")
    func tooLarge() async throws {
        let refused = TemporalError(code: .messageTooLarge, message: "received message larger than max")
        let state = try await Self.processed([10, 50_000, 20], limits: .init(), errors: [refused])
        let failure = try #require(state.failures.first)
        #expect(failure.cause == .grpcMessageTooLarge)
        let text = failure.failure.message
        #expect(text.contains("received message larger than max"))
        #expect(text.contains("in 3 commands, the largest activity 2 of type take 50"))
        #expect(text.contains("External storage takes large values out of it"))
        #expect(state.completions.count == 1)
    }

    @Test("An answer beyond what the namespace takes in all its pages is not sent")
    func beyondTotal() async throws {
        let limits = CompletionPages.Limits(arePagesTaken: true, total: 6_000, pageSize: 3_600)
        let state = try await Self.processed(Array(repeating: 1_000, count: 8), limits: limits)
        #expect(state.completions.isEmpty)
        #expect(state.failures.map(\.cause) == [.requestTooLarge])
        #expect(state.failures.first?.failure.message.contains("the namespace takes 6000") == true)
    }

    @Test("With storage the server counts, for which what was stored is small")
    func beyondTotalWithStorage() async throws {
        let limits = CompletionPages.Limits(arePagesTaken: true, total: 6_000, pageSize: 3_600)
        let payloads = PayloadContext(externalStorage: try ExternalStorage(driver: InMemoryStorageDriver()))
        let sizes = Array(repeating: 1_000, count: 8)
        let state = try await Self.processed(sizes, limits: limits, payloads: payloads)
        #expect(state.completions.count == 3)
        #expect(state.failures.isEmpty)
    }
}
