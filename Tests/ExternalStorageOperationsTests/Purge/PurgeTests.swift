//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageWire
import NIOCore
import Testing

@testable import ExternalStorageOperations

@Suite("Purging a workflow")
struct PurgeTests {
    private static let object = StoredObject(
        location: StoredObjectLocation(container: "", key: Samples.key("a")),
        sizeInBytes: 1,
        lastModified: 1_000,
        revision: "1"
    )

    private static func sighting(_ name: String) async throws -> ReferenceSighting {
        let reading = try await Samples.withStorage { storage, _, _ in
            let message = try APIPayloads.of(.reference(name)).buffer
            return try await ReferenceFinder(storage: storage).find(in: message, as: .payloads)
        }
        return try #require(reading.sightings.first)
    }

    @Test("ES-G2 P14: what others refer to stays, and so does what a call may be about to refer to")
    func verdicts() {
        #expect(Self.verdict(began: 1_101) == .deletable)
        #expect(Self.verdict(began: 1_100) == .tooYoung)
        #expect(Self.verdict(holders: 1, began: 9_000) == .heldByOthers)
        #expect(Self.verdict(began: 9_000, age: nil) == .tooYoung)
        #expect(Self.verdict(began: .max, grace: .max) == .tooYoung)
    }

    @Test("ES-G2 P1: where somebody stores, an object younger than the margin is used again without being written")
    func reusable() {
        #expect(Self.verdict(mayBeStoredAgain: true, began: 9_000) == .reusable)
        #expect(Self.verdict(mayBeStoredAgain: true, began: 1_601, margin: .seconds(500)) == .reusable)
        #expect(Self.verdict(mayBeStoredAgain: true, began: 1_602, margin: .seconds(500)) == .deletable)
        #expect(Self.verdict(mayBeStoredAgain: true, began: 1_102, margin: .zero) == .deletable)
        #expect(Self.verdict(mayBeStoredAgain: true, began: 1_050, margin: .zero) == .tooYoung)
        #expect(Self.verdict(holders: 1, mayBeStoredAgain: true, began: 9_000, margin: .zero) == .heldByOthers)
        // Nobody is left who stores there, but who starts the workflow once more.
        #expect(Self.verdict(mayBeStoredAgain: false, began: 9_000) == .deletable)
    }

    @Test("ES-G2 P13: what lies under another namespace stays: nobody has said whose the objects of that name are")
    func otherNamespace() {
        #expect(
            Self.verdict(mayBeStoredAgain: true, isOfNamespace: false, began: 9_000, margin: .zero)
                == .ofAnotherNamespace
        )
        #expect(
            Self.verdict(holders: 1, mayBeStoredAgain: true, isOfNamespace: false, began: 9_000) == .heldByOthers
        )
    }

    private static func verdict(
        holders: Int = 0,
        mayBeStoredAgain: Bool = false,
        isOfNamespace: Bool = true,
        began: Int64,
        grace: Int64 = 100,
        age: Int64? = 1_000,
        margin: Duration? = nil
    ) -> PurgeVerdict {
        var object = Self.object
        object.lastModified = age
        return PurgeVerdict(
            of: object,
            holders: holders,
            mayBeStoredAgain: mayBeStoredAgain,
            isOfNamespace: isOfNamespace,
            began: began,
            graceInSeconds: grace,
            renewalMargin: margin
        )
    }

    @Test("ES-G1 P6: objects belong to a workflow by their keys and by its references; other ids do not")
    func inventory() throws {
        var inventory = PurgeInventory(namespace: "default", workflowID: "order-1")
        let key = try #require(StoredKey(Self.object.location.key))
        #expect(inventory.contains(Self.object, key, ofDriver: "local-disk"))
        inventory.workflowID = "order"
        #expect(!inventory.contains(Self.object, key, ofDriver: "local-disk"))
        inventory.referenced = [.init(driver: "local-disk", container: "", key: Self.object.location.key)]
        #expect(inventory.contains(Self.object, key, ofDriver: "local-disk"))
        #expect(!inventory.contains(Self.object, key, ofDriver: "another"))
        // The same id in another namespace is another workflow.
        inventory = PurgeInventory(namespace: "other", workflowID: "order-1")
        #expect(!inventory.owns(key))
    }

    @Test("ES-G1 P17: its own runs that appear meanwhile are known", arguments: ["key", "blob", "object"])
    func itself(entry: String) async throws {
        let examiner = HolderExaminer(PurgeInventory(namespace: "default", workflowID: "order-1"))
        var sighting = try await Self.sighting("a")
        // As a driver names it that nobody can look around in: all that is known is what the claim says.
        sighting.reference.claim = StorageDriverClaim([entry: Samples.key("a")])
        for (id, kind) in [("order-1", RootKind.workflows), ("order-1", .schedules), ("child", .workflows)] {
            let item = RootItem(id: id, runID: "run of \(id)")
            _ = try await examiner.examine(sighting, in: item, kind, at: nil, namespace: "default")
        }
        #expect(examiner.runsOfItself == ["run of order-1"])
        #expect(examiner.holders(ofKey: Samples.key("a")).map(\.kind.rawValue).sorted() == ["schedules", "workflows"])
    }

    @Test("ES-G2 P8: who else refers to an object is known; the workflow itself is nobody else")
    func holders() async throws {
        let examiner = HolderExaminer(PurgeInventory(namespace: "default", workflowID: "order-1"))
        let sighting = try await Self.sighting("a")
        let location = StoredObjectLocation(container: "", key: Samples.key("a"))
        for (id, namespace) in [("order-1", "default"), ("parent", "default"), ("order-1", "other")] {
            _ = try await examiner.examine(
                sighting,
                in: RootItem(id: id, runID: "r"),
                .workflows,
                at: location,
                namespace: namespace
            )
        }
        let holders = examiner.holders(ofKey: location.key)
        #expect(holders.map { "\($0.namespace)/\($0.id)" } == ["default/parent", "other/order-1"])
        #expect(examiner.holders(ofKey: Samples.key("b")).isEmpty)
    }

    @Test(
        "ES-G2 P1: an open child is found by its parent's id, whatever characters that has",
        arguments: ["a", #"b"c\d"#]
    )
    func openChild(id: String) async throws {
        let cluster = FakeCluster { state in
            let quoted = id == "a" ? id : #"b\"c\\d"#
            state.workflows = [
                .init(id: "other", runID: "1", parentID: "x"), .init(id: "child", runID: "2", parentID: quoted),
            ]
        }
        let child = try await Samples.withStorage { storage, _, _ in
            let finder = ReferenceFinder(storage: storage)
            let reader = NamespaceReader(caller: cluster, finder: finder, namespace: "default")
            #expect(try await reader.openChild(ofWorkflow: "nobody") == nil)
            return try await reader.openChild(ofWorkflow: id)
        }
        #expect(child == RootItem(id: "child", runID: "2", type: "Order"))
    }
}
