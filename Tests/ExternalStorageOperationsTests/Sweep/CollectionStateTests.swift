//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation
import Testing

@testable import ExternalStorageOperations

@Suite("What a collection does next")
struct CollectionStateTests {
    private static let grace: Int64 = 1_000

    /// Passes as they lie in a directory, each with its times.
    private func passes(_ records: ClusterPass.Record...) throws -> [CollectionState.Pass] {
        let path = FileManager.default.temporaryDirectory.appending(path: "passes-\(UUID().uuidString)").path()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let directory = try StateDirectory(path: path)
        return records.enumerated().map { .init(number: $0.offset + 1, directory: directory, record: $0.element) }
    }

    private func record(
        _ begin: Int64,
        _ end: Int64?,
        _ change: (inout ClusterPass.Record) -> Void = { _ in }
    ) -> ClusterPass.Record {
        var record = ClusterPass.Record()
        record.began = ["s3/b": begin]
        if let end { record.ended = ["s3/b": end] }
        record.namespaces = ["default"]
        record.identities = ["default": "id"]
        record.isComplete = end != nil
        change(&record)
        return record
    }

    private func next(_ passes: [CollectionState.Pass], now: Int64) -> CollectionState.Step {
        CollectionState.next(passes, now: now, graceInSeconds: Self.grace)
    }

    @Test("ES-G2 ES-G3 a pass, the grace and a second, another pass, and then what both say is collected, once")
    func steps() throws {
        #expect(self.next([], now: 1) == .read(pass: 1))
        let one = try self.passes(self.record(100, 200))
        #expect(self.next(one, now: 1_200) == .wait(until: 1_201))
        #expect(self.next(one, now: 1_201) == .read(pass: 2))
        let both = try self.passes(self.record(100, 200), self.record(1_201, 1_300))
        #expect(self.next(both, now: 1_300) == .collect(first: 1, second: 2))
        let collected = try self.passes(self.record(100, 200), self.record(1_201, 1_300) { $0.isCollected = true })
        #expect(self.next(collected, now: 1_300) == .wait(until: 2_301))
        #expect(self.next(collected, now: 2_301) == .read(pass: 3))
    }

    @Test("ES-G1 ES-G3 a pass that is not complete is gone on with, and is nobody's partner")
    func incomplete() throws {
        let open = try self.passes(self.record(100, 200), self.record(1_201, nil))
        #expect(self.next(open, now: 9_000) == .read(pass: 2))
        let failed = try self.passes(self.record(100, 200), self.record(1_201, 1_300) { $0.isComplete = false })
        #expect(self.next(failed, now: 9_000) == .read(pass: 2))
        let first = try self.passes(self.record(100, 200) { $0.isComplete = false }, self.record(1_201, 1_300))
        #expect(self.next(first, now: 2_301) == .read(pass: 3))
    }

    @Test("ES-G2 P25 passes that are too close, or not of the same namespaces, are not collected by")
    func partners() throws {
        let last = self.record(1_201, 1_300)
        for first in [
            self.record(100, 201), self.record(100, 200) { $0.identities = ["default": "another"] },
            self.record(100, 200) { $0.namespaces = ["default", "other"] },
        ] {
            #expect(self.next(try self.passes(first, last), now: 1_300) == .wait(until: 2_301))
        }
        // The latest that is far enough away.
        let three = try self.passes(self.record(1, 2), self.record(100, 200), self.record(1_000, 1_100), last)
        #expect(self.next(three, now: 1_300) == .collect(first: 2, second: 4))
    }

    @Test("ES-G1 ES-G2 what another version of the command has read is read anew")
    func otherVersions() throws {
        let old = { (record: inout ClusterPass.Record) in record.reader = "0.0.1" }
        let both = try self.passes(self.record(100, 200, old), self.record(1_201, 1_300, old))
        #expect(self.next(both, now: 1_300) == .read(pass: 3))
        #expect(self.next(try self.passes(self.record(100, nil, old)), now: 1_300) == .read(pass: 2))
        let mixed = try self.passes(self.record(100, 200, old), self.record(1_201, 1_300))
        #expect(self.next(mixed, now: 1_300) == .wait(until: 2_301))
        // A file of a version that said nothing about itself.
        let silent = try JSONDecoder().decode(
            ClusterPass.Record.self,
            from: Data(
                #"{"began":{},"ended":{},"namespaces":[],"identities":{},"isComplete":true,"isCollected":false}"#.utf8
            )
        )
        #expect(silent.reader == nil)
    }
}
