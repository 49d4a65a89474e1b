//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageOperations
import Foundation
import NIOCore

/// A store with two referenced objects and two orphans, and a cluster that was read twice.
struct SweepBed {
    var cluster: FakeCluster
    var storage: ExternalStorage
    var driver: LocalDiskStorageDriver
    var root: String

    func location(_ name: String, namespace: String = "default") -> StoredObjectLocation {
        StoredObjectLocation(container: "", key: Samples.key(name, namespace: namespace))
    }

    func create(_ names: String...) async throws {
        for name in names {
            _ = try await self.driver.createObject(ByteBuffer(string: name), at: self.location(name))
        }
    }

    func has(_ name: String) async throws -> Bool {
        try await self.driver.describeObject(at: self.location(name)) != nil
    }

    func pass(_ name: String) async throws -> StateDirectory {
        try await Samples.pass(over: self.cluster, state: "\(self.root)/\(name)", storage: self.storage).directory
    }

    var reader: NamespaceReader {
        NamespaceReader(
            caller: self.cluster,
            finder: ReferenceFinder(storage: self.storage),
            namespace: "default"
        )
    }

    /// A plan as of two passes that were days apart, both after all objects were written.
    ///
    /// - Parameter days: How many days later than that they were.
    /// - Returns: The plan.
    /// - Throws: `OperationsError`.
    func plan(after days: Int64 = 0) throws -> CollectionPlan {
        var (first, second) = (ClusterPass.Record(), ClusterPass.Record())
        let start = Int64(Date().timeIntervalSince1970) + 10 + days * 86_400
        first.began = ["local-disk/": start]
        first.ended = ["local-disk/": start + 1]
        second.began = ["local-disk/": start + 300_000]
        second.ended = ["local-disk/": start + 300_001]
        (first.isComplete, second.isComplete) = (true, true)
        return try CollectionPlan(first: first, second: second, grace: .seconds(200_000), renewalMargin: .zero)
    }

    func collect(
        _ passes: [StateDirectory],
        lease: StoreLease?,
        method: Collector.Method = .delete,
        run: String = "test",
        after days: Int64 = 0,
        on store: (any MaintainableStorageDriver)? = nil,
        container: String = "",
        reads namespaces: Set<String> = ["default"],
        giving change: (Orphan) -> [Orphan] = { [$0] }
    ) async throws -> (OrphanSummary, Collector.Outcome) {
        let driver: any MaintainableStorageDriver = store ?? self.driver
        let marks = try MarkSet(passes: passes, last: Array(passes.suffix(1)))
        let collector = try Collector(
            plan: try self.plan(after: days),
            marks: marks,
            driver: driver,
            container: container,
            lease: lease,
            method: method,
            run: run,
            readers: ["default": self.reader],
            identities: ["default": "id-of-default"]
        )
        var (outcome, batch) = (Collector.Outcome(), 0)
        let search = OrphanSearch(marks: marks, namespaces: namespaces)
        let summary = try await search.run(on: driver, in: "") { orphans in
            try await collector.collect(orphans.flatMap(change), batch: batch, into: &outcome)
            batch += 1
        }
        return (summary, outcome)
    }

    /// A part of the log of the store.
    struct LogPart {
        var key: String
        var lines: [AuditLog.Line]
    }

    /// What stands in the log of the store, part by part, in the order of the names of the parts.
    func log() async throws -> [LogPart] {
        var parts: [LogPart] = []
        for try await objects in self.driver.pages(in: "", prefix: "temporal-storage/audit/") {
            for object in objects {
                let bytes = try await self.driver.readObject(at: object.location, sizeLimit: 100_000)
                let lines = try String(buffer: bytes).split(separator: "\n").map { line in
                    try JSONDecoder().decode(AuditLog.Line.self, from: Data(line.utf8))
                }
                parts.append(LogPart(key: object.location.key, lines: lines))
            }
        }
        return parts
    }

    static func with(_ body: (SweepBed) async throws -> Void) async throws {
        try await Samples.withStorage { storage, driver, root in
            let cluster = FakeCluster { state in
                state.workflows = [FakeCluster.Workflow(id: "order-1", runID: "run", pages: [[.started("kept")]])]
            }
            try await body(SweepBed(cluster: cluster, storage: storage, driver: driver, root: root))
        }
    }
}
