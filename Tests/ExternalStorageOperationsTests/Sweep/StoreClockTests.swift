//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageOperations
import NIOCore
import Testing

@Suite("The clock of a store")
struct StoreClockTests {
    /// The store's clock is days behind this machine's, and days ahead of it.
    private static let shifts: [Int64] = [-30 * 86_400, 30 * 86_400]

    @Test(
        "ES-G4 P19 passes and objects are compared by the clock of the store, whatever time it is here",
        arguments: Self.shifts
    )
    func passes(shift: Int64) async throws {
        try await SweepBed.with { bed in
            let store = OddStore(bed.driver, root: bed.root, ahead: shift)
            _ = try await store.createObject(ByteBuffer(string: "orphan"), at: bed.location("orphan"))
            store.advance(by: 10)
            let first = try await self.pass("a", over: bed, store)
            _ = try await store.createObject(ByteBuffer(string: "young"), at: bed.location("young"))

            // By the clock of this machine no time goes by.
            let early = #expect(throws: OperationsError.self) { try self.plan(first, first) }
            #expect(early?.code == .refused)
            store.advance(by: 300_000)
            let plan = try self.plan(first, try await self.pass("b", over: bed, store))

            let orphan = try #require(try await store.describeObject(at: bed.location("orphan")))
            let young = try #require(try await store.describeObject(at: bed.location("young")))
            #expect(plan.mayDelete(orphan))
            #expect(!plan.mayDelete(young))
        }
    }

    @Test("ES-G3 ES-G4 P19 a lease ends when the clock of the store says so", arguments: Self.shifts)
    func lease(shift: Int64) async throws {
        try await SweepBed.with { bed in
            let store = OddStore(bed.driver, root: bed.root, ahead: shift)
            let first = try await StoreLease(on: store, container: "", holder: "first")
            try await first.hold()
            await #expect(throws: OperationsError.self) {
                try await StoreLease(on: store, container: "", holder: "second")
            }
            store.advance(by: 1_000)
            let lost = await #expect(throws: OperationsError.self) { try await first.hold() }
            #expect(lost?.code == .busy)
            try await StoreLease(on: store, container: "", holder: "second").hold()
        }
    }

    private func pass(_ name: String, over bed: SweepBed, _ store: OddStore) async throws -> ClusterPass.Record {
        let pass = ClusterPass(
            storage: try ExternalStorage(driver: store),
            caller: bed.cluster,
            directory: try StateDirectory(path: "\(bed.root)/\(name)"),
            namespaces: ["default"]
        )
        return try await pass.run(telling: true).record
    }

    private func plan(_ first: ClusterPass.Record, _ second: ClusterPass.Record) throws -> CollectionPlan {
        try CollectionPlan(first: first, second: second, grace: .seconds(200_000), renewalMargin: .zero)
    }
}
