//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageOperations
import GRPCCore
import NIOCore
import Synchronization
import Testing

@Suite("A pass over a cluster")
struct ClusterPassTests {
    private func pass(
        over bed: SweepBed,
        _ store: OddStore,
        namespaces: [String] = ["default"]
    ) throws -> ClusterPass {
        ClusterPass(
            storage: try ExternalStorage(driver: store),
            caller: PacedCaller(bed.cluster, callsPerSecond: 100_000, attempts: 1, firstDelay: .zero),
            directory: try StateDirectory(path: "\(bed.root)/pass"),
            namespaces: namespaces
        )
    }

    @Test("ES-G2 P14 it began before it read anything, also if it was interrupted and went on much later")
    func began() async throws {
        try await SweepBed.with { bed in
            let store = OddStore(bed.driver, root: bed.root)
            let isDown = Mutex(true)
            let start = try await store.currentTime(in: "")
            bed.cluster.state.withLock { state in
                state.before = { method, _ in
                    store.advance(by: 1_000)
                    return method == "GetWorkflowExecutionHistory" && isDown.withLock { $0 }
                        ? RPCError(code: .unavailable, message: "connection refused") : nil
                }
            }
            await #expect(throws: RPCError.self) { try await self.pass(over: bed, store).run(telling: true) }
            isDown.withLock { $0 = false }
            store.advance(by: 86_400)
            let record = try await self.pass(over: bed, store).run(telling: true).record
            let (begin, end) = (try #require(record.begin), try #require(record.end))
            // Describe and history, three looks at the namespace and all that is listed, each of which took a while.
            #expect(record.isComplete && begin - start < 100 && end - start > 86_400 + 5_000)
        }
    }

    @Test("ES-G1 a pass of which one part could not be read is not complete")
    func incomplete() async throws {
        try await SweepBed.with { bed in
            bed.cluster.state.withLock { state in
                state.before = { method, _ in
                    method == "GetWorkflowExecutionHistory" ? RPCError(code: .dataLoss, message: "corrupted") : nil
                }
            }
            let (record, summaries) = try await self.pass(over: bed, OddStore(bed.driver, root: bed.root))
                .run(telling: true)
            #expect(!record.isComplete && summaries.map(\.isComplete) == [false])
        }
    }

    @Test("ES-G1 ES-G2 the state of other namespaces, and of another version of the command, is not gone on with")
    func others() async throws {
        try await SweepBed.with { bed in
            let store = OddStore(bed.driver, root: bed.root)
            var record = try await self.pass(over: bed, store).run(telling: true).record
            let other = await #expect(throws: OperationsError.self) {
                try await self.pass(over: bed, store, namespaces: ["default", "other"]).run(telling: true)
            }
            #expect(other?.code == .refused)
            record.reader = "0.0.1"
            try StateDirectory(path: "\(bed.root)/pass").save(record, to: "pass.json")
            let older = await #expect(throws: OperationsError.self) {
                try await self.pass(over: bed, store).run(telling: true)
            }
            #expect(older?.code == .refused && older?.message.contains("version") == true)
        }
    }
}
