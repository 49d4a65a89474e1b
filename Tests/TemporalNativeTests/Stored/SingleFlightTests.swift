//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageTesting
import Testing

@testable import TemporalNative

@Suite("One download for all who ask", .timeLimit(.minutes(1)))
struct SingleFlightTests {
    private struct Broken: Error {}

    @Test("It is made once, for those who wait and those who come later")
    func once() async throws {
        let (flight, began, release, made) = (SingleFlight<Int>(), TestEvent(), TestEvent(), TestCounter())
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    try await flight.value {
                        made.increment()
                        began.fire()
                        try await release.wait()
                        return 7
                    }
                }
            }
            try await began.wait()
            while flight.waiters < 7 { await Task.yield() }
            release.fire()
            for try await value in group { #expect(value == 7) }
        }
        #expect(try await flight.value { throw Broken() } == 7)
        #expect(made.value == 1)
    }

    @Test("A failure is of the one who made it; the next one makes it again")
    func failure() async throws {
        let (flight, began, release) = (SingleFlight<Int>(), TestEvent(), TestEvent())
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await #expect(throws: Broken.self) {
                    _ = try await flight.value {
                        began.fire()
                        try await release.wait()
                        throw Broken()
                    }
                }
            }
            try await began.wait()
            for _ in 0..<3 {
                group.addTask {
                    let value = try await flight.value { 8 }
                    #expect(value == 8)
                }
            }
            while flight.waiters < 3 { await Task.yield() }
            release.fire()
            try await group.waitForAll()
        }
    }

    @Test("One who is cancelled while waiting leaves; one who is cancelled while making leaves it to the next")
    func cancellation() async throws {
        let (flight, began, never) = (SingleFlight<Int>(), TestEvent(), TestEvent())
        try await withThrowingTaskGroup(of: Void.self) { patient in
            await withTaskGroup(of: Void.self) { maker in
                maker.addTask {
                    await #expect(throws: CancellationError.self) {
                        _ = try await flight.value {
                            began.fire()
                            try await never.wait()
                            return 0
                        }
                    }
                }
                await #expect(throws: Never.self) { try await began.wait() }
                // Cancelled before the maker is: with both at once, this one might find what the patient one has made.
                await withTaskGroup(of: Void.self) { waiting in
                    waiting.addTask {
                        await #expect(throws: CancellationError.self) { _ = try await flight.value { 0 } }
                    }
                    while flight.waiters < 1 { await Task.yield() }
                    waiting.cancelAll()
                }
                #expect(flight.waiters == 0)
                patient.addTask {
                    let value = try await flight.value { 9 }
                    #expect(value == 9)
                }
                while flight.waiters < 1 { await Task.yield() }
                maker.cancelAll()
            }
            try await patient.waitForAll()
        }
    }
}
