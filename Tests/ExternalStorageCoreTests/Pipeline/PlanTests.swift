//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageTesting
import Testing

@testable import ExternalStorageCore

@Suite("Plans")
struct PlanTests {
    private let items = [Payload.large(1), .small(2), .large(3), .large(1)].map {
        ExternalStorage.StoreItem(payload: $0, target: .test)
    }

    @Test("ES-P1 Candidates are what is large enough, in order")
    func candidates() {
        #expect(StorePlan.candidates(self.items, configuration: .test()) == [0, 2, 3])
        #expect(StorePlan.candidates(self.items, configuration: .test(threshold: .all)) == [0, 1, 2, 3])
        #expect(StorePlan.candidates(self.items, configuration: .test(threshold: .bytes(.max))).isEmpty)
    }

    @Test(
        "ES-P2 A plan has one call per driver and target; equal payloads share a place; what is known needs none",
        arguments: [false, true]
    )
    func storePlan(withDigests: Bool) {
        let payloads = [0, 2, 3].map { withDigests ? self.items[$0].payload.withDigest() : self.items[$0].payload }
        let choices = [0, 2, 3].map { StorePlan.Choice(item: $0, driver: 0) }

        let plan = StorePlan(choices, of: self.items, payloads: payloads, recent: [nil, nil, nil])
        #expect(plan.calls.count == 1)
        #expect(plan.calls[0].payloads == [.large(1), .large(3)])
        #expect(plan.calls[0].items == [[0, 3], [2]])

        let known = StorePlan(choices, of: self.items, payloads: payloads, recent: [nil, ["k": "v"], nil])
        #expect(known.calls.map(\.items) == [[[0, 3]]])
        #expect(known.known.map(\.item) == [2] && known.known[0].claim == ["k": "v"])

        let two = [StorePlan.Choice(item: 0, driver: 1), .init(item: 2, driver: 0), .init(item: 3, driver: 0)]
        let split = StorePlan(two, of: self.items, payloads: payloads, recent: [nil, nil, nil])
        #expect(split.calls.map(\.driver) == [1, 0])
        #expect(split.calls.map(\.items) == [[[0]], [[2], [3]]])
    }

    @Test("ES-P2 A plan has one call per driver, in the order of the message, and each claim once")
    func retrievePlan() {
        let locations: [RetrievePlan.Location] = [
            .init(driver: 1, claim: ["k": "a"], namespace: "n"), .init(driver: 0, claim: ["k": "a"], namespace: "n"),
            .init(driver: 1, claim: ["k": "b"], namespace: "n"),
            .init(driver: 1, claim: ["k": "a"], namespace: "n"),
        ]
        let plan = RetrievePlan(locations)
        #expect(plan.calls.map(\.driver) == [1, 0])
        #expect(plan.calls.map(\.claims) == [[["k": "a"], ["k": "b"]], [["k": "a"]]])
    }

    @Test("Work for hashing is dealt out evenly, and nothing twice")
    func shares() {
        let sizes = [10, 1, 1, 1, 9, 8, 1, 1]
        let shares = PayloadHashing.shares(of: Array(sizes.indices), sizes: sizes, among: 2)
        #expect(shares.joined().sorted() == Array(sizes.indices))
        #expect(shares.map { $0.reduce(0) { $0 + sizes[$1] } } == [15, 17])
        #expect(PayloadHashing.shares(of: [3], sizes: sizes, among: 4) == [[3]])
    }

    @Test("Digests come back with their payloads, whether or not tasks compute them")
    func hashing() async throws {
        for payloads in [[], [Payload.small(1), .small(2)], (0..<9).map { Payload.large($0) }] {
            let hashed = try await PayloadHashing.hash(payloads)
            #expect(hashed == payloads)
            #expect(hashed.allSatisfy { $0.hasDigest && $0.digest == PayloadDigest(hashing: $0.serializedBytes) })
        }
    }
}
