//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageOperations
import Testing

@Suite("When an object may be deleted")
struct CollectionPlanTests {
    private static let day: Int64 = 86_400
    private static let start: Int64 = 1_800_000_000

    private func record(
        from begin: Int64,
        to end: Int64,
        id: String = "id",
        isComplete: Bool = true,
        _ change: (inout ClusterPass.Record) -> Void = { _ in }
    ) -> ClusterPass.Record {
        var record = ClusterPass.Record()
        record.began = ["local-disk/": begin]
        record.ended = ["local-disk/": end]
        record.namespaces = ["default"]
        record.identities = ["default": id]
        record.isComplete = isComplete
        change(&record)
        return record
    }

    private func object(_ time: Int64?) -> StoredObject {
        StoredObject(
            location: StoredObjectLocation(container: "", key: "k"),
            sizeInBytes: 1,
            lastModified: time,
            revision: ""
        )
    }

    @Test("ES-G2 P1 P14 P15 written before the first pass, and so old that nobody can have used it unseen since")
    func ages() throws {
        let plan = try CollectionPlan(
            first: self.record(from: Self.start, to: Self.start + 100),
            second: self.record(from: Self.start + 3 * Self.day, to: Self.start + 3 * Self.day + 100),
            grace: .seconds(2 * Self.day),
            renewalMargin: .seconds(5 * Self.day)
        )
        let latest = Self.start + 3 * Self.day - 5 * Self.day - 1 - 2 * Self.day - 1
        #expect(plan.mayDelete(self.object(latest)))
        #expect(!plan.mayDelete(self.object(latest + 1)))
        #expect(!plan.mayDelete(self.object(Self.start - 1)))
        #expect(!plan.mayDelete(self.object(nil)))
        #expect(!plan.mayDelete(self.object(0)))
        #expect(!plan.mayDelete(self.object(.max)))
    }

    @Test("ES-G2 with a store that renews whatever is stored, only the first pass and the grace count")
    func renewing() throws {
        let plan = try CollectionPlan(
            first: self.record(from: Self.start, to: Self.start + 100),
            second: self.record(from: Self.start + 3 * Self.day, to: Self.start + 3 * Self.day + 100),
            grace: .seconds(2 * Self.day),
            renewalMargin: .zero
        )
        #expect(plan.mayDelete(self.object(Self.start - 1)))
        #expect(!plan.mayDelete(self.object(Self.start)))
    }

    @Test("ES-G2 P1 where nobody says that writers renew, nothing may go")
    func noMargin() throws {
        let plan = try CollectionPlan(
            first: self.record(from: Self.start, to: Self.start + 100),
            second: self.record(from: Self.start + 3 * Self.day, to: Self.start + 3 * Self.day + 100),
            grace: .seconds(2 * Self.day),
            renewalMargin: nil
        )
        #expect(!plan.mayDelete(self.object(1)))
    }

    @Test("ES-G2 passes that are too close, incomplete, of other namespaces or of another id are refused")
    func refused() {
        let first = self.record(from: Self.start, to: Self.start + 100)
        func refuses(_ second: ClusterPass.Record, grace: Duration = .seconds(Self.day), first: ClusterPass.Record)
            -> Bool
        {
            do {
                _ = try CollectionPlan(first: first, second: second, grace: grace, renewalMargin: .zero)
                return false
            } catch {
                return error.code == .refused
            }
        }
        let good = self.record(from: Self.start + 2 * Self.day, to: Self.start + 3 * Self.day)
        #expect(!refuses(good, first: first))
        #expect(refuses(self.record(from: Self.start + Self.day, to: Self.start + 2 * Self.day), first: first))
        #expect(refuses(good, first: self.record(from: Self.start, to: Self.start + 1, isComplete: false)))
        #expect(
            refuses(self.record(from: Self.start + 2 * Self.day, to: Self.start + 3 * Self.day, id: "x"), first: first)
        )
        #expect(refuses(self.record(from: Self.start + 3 * Self.day, to: Self.start + 2 * Self.day), first: first))
        func other(_ change: (inout ClusterPass.Record) -> Void) -> ClusterPass.Record {
            self.record(from: Self.start + 2 * Self.day, to: Self.start + 3 * Self.day, change)
        }
        #expect(refuses(other { $0.isComplete = false }, first: first))
        #expect(refuses(other { $0.namespaces.append("another") }, first: first))
        #expect(refuses(other { $0.began["s3/bucket"] = Self.start + 2 * Self.day }, first: first))
        // The first pass ended at 100, and a second is lost to clocks.
        let end = Self.start + 100 + Self.day
        #expect(refuses(self.record(from: end, to: end + 1), first: first))
        #expect(!refuses(self.record(from: end + 1, to: end + 1), first: first))
        // ES-G4: no time at all, less than none, more than there is.
        for grace in [Duration.zero, .seconds(-1), .seconds(Int64.max - 1)] {
            #expect(refuses(good, grace: grace, first: first))
        }
        #expect(throws: OperationsError.self) {
            try CollectionPlan(first: first, second: good, grace: .seconds(Self.day), renewalMargin: .seconds(-1))
        }
    }

    @Test("ES-G1 ES-G2 a pass of another version of the command counts for nothing: it may not have looked everywhere")
    func otherVersions() throws {
        let old = { (record: inout ClusterPass.Record) in record.reader = "0.0.1" }
        let silent = { (record: inout ClusterPass.Record) in record.reader = nil }
        let (begin, later) = (Self.start, Self.start + 3 * Self.day)
        for (first, second) in [
            (self.record(from: begin, to: begin, old), self.record(from: later, to: later)),
            (self.record(from: begin, to: begin), self.record(from: later, to: later, old)),
            (self.record(from: begin, to: begin, old), self.record(from: later, to: later, old)),
            (self.record(from: begin, to: begin, silent), self.record(from: later, to: later, silent)),
        ] {
            let error = #expect(throws: OperationsError.self) {
                try CollectionPlan(first: first, second: second, grace: .seconds(Self.day), renewalMargin: .zero)
            }
            #expect(error?.code == .refused && error?.message.contains("version") == true)
        }
    }

    @Test("ES-G4 of several stores, the earliest begin and the latest end count")
    func severalStores() throws {
        let first = self.record(from: Self.start + 50, to: Self.start + 100) {
            $0.began["s3/b"] = Self.start
            $0.ended["s3/b"] = Self.start + 200
        }
        #expect(first.begin == Self.start && first.end == Self.start + 200)
    }
}
