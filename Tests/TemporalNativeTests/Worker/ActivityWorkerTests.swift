//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageTesting
import Groundwork
import Logging
import SwiftProtobuf
import TemporalAPI
import TemporalNativeTesting
import Testing

@testable import TemporalNative

@Suite("A worker and a server that follows a script", .timeLimit(.minutes(1)))
struct ActivityWorkerTests {
    private let service = ScriptedService()
    private let context = PayloadContext()

    @Test("A task is run with its context, and its result reported")
    func completes() async throws {
        let worker = try TemporalWorker.scripted(self.service) {
            Activity("greet") { (name: String) in
                let context = try #require(ActivityContext.current)
                #expect(context.info.activityType == "greet")
                #expect(context.info.attempt == 2)
                #expect(context.info.workflow == .init(id: "flow-1", runID: "run-1", type: "Flow"))
                #expect(context.info.startToCloseTimeout == .seconds(60))
                #expect(context.info.heartbeatTimeout == nil)
                #expect(context.payloads.target?.workflow?.id == "flow-1")
                #expect(try await context.heartbeatDetails(as: Int.self) == 41)
                #expect(!context.isWorkerShuttingDown)
                return "Hello, \(name)!"
            }
        }
        try await worker.running {
            self.service.offer(try await .sample("greet", ["Ada"], details: [41]))
            let request = try #require(await self.service.nextReport()?.completed)
            #expect(request.taskToken == .init("token".utf8))
            #expect(request.identity == "tester")
            #expect(request.namespace == "default")
            let result = try await self.context.decode([Payload](request.result), as: String.self)
            #expect(result == "Hello, Ada!")
        }
        let poll = try #require(self.service.pollRequests.first)
        #expect(poll.taskQueue.name == "queue")
        #expect(poll.namespace == "default")
        #expect(!poll.workerInstanceKey.isEmpty)
        #expect(!poll.hasTaskQueueMetadata)
    }

    @Test("Five pollers poll, and no more; the limit of the task queue is told to the server")
    func pollers() async throws {
        var configuration = TemporalWorker.Configuration()
        configuration.maxTaskQueueActivitiesPerSecond = 3.5
        let worker = try TemporalWorker.scripted(self.service, configuration: configuration) { Activity("a") {} }
        try await worker.running {
            try await self.service.polls.wait(for: 5)
            for _ in 0..<20 { self.service.offer(try await .sample("a")) }
            for _ in 0..<20 { #expect(await self.service.nextReport()?.completed != nil) }
            try await self.service.polls.wait(for: 25)
        }
        #expect(self.service.mostPolling == 5)
        #expect(self.service.polling == 0)
        #expect(self.service.pollRequests[0].taskQueueMetadata.maxTasksPerSecond.value == 3.5)
    }

    @Test("A worker without a free slot does not poll")
    func slots() async throws {
        var configuration = TemporalWorker.Configuration()
        configuration.maxConcurrentActivities = 3
        let started = TestCounter()
        let release = OneShot()
        let worker = try TemporalWorker.scripted(self.service, configuration: configuration) {
            Activity("wait") {
                started.increment()
                await release.wait()
            }
        }
        try await worker.running {
            for _ in 0..<7 { self.service.offer(try await .sample("wait")) }
            try await started.wait(for: 3)
            #expect(self.service.polls.value == 3)
            #expect(self.service.polling == 0)
            release.fire()
            for _ in 0..<7 { #expect(await self.service.nextReport()?.completed != nil) }
        }
    }

    @Test("ES-F6 A heartbeat that cannot be stored ends the attempt, which is reported once, with the cause")
    func heartbeatNotStored() async throws {
        let worker = try TemporalWorker.scripted(self.service) {
            Activity("beat") {
                let context = try #require(ActivityContext.current)
                context.heartbeat(1)
                await OneShot().wait()
                try Task.checkCancellation()
            }
        }
        let storage = ExternalStorageError(code: .unavailable, message: "the store is down", driverName: "d")
        self.service.answerHeartbeats(
            .failure(
                TemporalError(code: .externalStorageFailed, message: "RecordActivityTaskHeartbeat", cause: storage)
            )
        )
        try await worker.running {
            self.service.offer(try await .sample("beat"))
            guard case .heartbeat = await self.service.nextReport() else {
                Issue.record("a heartbeat comes first")
                return
            }
            let request = try #require(await self.service.nextReport()?.failed)
            #expect(request.cause == .externalStorageFailure)
            #expect(request.failure.message.contains("the store is down"))
            #expect(!request.failure.applicationFailureInfo.nonRetryable)
        }
        // Once: the transport leaves it to the worker.
        #expect(self.service.callersOwn == ["heartbeat", "fail"])
    }

    @Test("ES-F6 A cancellation stays one if its details cannot be stored")
    func cancellationNotStored() async throws {
        self.service.answerHeartbeats(.success(.with { $0.cancelRequested = true }))
        let worker = try TemporalWorker.scripted(self.service) {
            Activity("work") {
                ActivityContext.current?.heartbeat()
                await OneShot().wait()
                throw TemporalFailure(
                    original: .with { $0.canceledFailureInfo = .init() },
                    message: "enough",
                    stackTrace: "",
                    payloads: [.sample(1, sizeInBytes: 10)],
                    cause: nil,
                    converter: DataConverter()
                )
            }
        }
        let storage = ExternalStorageError(code: .unavailable, message: "the store is down", driverName: "d")
        self.service.failNextFailure(TemporalError(code: .externalStorageFailed, message: "", cause: storage))
        try await worker.running {
            self.service.offer(try await .sample("work"))
            #expect(await self.service.nextReport()?.heartbeat != nil)
            let request = try #require(await self.service.nextReport()?.canceled)
            #expect(!request.hasDetails)
        }
        // The second time there is nothing to store.
        #expect(self.service.callersOwn == ["heartbeat", "cancel"])
    }

    @Test("ES-F6 A failure that is not to be retried stays one if a heartbeat could not be stored before")
    func finalFailureAfterHeartbeat() async throws {
        let worker = try TemporalWorker.scripted(self.service) {
            Activity("beat") {
                let context = try #require(ActivityContext.current)
                context.heartbeat(1)
                await OneShot().wait()
                throw ApplicationFailure("no account", type: "A", isNonRetryable: true)
            }
        }
        let storage = ExternalStorageError(code: .unavailable, message: "the store is down", driverName: "d")
        self.service.answerHeartbeats(
            .failure(TemporalError(code: .externalStorageFailed, message: "", cause: storage))
        )
        try await worker.running {
            self.service.offer(try await .sample("beat"))
            guard case .heartbeat = await self.service.nextReport() else {
                Issue.record("a heartbeat comes first")
                return
            }
            let request = try #require(await self.service.nextReport()?.failed)
            #expect(request.cause == .unspecified)
            #expect(request.failure.message == "no account")
            #expect(request.failure.applicationFailureInfo.nonRetryable)
        }
    }

    @Test("ES-F6 A failure that is not to be retried stays one if its details cannot be stored")
    func finalFailure() async throws {
        let worker = try TemporalWorker.scripted(self.service) {
            Activity("final") { throw ApplicationFailure("no account", type: "A", isNonRetryable: true, details: [7]) }
            Activity("again") { throw ApplicationFailure("busy", type: "B", details: [7]) }
        }
        let storage = ExternalStorageError(code: .unavailable, message: "the store is down", driverName: "d")
        let refused = TemporalError(code: .externalStorageFailed, message: "", cause: storage)
        try await worker.running {
            self.service.failNextFailure(refused)
            self.service.offer(try await .sample("final"))
            let final = try #require(await self.service.nextReport()?.failed)
            #expect(final.failure.applicationFailureInfo.nonRetryable)
            #expect(final.failure.message == "no account")
            #expect(!final.failure.applicationFailureInfo.hasDetails)

            // Another attempt may store what this one could not.
            self.service.failNextFailure(refused)
            self.service.offer(try await .sample("again"))
            let again = try #require(await self.service.nextReport()?.failed)
            #expect(again.cause == .externalStorageFailure)
            #expect(again.failure.message.contains("the store is down"))
        }
        #expect(self.service.callersOwn == ["fail", "fail"])
    }

    @Test("Errors are reported as failures: one's own with all it says, others with the name of their type")
    func failures() async throws {
        struct Own: Error, CustomStringConvertible { var description: String { "broken" } }
        let worker = try TemporalWorker.scripted(self.service) {
            Activity("application") {
                throw ApplicationFailure(
                    "no account",
                    type: "AccountMissing",
                    isNonRetryable: true,
                    details: [7],
                    nextRetryDelay: .seconds(3)
                )
            }
            Activity("own") { throw Own() }
            Activity("cancellation") { throw CancellationError() }
        }
        try await worker.running {
            self.service.offer(try await .sample("application"))
            var failure = try #require(await self.service.nextReport()?.failed).failure
            #expect(failure.message == "no account")
            #expect(failure.applicationFailureInfo.type == "AccountMissing")
            #expect(failure.applicationFailureInfo.nonRetryable)
            #expect(failure.applicationFailureInfo.nextRetryDelay.seconds == 3)
            #expect(failure.applicationFailureInfo.details.payloads.count == 1)

            self.service.offer(try await .sample("own"))
            failure = try #require(await self.service.nextReport()?.failed).failure
            #expect(failure.message == "broken")
            #expect(failure.applicationFailureInfo.type == "Own")
            #expect(!failure.applicationFailureInfo.nonRetryable)

            // Nobody asked for it, so it is a failure.
            self.service.offer(try await .sample("cancellation"))
            #expect(await self.service.nextReport()?.failed != nil)
        }
    }

    @Test("An activity that is not registered fails, and the message names those that are")
    func unknown() async throws {
        let worker = try TemporalWorker.scripted(self.service) {
            Activity("b") {}
            Activity("a") {}
        }
        try await worker.running {
            self.service.offer(try await .sample("c"))
            let failure = try #require(await self.service.nextReport()?.failed).failure
            #expect(failure.applicationFailureInfo.type == "NotFoundError")
            #expect(!failure.applicationFailureInfo.nonRetryable)
            #expect(failure.message.hasSuffix("it has a, b"))
        }
    }

    @Test("ES-F3 A storage failure in an activity has its cause, is retryable, and is reported without storage (ES-F4)")
    func storageFailure() async throws {
        let error = ExternalStorageError(code: .corrupted, message: "the digest differs", driverName: "s3")
        let worker = try TemporalWorker.scripted(self.service) {
            Activity("plain") { throw error }
            Activity("wrapped") { throw TemporalError(code: .externalStorageFailed, message: "call", cause: error) }
        }
        try await worker.running {
            for name in ["plain", "wrapped"] {
                self.service.offer(try await .sample(name))
                let request = try #require(await self.service.nextReport()?.failed)
                #expect(request.cause == .externalStorageFailure)
                #expect(request.failure.message.contains("the digest differs"))
                #expect(request.failure.applicationFailureInfo.type == "ExternalStorageFailure")
                #expect(!request.failure.applicationFailureInfo.nonRetryable)
                #expect(!request.failure.hasEncodedAttributes)
            }
        }
    }

    @Test("ES-F3 A reference in the input that cannot be resolved fails the attempt with the cause of storage failures")
    func unresolvableInput() async throws {
        let worker = try TemporalWorker.scripted(
            self.service,
            payloads: PayloadContext(
                externalStorage: try ExternalStorage(
                    driver: FaultyStorageDriver(failing: .unavailable),
                    logger: .init(label: "test")
                )
            )
        ) {
            Activity("a") { (text: String) in text }
        }
        let reference = StorageReference(driverName: "faulty", claim: ["key": "k"])
        let payload = reference.payload(forStored: 10)
        try await worker.running {
            self.service.offer(try await .sample("a", [payload]))
            let request = try #require(await self.service.nextReport()?.failed)
            #expect(request.cause == .externalStorageFailure)
        }
    }

    @Test("A pending result is not reported, and frees the slot")
    func pending() async throws {
        var configuration = TemporalWorker.Configuration()
        configuration.maxConcurrentActivities = 1
        let worker = try TemporalWorker.scripted(self.service, configuration: configuration) {
            Activity("later") { throw ActivityResultPending() }
            Activity("now") {}
        }
        try await worker.running {
            self.service.offer(try await .sample("later", token: "1"))
            self.service.offer(try await .sample("now", token: "2"))
            #expect(await self.service.nextReport()?.completed?.taskToken == .init("2".utf8))
        }
    }

    @Test("A cancelled activity that throws a cancellation error is reported as cancelled, after its last details")
    func cancelled() async throws {
        self.service.answerHeartbeats(.success(.with { $0.cancelRequested = true }))
        let worker = try TemporalWorker.scripted(self.service) {
            Activity("work") {
                let context = try #require(ActivityContext.current)
                context.heartbeat("first")
                await OneShot().wait()
                #expect(context.cancellationReason == .canceled)
                context.heartbeat("last words")
                try Task.checkCancellation()
            }
        }
        try await worker.running {
            self.service.offer(try await .sample("work", heartbeatTimeout: .seconds(60)))
            for text in ["first", "last words"] {
                let details = try #require(await self.service.nextReport()?.heartbeat).details
                #expect(try await self.context.decode([Payload](details), as: String.self) == text)
            }
            #expect(await self.service.nextReport()?.canceled != nil)
        }
    }

    @Test(
        "Pause and reset cancel, and are reported as failures with their types",
        arguments: [("ActivityPause", true), ("ActivityReset", false)]
    )
    func interrupted(type: String, paused: Bool) async throws {
        self.service.answerHeartbeats(
            .success(
                .with { answer in
                    answer.activityPaused = paused
                    answer.activityReset = !paused
                }
            )
        )
        let worker = try TemporalWorker.scripted(self.service) {
            Activity("work") {
                ActivityContext.current?.heartbeat()
                await OneShot().wait()
                try Task.checkCancellation()
            }
        }
        try await worker.running {
            self.service.offer(try await .sample("work"))
            _ = await self.service.nextReport()
            let failure = try #require(await self.service.nextReport()?.failed).failure
            #expect(failure.applicationFailureInfo.type == type)
            #expect(!failure.applicationFailureInfo.nonRetryable)
        }
    }

    @Test("ES-F5 An activity that is cancelled and returns a result has that result")
    func cancelledResult() async throws {
        self.service.answerHeartbeats(.success(.with { $0.cancelRequested = true }))
        let worker = try TemporalWorker.scripted(self.service) {
            Activity("work") { () -> String in
                ActivityContext.current?.heartbeat()
                await OneShot().wait()
                return "all the same"
            }
        }
        try await worker.running {
            self.service.offer(try await .sample("work"))
            _ = await self.service.nextReport()
            #expect(await self.service.nextReport()?.completed != nil)
        }
    }

    @Test("A task that the server does not know any more is cancelled and not reported")
    func gone() async throws {
        self.service.answerHeartbeats(.failure(TemporalError(code: .notFound, message: "gone")))
        let worker = try TemporalWorker.scripted(self.service) {
            Activity("work") {
                ActivityContext.current?.heartbeat()
                await OneShot().wait()
                throw ApplicationFailure("too late")
            }
            Activity("next") {}
        }
        try await worker.running {
            self.service.offer(try await .sample("work"))
            #expect(await self.service.nextReport()?.heartbeat != nil)
            self.service.offer(try await .sample("next"))
            #expect(await self.service.nextReport()?.completed != nil)
        }
    }

    @Test("A result that the server will never take fails the attempt")
    func refused() async throws {
        self.service.failNextCompletion(TemporalError(code: .messageTooLarge, message: "5 MiB"))
        let worker = try TemporalWorker.scripted(self.service) { Activity("work") { "large" } }
        try await worker.running {
            self.service.offer(try await .sample("work"))
            let failure = try #require(await self.service.nextReport()?.failed).failure
            #expect(failure.message.contains("5 MiB"))
        }
    }

    @Test("A passing failure of a poll is waited out")
    func pollRetries() async throws {
        let time = HandClock()
        self.service.failNextPolls(TemporalError(code: .unavailable, message: ""))
        var configuration = TemporalWorker.Configuration()
        configuration.activityPollers = 1
        let worker = try TemporalWorker.scripted(self.service, clock: time.clock, configuration: configuration) {
            Activity("a") {}
        }
        try await worker.running {
            await time.sleeps.first(of: .milliseconds(200))
            time.advance(by: .milliseconds(200))
            self.service.offer(try await .sample("a"))
            #expect(await self.service.nextReport()?.completed != nil)
        }
    }

    @Test("A namespace that is not there ends the worker with that error", arguments: [true, false])
    func namespace(atStart: Bool) async throws {
        let error = TemporalError(code: .namespaceNotFound, message: "no such namespace")
        if atStart { self.service.failDescribingNamespace(error) } else { self.service.failNextPolls(error) }
        let worker = try TemporalWorker.scripted(self.service) { Activity("a") {} }
        let thrown = await #expect(throws: TemporalError.self) { try await worker.run() }
        #expect(thrown?.code == .namespaceNotFound)
    }

    @Test("Who may not ask for the namespace may poll")
    func namespaceDenied() async throws {
        self.service.failDescribingNamespace(TemporalError(code: .permissionDenied, message: ""))
        let worker = try TemporalWorker.scripted(self.service) { Activity("a") {} }
        try await worker.running {
            self.service.offer(try await .sample("a"))
            #expect(await self.service.nextReport()?.completed != nil)
        }
    }

    @Test("Settings out of range are refused when the worker is made")
    func settings() {
        let changes: [@Sendable (inout TemporalWorker.Configuration) -> Void] = [
            { $0.maxConcurrentActivities = 0 }, { $0.activityPollers = 0 }, { $0.maxActivitiesPerSecond = 0 },
            { $0.gracefulShutdownPeriod = .seconds(-1) }, { $0.workerHeartbeatInterval = .seconds(61) },
            { $0.maxTaskQueueActivitiesPerSecond = -1 }, { $0.maxHeartbeatThrottleInterval = .zero },
            { $0.defaultHeartbeatThrottleInterval = .zero },
        ]
        for change in changes {
            var configuration = TemporalWorker.Configuration()
            change(&configuration)
            let error = #expect(throws: TemporalError.self) {
                try TemporalWorker.scripted(self.service, configuration: configuration) { Activity("a") {} }
            }
            #expect(error?.code == .invalidConfiguration)
        }
    }
}
