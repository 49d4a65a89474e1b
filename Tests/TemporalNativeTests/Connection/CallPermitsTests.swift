//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageTesting
import Groundwork
import Testing

@testable import TemporalNative

@Suite("How many calls are made at a time", .timeLimit(.minutes(1)))
struct CallPermitsTests {
    @Test("However many results and tasks are waited for, a report goes through")
    func shares() async throws {
        let permits = CallPermits(connections: 1)
        #expect(CallPermits.perConnection.ordinary + CallPermits.perConnection.held == 100)
        let (begun, end) = (TestCounter(), OneShot())
        try await withThrowingDiscardingTaskGroup { group in
            for kind in [CallPermits.Kind.wait, .poll] {
                for _ in 0..<200 {
                    group.addTask {
                        try await permits.with(kind) {
                            begun.increment()
                            await end.wait()
                        }
                    }
                }
            }
            try await begun.wait(for: 70)
            #expect(try await permits.with(.ordinary) { "reported" } == "reported")
            // The others wait, and do so until somebody ends.
            #expect(begun.value == 70)
            end.fire()
        }
        #expect(begun.value == 400)
    }

    @Test("However many results are waited for, workers poll", arguments: [CallPermits.Kind.wait, .poll])
    func room(for many: CallPermits.Kind) async throws {
        let permits = CallPermits(connections: 1)
        let (begun, end) = (TestCounter(), OneShot())
        let most = many == .wait ? CallPermits.heldPerConnection.wait : CallPermits.heldPerConnection.poll
        try await withThrowingDiscardingTaskGroup { group in
            for _ in 0..<200 {
                group.addTask {
                    try await permits.with(many) {
                        begun.increment()
                        await end.wait()
                    }
                }
            }
            try await begun.wait(for: most)
            #expect(try await permits.with(many == .wait ? .poll : .wait) { begun.value } == most)
            end.fire()
        }
    }

    @Test("Each call waits among those of its kind")
    func kinds() {
        let connection = ScriptedChannel([]).connection()
        #expect(connection.ordinary.kind == .ordinary)
        #expect(connection.longPoll.kind == .wait && connection.updatePoll.kind == .wait)
        #expect(connection.workerPoll.kind == .poll && connection.workerPoll.retries.maximumTries == 1)
    }
}
