//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageTesting
import Groundwork
import SwiftProtobuf
import TemporalAPI
import TemporalNativeTesting
import Testing

@testable import TemporalNative

@Suite("How a worker ends", .timeLimit(.minutes(1)))
struct ActivityWorkerShutdownTests {
    @Test("Gracefully: the activity is told, has the grace period, and is then cancelled and reported")
    func graceful() async throws {
        let service = ScriptedService()
        let time = HandClock()
        var configuration = TemporalWorker.Configuration()
        configuration.gracefulShutdownPeriod = .seconds(20)
        let started = TestEvent()
        let told = TestEvent()
        let worker = try TemporalWorker.scripted(service, clock: time.clock, configuration: configuration) {
            Activity("work") {
                let context = try #require(ActivityContext.current)
                started.fire()
                await context.workerShutdownBegan()
                #expect(context.isWorkerShuttingDown)
                #expect(!Task.isCancelled)
                told.fire()
                await OneShot().wait()
                #expect(context.cancellationReason == .workerShutdown)
                throw CancellationError()
            }
        }
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await worker.run() }
            service.offer(try await .sample("work"))
            try await started.wait()
            worker.beginGracefulShutdown()
            try await told.wait()
            #expect(await service.nextReport()?.shutDown?.taskQueueTypes == [.activity])
            await time.sleeps.first(of: .seconds(20))
            time.advance(by: .seconds(20))
            let failure = try #require(await service.nextReport()?.failed).failure
            #expect(failure.applicationFailureInfo.type == "WorkerShutdown")
        }
        #expect(service.polling == 0)
    }

    @Test("An activity that ends within the grace period has its result")
    func inTime() async throws {
        let service = ScriptedService()
        var configuration = TemporalWorker.Configuration()
        configuration.gracefulShutdownPeriod = .seconds(3600)
        let started = TestEvent()
        let worker = try TemporalWorker.scripted(service, configuration: configuration) {
            Activity("work") { () -> String in
                started.fire()
                await ActivityContext.current?.workerShutdownBegan()
                return "done"
            }
        }
        try await worker.running {
            service.offer(try await .sample("work"))
            try await started.wait()
        }
        var reports: [ScriptedService.Report] = []
        for _ in 0..<2 { reports.append(try #require(await service.nextReport())) }
        #expect(reports.contains { $0.completed != nil })
    }

    @Test("ES-F5 Cancelled: activities are cancelled at once, and what became of them is reported all the same")
    func cancelled() async throws {
        let service = ScriptedService()
        var configuration = TemporalWorker.Configuration()
        configuration.gracefulShutdownPeriod = .seconds(3600)
        let started = TestCounter()
        let worker = try TemporalWorker.scripted(service, configuration: configuration) {
            Activity("work") { (text: String) -> String in
                started.increment()
                await OneShot().wait()
                if text == "fail" { throw CancellationError() }
                return text
            }
        }
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await worker.run() }
            service.offer(try await .sample("work", ["fail"]))
            service.offer(try await .sample("work", ["result"]))
            try await started.wait(for: 2)
            group.cancelAll()
        }
        var reports: [ScriptedService.Report] = []
        for _ in 0..<3 { reports.append(try #require(await service.nextReport())) }
        #expect(reports.contains { $0.completed != nil })
        let failure = reports.compactMap(\.failed).first?.failure
        #expect(failure?.applicationFailureInfo.type == "WorkerShutdown")
    }

    @Test("A server that ends polls itself gets the time, so that no task is lost")
    func pollsComplete() async throws {
        let service = ScriptedService(pollsComplete: true)
        let worker = try TemporalWorker.scripted(service, clock: HandClock().clock) { Activity("a") {} }
        try await worker.running { try await service.polls.wait(for: 5) }
        #expect(await service.nextReport()?.shutDown != nil)
        #expect(service.polls.value == 5)
    }

    @Test("The worker tells of itself at its start, every minute, and at its end")
    func heartbeats() async throws {
        let service = ScriptedService(workerHeartbeats: true)
        let time = HandClock()
        let worker = try TemporalWorker.scripted(service, clock: time.clock) { Activity("a") {} }
        try await worker.running {
            #expect(await service.nextReport()?.worker?.status == .running)
            await time.sleeps.first(of: .seconds(60))
            time.advance(by: .seconds(60))
            let second = try #require(await service.nextReport()?.worker)
            #expect(second.elapsedSinceLastHeartbeat.seconds == 60)
            #expect(second.taskQueue == "queue")
        }
        let shutDown = try #require(await service.nextReport()?.shutDown)
        #expect(shutDown.workerHeartbeat.status == .shuttingDown)
        #expect(await service.nextReport()?.worker?.status == .shutdown)
    }

    @Test("No more attempts are started in a second than allowed")
    func rate() async throws {
        let service = ScriptedService()
        let time = HandClock()
        var configuration = TemporalWorker.Configuration()
        configuration.maxActivitiesPerSecond = 2
        configuration.activityPollers = 1
        let worker = try TemporalWorker.scripted(service, clock: time.clock, configuration: configuration) {
            Activity("a") {}
        }
        try await worker.running {
            for _ in 0..<3 { service.offer(try await .sample("a")) }
            #expect(await service.nextReport()?.completed != nil)
            for _ in 0..<2 {
                await time.sleeps.first(of: .milliseconds(500))
                time.advance(by: .milliseconds(500))
                #expect(await service.nextReport()?.completed != nil)
            }
        }
    }
}
