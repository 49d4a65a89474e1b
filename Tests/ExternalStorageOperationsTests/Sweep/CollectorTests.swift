//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageOperations
import Foundation
import GRPCCore
import NIOCore
import Synchronization
import TemporalAPI
import Testing

@Suite("Collecting orphans")
struct CollectorTests {
    private typealias Workflow = FakeCluster.Workflow

    @Test("ES-G2 ES-G3 orphans go, and what is referenced stays; the log in the store says which")
    func collects() async throws {
        try await SweepBed.with { bed in
            try await bed.create("kept", "orphan")
            let passes = [try await bed.pass("a"), try await bed.pass("b")]

            let (summary, dry) = try await bed.collect(passes, lease: nil)
            #expect(summary.objects == 2 && summary.orphans == 1 && dry.deleted == 1)
            #expect(try await bed.has("orphan"))

            let lease = try await StoreLease(on: bed.driver, container: "", holder: "test")
            let (_, outcome) = try await bed.collect(passes, lease: lease)
            #expect(outcome.deleted == 1 && outcome.failed == 0)
            #expect(try await !bed.has("orphan"))
            #expect(try await bed.has("kept"))

            let log = try await bed.driver.listObjects(in: "", prefix: "temporal-storage/audit/", continuation: nil)
            #expect(log.objects.map(\.location.key.last) == ["l", "l"])
            for object in log.objects {
                let text = String(buffer: try await bed.driver.readObject(at: object.location, sizeLimit: 10_000))
                #expect(text.contains(Samples.key("orphan")) && !text.contains(Samples.key("kept")))
            }
        }
    }

    @Test(
        "ES-G2 what a reference names stays, in the spelling of any driver, and whatever else is wrong with it",
        arguments: ["key", "object_name", "object", "blob"]
    )
    func anySpelling(entry: String) async throws {
        try await SweepBed.with { bed in
            try await bed.create("kept", "named", "orphan")
            let claim = StorageDriverClaim([entry: Samples.key("named")])
            bed.cluster.state.withLock { $0.workflows[0].pages[0].append(.activityCompleted(5, .reference(claim))) }
            let passes = [try await bed.pass("a"), try await bed.pass("b")]
            let lease = try await StoreLease(on: bed.driver, container: "", holder: "test")
            let (_, outcome) = try await bed.collect(passes, lease: lease)
            #expect(outcome.deleted == 1)
            #expect(try await !bed.has("orphan"))
            for name in ["kept", "named"] { #expect(try await bed.has(name)) }
        }
    }

    @Test("ES-G2 what one of the two passes saw stays")
    func eitherPass() async throws {
        try await SweepBed.with { bed in
            try await bed.create("kept", "early", "late")
            bed.cluster.state.withLock { $0.workflows[0].pages[0].append(.activityCompleted(5, "early")) }
            let first = try await bed.pass("a")
            bed.cluster.state.withLock { $0.workflows[0].pages[0][1] = .activityCompleted(5, "late") }
            let second = try await bed.pass("b")
            let lease = try await StoreLease(on: bed.driver, container: "", holder: "test")
            let (_, outcome) = try await bed.collect([first, second], lease: lease)
            #expect(outcome.deleted == 0)
            for name in ["kept", "early", "late"] { #expect(try await bed.has(name)) }
        }
    }

    @Test("ES-G2 P14 P28 what is stored again between the listing and the deletion stays")
    func storedAgain() async throws {
        try await SweepBed.with { bed in
            try await bed.create("kept", "orphan")
            let passes = [try await bed.pass("a"), try await bed.pass("b")]
            let location = bed.location("orphan")
            let path = bed.root + "/store/" + location.key
            bed.cluster.state.withLock { state in
                state.before = { method, _ in
                    // Between the search and the deletion, a writer finds the object and touches it.
                    if method == "DescribeNamespace" {
                        try? FileManager.default.setAttributes(
                            [.modificationDate: Date().addingTimeInterval(5)],
                            ofItemAtPath: path
                        )
                    }
                    return nil
                }
            }
            let lease = try await StoreLease(on: bed.driver, container: "", holder: "test")
            let (_, outcome) = try await bed.collect(passes, lease: lease)
            #expect(outcome.deleted == 0 && outcome.changed == 1)
            #expect(try await bed.has("orphan"))
        }
    }

    @Test("ES-G2 P17 an orphan of a workflow that has a run which no pass has read stays")
    func unlistedRun() async throws {
        try await SweepBed.with { bed in
            try await bed.create("kept", "orphan")
            let passes = [try await bed.pass("a"), try await bed.pass("b")]
            bed.cluster.state.withLock { state in
                state.workflows.append(
                    Workflow(id: "order-1", runID: "new", pages: [[.started("orphan")]], isListed: false)
                )
            }
            let lease = try await StoreLease(on: bed.driver, container: "", holder: "test")
            let (_, outcome) = try await bed.collect(passes, lease: lease)
            #expect(outcome.deleted == 0 && outcome.unreadRuns == 1)
            #expect(try await bed.has("orphan"))
        }
    }

    @Test("ES-G2 P24 P25 a namespace that is another one by now ends the collection")
    func namespaceChanged() async throws {
        try await SweepBed.with { bed in
            try await bed.create("kept", "orphan")
            let passes = [try await bed.pass("a"), try await bed.pass("b")]
            bed.cluster.state.withLock { $0.namespace.namespaceInfo.id = "another" }
            let lease = try await StoreLease(on: bed.driver, container: "", holder: "test")
            let error = await #expect(throws: OperationsError.self) { try await bed.collect(passes, lease: lease) }
            #expect(error?.code == .cluster)
            #expect(try await bed.has("orphan"))
        }
    }

    @Test("ES-G2 P24 a namespace that goes away while its workflows are asked for ends the collection")
    func namespaceGone() async throws {
        try await SweepBed.with { bed in
            try await bed.create("kept", "orphan")
            let passes = [try await bed.pass("a"), try await bed.pass("b")]
            bed.cluster.state.withLock { state in
                state.before = { method, state in
                    guard method == "DescribeWorkflowExecution" else { return nil }
                    state.namespace.namespaceInfo.name = "renamed"
                    return FakeCluster.notFound
                }
            }
            let lease = try await StoreLease(on: bed.driver, container: "", holder: "test")
            await #expect(throws: RPCError.self) { try await bed.collect(passes, lease: lease) }
            #expect(try await bed.has("orphan"))
        }
    }

    @Test("ES-G2 P24 P25 a namespace that is on its way out ends the collection, and so does a gateway's \"not found\"")
    func notRegistered() async throws {
        try await SweepBed.with { bed in
            try await bed.create("kept", "orphan")
            let passes = [try await bed.pass("a"), try await bed.pass("b")]
            let lease = try await StoreLease(on: bed.driver, container: "", holder: "test")
            bed.cluster.state.withLock { $0.namespace.namespaceInfo.state = .deleted }
            let error = await #expect(throws: OperationsError.self) { try await bed.collect(passes, lease: lease) }
            #expect(error?.code == .cluster)
            bed.cluster.state.withLock { state in
                state.namespace.namespaceInfo.state = .registered
                state.before = { method, _ in
                    method == "DescribeWorkflowExecution" ? RPCError(code: .notFound, message: "hidden") : nil
                }
            }
            await #expect(throws: RPCError.self) { try await bed.collect(passes, lease: lease) }
            #expect(try await bed.has("orphan"))
        }
    }

    @Test("ES-G2 P1 P14 an orphan that was written after the first pass began stays, and is counted")
    func tooYoung() async throws {
        try await SweepBed.with { bed in
            try await bed.create("kept", "orphan")
            let passes = [try await bed.pass("a"), try await bed.pass("b")]
            let lease = try await StoreLease(on: bed.driver, container: "", holder: "test")
            // The passes were a day ago.
            let (summary, outcome) = try await bed.collect(passes, lease: lease, after: -1)
            #expect(summary.orphans == 1 && outcome.tooYoung == 1 && outcome.deleted == 0)
            #expect(try await bed.has("orphan"))
        }
    }

    @Test("ES-G2 orphans of another driver, or of another container, are not for this collector")
    func othersOrphans() async throws {
        try await SweepBed.with { bed in
            try await bed.create("kept", "orphan")
            let passes = [try await bed.pass("a"), try await bed.pass("b")]
            let lease = try await StoreLease(on: bed.driver, container: "", holder: "test")
            let (_, outcome) = try await bed.collect(passes, lease: lease) { orphan in
                var (driver, container) = (orphan, orphan)
                driver.driverName = "another"
                container.object.location.container = "another"
                return [driver, container]
            }
            #expect(outcome == Collector.Outcome())
            #expect(try await bed.has("orphan"))
        }
    }

    @Test("ES-G2 P13 orphans of a namespace that was read and is not named stay")
    func notNamed() async throws {
        try await SweepBed.with { bed in
            try await bed.create("kept", "orphan")
            let other = bed.location("orphan", namespace: "other")
            _ = try await bed.driver.createObject(ByteBuffer(string: "x"), at: other)
            let passes = [try await bed.pass("a"), try await bed.pass("b")]
            let lease = try await StoreLease(on: bed.driver, container: "", holder: "test")
            let (summary, outcome) = try await bed.collect(passes, lease: lease, reads: ["default", "other"])
            #expect(summary.orphans == 2 && outcome.deleted == 1)
            #expect(try await bed.driver.describeObject(at: other) != nil)
        }
    }

    @Test("ES-G2 ES-G4 a store whose time the passes did not ask for is none of theirs")
    func otherStore() async throws {
        try await SweepBed.with { bed in
            try await bed.create("kept", "orphan")
            let passes = [try await bed.pass("a"), try await bed.pass("b")]
            let error = await #expect(throws: OperationsError.self) {
                try await bed.collect(passes, lease: nil, container: "another")
            }
            #expect(error?.code == .refused)
        }
    }

    @Test("ES-G2 P20 a listing that is in no order ends the collection")
    func disorder() async throws {
        try await SweepBed.with { bed in
            try await bed.create("kept", "orphan", "other")
            let passes = [try await bed.pass("a"), try await bed.pass("b")]
            let store = OddStore(
                bed.driver,
                root: bed.root,
                listing: { page in
                    StoredObjectPage(objects: page.objects.reversed(), continuation: page.continuation)
                }
            )
            // Of the lease there is one object, in any order.
            let lease = try await StoreLease(on: bed.driver, container: "", holder: "test")
            let error = await #expect(throws: OperationsError.self) {
                try await bed.collect(passes, lease: lease, on: store)
            }
            #expect(error?.code == .store)
            for name in ["orphan", "other"] { #expect(try await bed.has(name)) }
        }
    }

    @Test("ES-G2 P13 P7 objects of namespaces that were not read, and of nobody, stay, and are counted")
    func otherNamespaces() async throws {
        try await SweepBed.with { bed in
            try await bed.create("kept")
            let other = bed.location("foreign", namespace: "other")
            let nobody = StoredObjectLocation(
                container: "",
                key: StorageObjectKey(digest: PayloadDigest(hashing: ByteBuffer()), target: nil, style: .file).text
            )
            let odd = StoredObjectLocation(container: "", key: "v0/ns/default/notes.txt")
            for location in [other, nobody, odd] {
                _ = try await bed.driver.createObject(ByteBuffer(string: "x"), at: location)
            }
            let passes = [try await bed.pass("a"), try await bed.pass("b")]
            let lease = try await StoreLease(on: bed.driver, container: "", holder: "test")
            let (summary, outcome) = try await bed.collect(passes, lease: lease)
            #expect(outcome.deleted == 0)
            #expect(summary.unreadNamespaces == ["other": 1] && summary.foreignKeys == 1)
            for location in [other, nobody, odd] {
                #expect(try await bed.driver.describeObject(at: location) != nil)
            }
        }
    }

    @Test("ES-G3 P32 two collectors at once: the second is refused, and goes on when the first is done")
    func twoCollectors() async throws {
        try await SweepBed.with { bed in
            let first = try await StoreLease(on: bed.driver, container: "", holder: "first")
            let error = await #expect(throws: OperationsError.self) {
                try await StoreLease(on: bed.driver, container: "", holder: "second")
            }
            #expect(error?.code == .busy)
            #expect(error?.message.contains("first") == true)
            try await first.hold()
            try await first.release()
            let second = try await StoreLease(on: bed.driver, container: "", holder: "second")
            try await second.hold()
            // Whoever has given it back may not use it any more.
            await #expect(throws: OperationsError.self) { try await first.hold() }
        }
    }

    @Test("ES-G3 P32 a collector that has lost its lease deletes nothing more")
    func lostLease() async throws {
        try await SweepBed.with { bed in
            try await bed.create("kept", "orphan")
            let passes = [try await bed.pass("a"), try await bed.pass("b")]
            let lease = try await StoreLease(on: bed.driver, container: "", holder: "slow")
            // As if it had expired and somebody else had taken it.
            let taken = StoredObjectLocation(container: "", key: "temporal-storage/lease/000000000002")
            let entry = ByteBuffer(string: "{\"holder\":\"other\",\"expires\":9999999999}")
            #expect(try await bed.driver.createObject(entry, at: taken))
            let error = await #expect(throws: OperationsError.self) { try await bed.collect(passes, lease: lease) }
            #expect(error?.code == .busy)
            #expect(try await bed.has("orphan"))
        }
    }

    @Test("ES-G3 P32 a collector that loses its lease between two objects deletes at most a hundred more")
    func lostBetween() async throws {
        try await SweepBed.with { bed in
            try await bed.create("kept")
            for number in 0..<150 { try await bed.create("orphan-\(number)") }
            let passes = [try await bed.pass("a"), try await bed.pass("b")]
            let lease = try await StoreLease(on: bed.driver, container: "", holder: "slow")
            let path = bed.root + "/store/temporal-storage/lease/000000000002"
            let store = OddStore(bed.driver, root: bed.root) { _ in
                // As if it had expired at the first of them, and somebody else had taken it.
                let entry = Data("{\"holder\":\"other\",\"expires\":9999999999}".utf8)
                _ = FileManager.default.createFile(atPath: path, contents: entry)
                return nil
            }
            let error = await #expect(throws: OperationsError.self) {
                try await bed.collect(passes, lease: lease, on: store)
            }
            #expect(error?.code == .busy)
            let parts = try await bed.log()
            #expect(parts.map(\.lines.count) == [150, 100])
        }
    }

    @Test("ES-G3 P32 a lease is made longer in time, and two that take it at the same moment do not both have it")
    func renewedLease() async throws {
        try await SweepBed.with { bed in
            let store = OddStore(bed.driver, root: bed.root)
            let lease = try await StoreLease(on: store, container: "", holder: "first")
            for _ in 0..<3 {
                store.advance(by: 600)
                try await lease.hold()
            }
            try await lease.release()
            // Somebody writes the next one between the look and the claim.
            let path = bed.root + "/store/temporal-storage/lease/"
            let racing = OddStore(
                bed.driver,
                root: bed.root,
                listing: { page in
                    let names = page.objects.compactMap { Int($0.location.key.suffix(12)) }
                    let next = String((names.max() ?? 0) + 1)
                    let name = String(repeating: "0", count: 12 - next.count) + next
                    _ = FileManager.default.createFile(atPath: path + name, contents: Data("{}".utf8))
                    return page
                }
            )
            let error = await #expect(throws: OperationsError.self) {
                try await StoreLease(on: racing, container: "", holder: "second")
            }
            #expect(error?.code == .busy)
        }
    }

    @Test("ES-G2 ES-G3 P30 a store that fails ten times is left in peace")
    func tenFailures() async throws {
        try await SweepBed.with { bed in
            try await bed.create("kept")
            for number in 0..<30 { try await bed.create("orphan-\(number)") }
            let passes = [try await bed.pass("a"), try await bed.pass("b")]
            let tries = Mutex(0)
            let store = OddStore(bed.driver, root: bed.root) { _ in
                tries.withLock { $0 += 1 }
                return ExternalStorageError(code: .unavailable, message: "the store is ill")
            }
            let lease = try await StoreLease(on: bed.driver, container: "", holder: "test")
            let error = await #expect(throws: OperationsError.self) {
                try await bed.collect(passes, lease: lease, on: store)
            }
            let count = tries.withLock { $0 }
            #expect(error?.code == .store && count == 10)
        }
    }

    @Test("ES-G2 ES-G3 P30 one deletion that fails is counted and told, and keeps nothing else from being deleted")
    func partialFailure() async throws {
        try await SweepBed.with { bed in
            try await bed.create("kept", "first", "second", "third")
            let passes = [try await bed.pass("a"), try await bed.pass("b")]
            let stubborn = bed.location("second")
            let store = OddStore(bed.driver, root: bed.root) { location in
                location == stubborn ? ExternalStorageError(code: .unavailable, message: "the store is ill") : nil
            }
            let lease = try await StoreLease(on: bed.driver, container: "", holder: "test")
            let (_, outcome) = try await bed.collect(passes, lease: lease, on: store)
            #expect(outcome.deleted == 2 && outcome.failed == 1 && outcome.firstFailure == "the store is ill")
            #expect(try await bed.has("second"))
            for name in ["first", "third"] { #expect(try await !bed.has(name)) }
            let lines = try #require(try await bed.log().last).lines
            #expect(lines.filter { $0.outcome == "deleted" }.count == 2)
            #expect(lines.filter { $0.outcome == "failed: unavailable" }.map(\.key) == [stubborn.key])
        }
    }

    @Test("ES-G2 P30 who may not delete one object tries no other; the log says what was done until then")
    func forbidden() async throws {
        try await SweepBed.with { bed in
            let names = ["first", "second", "third"].sorted { bed.location($0).key < bed.location($1).key }
            try await bed.create("kept", "first", "second", "third")
            let passes = [try await bed.pass("a"), try await bed.pass("b")]
            let guarded = bed.location(names[1])
            let store = OddStore(bed.driver, root: bed.root) { location in
                location == guarded ? ExternalStorageError(code: .forbidden, message: "not for you") : nil
            }
            let lease = try await StoreLease(on: bed.driver, container: "", holder: "test")
            let error = await #expect(throws: OperationsError.self) {
                try await bed.collect(passes, lease: lease, on: store)
            }
            #expect(error?.code == .store && error?.message.contains("not for you") == true)
            #expect(try await !bed.has(names[0]))
            for name in names.dropFirst() { #expect(try await bed.has(name)) }
            let parts = try await bed.log()
            #expect(parts.map(\.lines.count) == [3, 1])
            #expect(parts.last?.lines.first?.outcome == "deleted")
        }
    }

    @Test("ES-G3 P35 the log has key, size, time and version of each object and what became of it, and no content")
    func audit() async throws {
        try await SweepBed.with { bed in
            try await bed.create("kept", "secret content")
            let object = try #require(try await bed.driver.describeObject(at: bed.location("secret content")))
            let passes = [try await bed.pass("a"), try await bed.pass("b")]
            let lease = try await StoreLease(on: bed.driver, container: "", holder: "test")
            _ = try await bed.collect(passes, lease: lease, run: "run-7")
            let parts = try await bed.log()
            #expect(parts.map(\.key) == ["intent", "result"].map { "temporal-storage/audit/run-7/0-\($0).jsonl" })
            #expect(parts.map { $0.lines.map(\.outcome) } == [["about to be deleted"], ["deleted"]])
            for line in parts.flatMap(\.lines) {
                #expect(line.key == object.location.key && line.sizeInBytes == object.sizeInBytes)
                #expect(line.lastModified == object.lastModified && line.revision == object.revision)
            }
            for part in parts {
                let location = StoredObjectLocation(container: "", key: part.key)
                let text = String(buffer: try await bed.driver.readObject(at: location, sizeLimit: 100_000))
                #expect(!text.contains("secret content"))
            }
        }
    }

    @Test("ES-G3 P35 nothing is deleted that cannot be written down first, and no part of the log is written twice")
    func auditFirst() async throws {
        try await SweepBed.with { bed in
            try await bed.create("kept", "orphan")
            let passes = [try await bed.pass("a"), try await bed.pass("b")]
            let taken = StoredObjectLocation(container: "", key: "temporal-storage/audit/run-7/0-intent.jsonl")
            #expect(try await bed.driver.createObject(ByteBuffer(string: "earlier"), at: taken))
            let lease = try await StoreLease(on: bed.driver, container: "", holder: "test")
            let error = await #expect(throws: OperationsError.self) {
                try await bed.collect(passes, lease: lease, run: "run-7")
            }
            #expect(error?.code == .store)
            #expect(try await bed.has("orphan"))
            #expect(try await bed.driver.readObject(at: taken, sizeLimit: 100) == ByteBuffer(string: "earlier"))
        }
    }

    @Test("ES-G2 P13 P25 the objects of a name belong to one namespace, and to no other of that name")
    func ownership() async throws {
        try await SweepBed.with { bed in
            let mine = StoreOwnership(namespace: "default", id: "mine")
            let unclaimed = await #expect(throws: OperationsError.self) {
                try await mine.check(in: bed.driver, container: "")
            }
            #expect(unclaimed?.code == .refused)
            try await mine.claim(from: bed.driver, in: "")
            try await mine.check(in: bed.driver, container: "")
            let other = StoreOwnership(namespace: "default", id: "other")
            let refused = await #expect(throws: OperationsError.self) {
                try await other.check(in: bed.driver, container: "")
            }
            #expect(refused?.code == .refused && refused?.message.contains("mine") == true)
            await #expect(throws: OperationsError.self) { try await other.claim(from: bed.driver, in: "") }
        }
    }
}
