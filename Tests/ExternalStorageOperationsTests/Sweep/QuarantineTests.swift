//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageOperations
import Foundation
import NIOCore
import Synchronization
import Testing

@Suite("Quarantine")
struct QuarantineTests {
    /// Two passes over the cluster as it is, and a collection by them.
    private func collect(
        _ bed: SweepBed,
        _ run: String,
        method: Collector.Method = .quarantine(graceInSeconds: 1),
        applies: Bool = true,
        after days: Int64 = 0
    ) async throws -> (outcome: Collector.Outcome, review: Quarantine.Review) {
        let passes = [try await bed.pass("\(run)-a"), try await bed.pass("\(run)-b")]
        let lease = applies ? try await StoreLease(on: bed.driver, container: "", holder: run) : nil
        return try await LoggedChanges.holding(lease) {
            let marks = try MarkSet(passes: passes, last: [passes[1]])
            let review = try await Quarantine(driver: bed.driver, container: "").review(marks: marks, lease: lease)
            return (try await bed.collect(passes, lease: lease, method: method, run: run, after: days).1, review)
        }
    }

    private func since(_ name: String, _ bed: SweepBed) async throws -> Int64? {
        let object = try #require(try await bed.driver.describeObject(at: bed.location(name)))
        return try await bed.driver.unreferencedSince(object)
    }

    private func lists(_ bed: SweepBed) async throws -> [StoredObject] {
        try await bed.driver.listObjects(in: "", prefix: "temporal-storage/quarantine/", continuation: nil).objects
    }

    /// Makes the marks of objects older, as if they had been made then.
    private func age(_ names: String..., in bed: SweepBed) async throws {
        for name in names {
            let object = try #require(try await bed.driver.describeObject(at: bed.location(name)))
            _ = try await bed.driver.markUnreferenced(object, since: Int64(Date().timeIntervalSince1970) - 1_000)
        }
    }

    @Test("ES-G2 ES-G3 P29 what may go is marked and stays; a later pass deletes it; the log says both")
    func twoPhases() async throws {
        try await SweepBed.with { bed in
            try await bed.create("kept", "orphan")
            let dry = try await self.collect(bed, "dry", applies: false).outcome
            #expect(dry.marked == 1 && dry.deleted == 0)
            #expect(try await self.since("orphan", bed) == nil)

            let first = try await self.collect(bed, "one").outcome
            #expect(first.marked == 1 && first.deleted == 0 && first.failed == 0)
            #expect(try await self.since("orphan", bed) != nil)
            #expect(try await self.since("kept", bed) == nil)
            #expect(try await self.lists(bed).count == 1)

            // Marked a moment ago: whatever the passes say, the grace has not gone by.
            let long = Collector.Method.quarantine(graceInSeconds: 100)
            let early = try await self.collect(bed, "two", method: long)
            #expect(early.outcome.waiting == 1 && early.outcome.deleted == 0 && early.outcome.marked == 0)
            #expect(early.review.waiting == 1)

            try await self.age("orphan", in: bed)
            let last = try await self.collect(bed, "three", method: long).outcome
            #expect(last.deleted == 1 && last.waiting == 0)
            #expect(try await !bed.has("orphan"))
            #expect(try await bed.has("kept"))

            let end = try await self.collect(bed, "four", method: long)
            #expect(end.outcome == Collector.Outcome() && end.review.settled == 1)
            #expect(try await self.lists(bed).isEmpty)
            var log = ""
            for object in try await bed.driver.listObjects(
                in: "",
                prefix: "temporal-storage/audit/",
                continuation: nil
            ).objects { log += String(buffer: try await bed.driver.readObject(at: object.location, sizeLimit: 10_000)) }
            for words in ["about to be marked", "\"marked\"", "about to be deleted", "\"deleted\""] {
                #expect(log.contains(words))
            }
        }
    }

    @Test("ES-G2 P29 what was marked after the last pass began is not deleted by what that pass saw")
    func markedLate() async throws {
        try await SweepBed.with { bed in
            try await bed.create("kept", "orphan")
            let path = bed.root + "/store/" + bed.location("orphan").key
            try FileManager.default.setAttributes(
                [.modificationDate: Date().addingTimeInterval(-20 * 86_400)],
                ofItemAtPath: path
            )
            // Long enough ago for the grace; but the passes are ten days old.
            try await self.age("orphan", in: bed)
            let early = try await self.collect(bed, "one", after: -10).outcome
            #expect(early.deleted == 0 && early.waiting == 1)
            #expect(try await bed.has("orphan"))
            #expect(try await self.collect(bed, "two").outcome.deleted == 1)
        }
    }

    @Test("ES-G2 P29 what is referenced again loses its mark, in a collection without quarantine too")
    func referencedAgain() async throws {
        try await SweepBed.with { bed in
            try await bed.create("kept", "orphan", "other")
            #expect(try await self.collect(bed, "one").outcome.marked == 2)
            try await self.age("orphan", "other", in: bed)
            bed.cluster.state.withLock { $0.workflows[0].pages[0].append(.activityCompleted(5, "orphan")) }

            let dry = try await self.collect(bed, "dry", applies: false)
            #expect(dry.review.unmarked == 1 && dry.outcome.deleted == 1)
            #expect(try await self.since("orphan", bed) != nil)

            let (outcome, review) = try await self.collect(bed, "two", method: .delete)
            #expect(review.unmarked == 1 && outcome.deleted == 1)
            #expect(try await self.since("orphan", bed) == nil)
            #expect(try await bed.has("orphan"))
            #expect(try await !bed.has("other"))
        }
    }

    @Test("ES-G2 P29 what is written again after it was marked is not deleted for the mark")
    func writtenAgain() async throws {
        try await SweepBed.with { bed in
            try await bed.create("kept", "orphan")
            #expect(try await self.collect(bed, "one").outcome.marked == 1)
            try await self.age("orphan", in: bed)
            try FileManager.default.setAttributes(
                [.modificationDate: Date().addingTimeInterval(5)],
                ofItemAtPath: bed.root + "/store/" + bed.location("orphan").key
            )
            let (outcome, review) = try await self.collect(bed, "two")
            #expect(outcome.deleted == 0 && outcome.marked == 1)
            #expect(review.settled == 1)
            #expect(try await bed.has("orphan"))
        }
    }

    @Test("P29 a store without rules that go by marks refuses to leave deleting to them")
    func markOnly() async throws {
        try await SweepBed.with { bed in
            try await bed.create("kept", "orphan")
            let error = await #expect(throws: OperationsError.self) {
                try await self.collect(bed, "one", method: .mark)
            }
            #expect(error?.code == .refused && error?.message.contains("--tag-only") == true)
            // The lease was given back.
            _ = try await StoreLease(on: bed.driver, container: "", holder: "next")
        }
    }

    @Test("ES-G3 a list of marked objects that cannot be read ends the collection")
    func damagedList() async throws {
        try await SweepBed.with { bed in
            try await bed.create("kept", "orphan")
            let location = StoredObjectLocation(container: "", key: "temporal-storage/quarantine/x/0-marked.jsonl")
            _ = try await bed.driver.createObject(ByteBuffer(string: "{\"key\":"), at: location)
            let error = await #expect(throws: OperationsError.self) { try await self.collect(bed, "one") }
            #expect(error?.code == .store)
            #expect(try await bed.has("orphan"))
        }
    }
}
