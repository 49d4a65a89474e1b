//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageOperations
import Foundation
import NIOCore
import SwiftProtobuf
import TemporalAPI
import Testing

@Suite("Verifying references")
struct StoreExaminerTests {
    private func findings(
        readsAll: Bool = false,
        _ prepare: (LocalDiskStorageDriver, String) async throws -> [APIPayload]
    ) async throws -> [ReferenceFinding] {
        try await Samples.withStorage { storage, driver, root in
            let payloads = try await prepare(driver, root)
            let cluster = FakeCluster { state in
                var start = Event.started("replaced")
                start.workflowExecutionStartedEventAttributes.input.payloads = payloads
                state.workflows = [FakeCluster.Workflow(id: "order", runID: "run", pages: [[start]])]
            }
            let summary = try await Samples.pass(
                over: cluster,
                state: "\(root)/state",
                storage: storage,
                examiner: StoreExaminer(storage: storage, readsAll: readsAll)
            ).summary
            #expect(summary.isComplete)
            return summary.result.findings
        }
    }

    /// Stores a payload and gives the reference to it.
    private func store(_ text: String, by driver: LocalDiskStorageDriver, size: Int? = nil) async throws -> APIPayload {
        let payload = Payload(metadata: [:], data: ByteBuffer(string: text))
        let context = StorageDriverStoreContext(namespace: "default", limiter: StorageLimiter(permits: 1))
        let claim = try await driver.store([payload], context: context)[0]
        let reference = StorageReference(driverName: driver.name, claim: claim)
            .payload(forStored: size ?? payload.sizeInBytes)
        return try APIPayload(serializedBytes: Array(reference.serializedBytes.readableBytesView))
    }

    @Test("What is there is no finding")
    func clean() async throws {
        for readsAll in [false, true] {
            #expect(
                try await self.findings(readsAll: readsAll) { driver, _ in [try await self.store("x", by: driver)] }
                    == []
            )
        }
    }

    @Test("ES-G1 a missing object is found, with the event and the field")
    func missing() async throws {
        let findings = try await self.findings { driver, _ in
            [try await self.store("x", by: driver), .reference("gone")]
        }
        #expect(findings.map(\.kind) == [.missing])
        #expect(findings.first?.place?.eventID == 1 && findings.first?.place?.index == 1)
        #expect(findings.first?.key == Samples.key("gone") && findings.first?.item.id == "order")
    }

    @Test("An object of another size than the reference says is found")
    func wrongSize() async throws {
        let findings = try await self.findings { driver, _ in [try await self.store("x", by: driver, size: 7)] }
        #expect(findings.map(\.kind) == [.wrongSize])
    }

    @Test("An object whose bytes were changed is found by reading it, and only so")
    func corrupted() async throws {
        for readsAll in [false, true] {
            let findings = try await self.findings(readsAll: readsAll) { driver, root in
                let payload = try await self.store("content", by: driver)
                let key = try await driver.listObjects(in: "", prefix: "v0/", continuation: nil).objects[0].location.key
                let file = URL(filePath: "\(root)/store/\(key)")
                var data = try Data(contentsOf: file)
                data[data.count - 1] ^= 1
                try data.write(to: file)
                return [payload]
            }
            #expect(findings.map(\.kind) == (readsAll ? [.corrupted] : []))
        }
    }
}
