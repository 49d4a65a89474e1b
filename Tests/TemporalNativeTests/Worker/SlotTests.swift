//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageTesting
import Groundwork
import NIOConcurrencyHelpers
import TemporalNativeTesting
import Testing

@testable import TemporalNative

@Suite("How much a worker takes on", .timeLimit(.minutes(1)))
struct SlotTests {
    private let start = ContinuousClock.now
    private let idle = MachineLoad(memory: 0.1, processors: 0.1)

    @Test("A fixed supplier does not look at the machine")
    func fixed() {
        var gate = SlotGate(.fixed(2))
        #expect(gate.ask(held: 1, load: MachineLoad(memory: 1, processors: 1), at: self.start) == .now)
    }

    @Test("Beyond the minimum, memory and processors both have to be below their targets")
    func targets() {
        var gate = SlotGate(
            .resourceBased(
                targetMemoryUsage: 0.8,
                targetCPUUsage: 0.9,
                minimumSlots: 2,
                rampThrottle: .zero
            )
        )
        let full = MachineLoad(memory: 1, processors: 1)
        #expect(gate.ask(held: 1, load: full, at: self.start) == .now)
        #expect(gate.ask(held: 2, load: full, at: self.start) == .later(SlotGate.patience))
        #expect(gate.ask(held: 2, load: .init(memory: 0.8, processors: 0.1), at: self.start) != .now)
        #expect(gate.ask(held: 2, load: .init(memory: 0.1, processors: 0.9), at: self.start) != .now)
        #expect(gate.ask(held: 2, load: nil, at: self.start) != .now)
        #expect(gate.ask(held: 2, load: .init(memory: 0.79, processors: 0.89), at: self.start) == .now)
    }

    @Test("Slots beyond the minimum are given one after the other")
    func throttle() {
        var gate = SlotGate(.resourceBased(minimumSlots: 1, rampThrottle: .milliseconds(50)))
        #expect(gate.ask(held: 0, load: self.idle, at: self.start) == .now)
        #expect(gate.ask(held: 0, load: self.idle, at: self.start) == .now)
        let early = self.start + .milliseconds(20)
        #expect(gate.ask(held: 1, load: self.idle, at: early) == .later(.milliseconds(30)))
        #expect(gate.ask(held: 1, load: self.idle, at: self.start + .milliseconds(50)) == .now)
    }

    @Test("Whoever waits for a busy machine has the slot when it is idle; who only tries has none, and takes none")
    func waiting() async throws {
        let time = HandClock()
        let load = NIOLockedValueBox(MachineLoad(memory: 0.95, processors: 0.1))
        let slots = TaskSlots(.resourceBased(minimumSlots: 1, maximumSlots: 3), clock: time.clock) { _ in
            load.withLockedValue { $0 }
        }
        let first = try await slots.reserve()
        time.advance(by: .milliseconds(50))
        #expect(slots.tryReserve() == nil)
        #expect(slots.freeCount == 2)
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask {
                let second = try await slots.reserve()
                second.release()
            }
            await time.sleeps.first(of: SlotGate.patience)
            load.withLockedValue { $0 = self.idle }
            time.advance(by: SlotGate.patience)
        }
        first.release()
        #expect(slots.freeCount == 3)
    }

    @Test("However many wait for a machine that stays busy, the minimum is taken on")
    func minimum() async throws {
        let time = HandClock()
        let supplier = SlotSupplier.resourceBased(minimumSlots: 1, maximumSlots: 3, rampThrottle: .zero)
        let slots = TaskSlots(supplier, clock: time.clock) { _ in nil }
        let first = try await slots.reserve()
        let (taken, leave) = (TestCounter(), OneShot())
        try await withThrowingDiscardingTaskGroup { group in
            for _ in 0..<2 {
                group.addTask {
                    let slot = try await slots.reserve()
                    taken.increment()
                    await leave.wait()
                    slot.release()
                }
            }
            for _ in 0..<2 { await time.sleeps.first(of: SlotGate.patience) }
            first.release()
            time.advance(by: SlotGate.patience)
            try await taken.wait(for: 1)
            // The other one goes on waiting.
            await time.sleeps.first(of: SlotGate.patience)
            #expect(taken.value == 1)
            leave.fire()
            while taken.value < 2, !Task.isCancelled {
                time.advance(by: SlotGate.patience)
                await Task.yield()
            }
        }
        #expect(slots.freeCount == 3)
    }

    @Test("Whoever leaves while it waits for the machine has taken nothing")
    func cancelled() async throws {
        let time = HandClock()
        let slots = TaskSlots(.resourceBased(minimumSlots: 1, maximumSlots: 3), clock: time.clock) { _ in nil }
        let first = try await slots.reserve()
        time.advance(by: .milliseconds(50))
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await #expect(throws: CancellationError.self) { try await slots.reserve() } }
            await time.sleeps.first(of: SlotGate.patience)
            group.cancelAll()
        }
        #expect(slots.freeCount == 2)
        first.release()
    }

    @Test("A worker with a resource-based tuner does its work, and the tuner counts in place of the numbers")
    func worker() async throws {
        let service = ScriptedService()
        var configuration = TemporalWorker.Configuration()
        configuration.maxConcurrentActivities = 1
        configuration.tuner = WorkerTuner(
            workflowTasks: .fixed(2),
            activities: .resourceBased(minimumSlots: 3, maximumSlots: 3),
            localActivities: .fixed(1)
        )
        let started = TestCounter()
        let release = OneShot()
        let worker = try TemporalWorker.scripted(service, configuration: configuration) {
            Activity("wait") {
                started.increment()
                await release.wait()
            }
        }
        try await worker.running {
            for _ in 0..<5 { service.offer(try await .sample("wait")) }
            try await started.wait(for: 3)
            #expect(service.polling == 0)
            release.fire()
            for _ in 0..<5 { #expect(await service.nextReport()?.completed != nil) }
        }
    }

    @Test(
        "Tuners that cannot be are refused by name",
        arguments: [
            (SlotSupplier.fixed(0), "is 0"), (.resourceBased(targetMemoryUsage: 80), "targetMemoryUsage"),
            (.resourceBased(targetCPUUsage: 0), "targetCPUUsage"), (.resourceBased(targetCPUUsage: .nan), "targetCPU"),
            (.resourceBased(minimumSlots: 0), "at least 0"),
            (.resourceBased(minimumSlots: 7, maximumSlots: 6), "most 6"),
            (.resourceBased(rampThrottle: .seconds(-1)), "rampThrottle"),
        ]
    )
    func refused(_ supplier: SlotSupplier, _ text: String) {
        var configuration = TemporalWorker.Configuration()
        configuration.tuner = .resourceBased()
        configuration.tuner?.activities = supplier
        let error = #expect(throws: TemporalError.self) { try configuration.validate() }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains("tuner.activities") == true && error?.message.contains(text) == true)
    }

    @Test("The memory of a container counts where it has a limit")
    func container() {
        #expect(HostUsage.memoryUsage(limit: "1000\n", used: "250\n") == 0.25)
        #expect(HostUsage.memoryUsage(limit: "1000\n", used: "2000\n") == 1)
        #expect(HostUsage.memoryUsage(limit: "max\n", used: "250\n") == nil)
        #expect(HostUsage.memoryUsage(limit: "", used: "") == nil)
    }

    #if os(Linux)
    @Test("This machine says how much is in use")
    func real() throws {
        let load = try #require(LoadMeter().load(at: .now))
        #expect((0...1).contains(load.memory) && (0...1).contains(load.processors))
    }
    #endif
}
