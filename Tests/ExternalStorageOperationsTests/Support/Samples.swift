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

extension APIPayload {
    /// A reference to an object of the driver `local-disk` under a key that is made of `name`.
    static func reference(_ name: String, driver: String = "local-disk") -> APIPayload {
        let digest = PayloadDigest(hashing: ByteBuffer(string: name))
        return .reference(
            ["key": Samples.key(name), "hash_algorithm": "sha256", "hash_value": digest.hexadecimal],
            driver: driver
        )
    }

    /// A reference with a claim, whatever its driver makes of it.
    static func reference(_ claim: StorageDriverClaim, driver: String = "local-disk") -> APIPayload {
        let reference = StorageReference(driverName: driver, claim: claim)
        return .with { payload in
            let serialized = Array(reference.payload(forStored: 1_000).serializedBytes.readableBytesView)
            // The bytes of a payload are a payload.
            payload = (try? APIPayload(serializedBytes: serialized)) ?? payload
        }
    }
}

extension APIPayloads {
    static func of(_ payloads: APIPayload...) -> APIPayloads { .with { $0.payloads = payloads } }
}

extension Event {
    /// A start with a reference as its input.
    static func started(_ name: String) -> Event {
        .with { event in
            event.eventID = 1
            event.eventType = .workflowExecutionStarted
            event.workflowExecutionStartedEventAttributes.input = .of(.reference(name))
        }
    }

    /// The result of an activity.
    static func activityCompleted(_ id: Int64, _ name: String) -> Event {
        .activityCompleted(id, .reference(name))
    }

    /// The result of an activity.
    static func activityCompleted(_ id: Int64, _ result: APIPayload) -> Event {
        .with { event in
            event.eventID = id
            event.eventType = .activityTaskCompleted
            event.activityTaskCompletedEventAttributes.result = .of(result)
        }
    }
}

enum Samples {
    static func key(_ name: String, namespace: String = "default") -> String {
        let digest = PayloadDigest(hashing: ByteBuffer(string: name))
        let target = StorageDriverTarget.workflow(namespace: namespace, id: "order-1")
        return StorageObjectKey(digest: digest, target: target, style: .file).text
    }

    /// External storage on a directory of its own, which goes with the last reference to it.
    static func withStorage<Result>(
        _ body: (ExternalStorage, LocalDiskStorageDriver, String) async throws -> Result
    ) async throws -> Result {
        let root = FileManager.default.temporaryDirectory.appending(path: "operations-\(UUID().uuidString)")
        let store = root.appending(path: "store")
        try FileManager.default.createDirectory(at: store, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: root) }
        let driver = try LocalDiskStorageDriver(root: store.path())
        return try await body(try ExternalStorage(driver: driver), driver, root.path())
    }

    /// As ``withStorage(_:)``, for a body that throws nothing.
    static func withStorageIgnoringErrors(_ body: (ExternalStorage, String) async -> Void) async {
        do {
            try await Self.withStorage { storage, _, root in await body(storage, root) }
        } catch {
            Issue.record(error)
        }
    }

    /// Reads the namespace of a fake cluster once.
    static func pass(
        over cluster: FakeCluster,
        state: String,
        storage: ExternalStorage,
        kinds: [RootKind] = RootKind.allCases,
        examiner: (any ReferenceExaminer)? = nil
    ) async throws -> (summary: NamespaceSummary, directory: StateDirectory) {
        let directory = try StateDirectory(path: state)
        let pass = NamespacePass(
            reader: NamespaceReader(
                caller: PacedCaller(cluster, callsPerSecond: 100_000, attempts: 2, firstDelay: .zero),
                finder: ReferenceFinder(storage: storage),
                namespace: "default"
            ),
            locator: ReferenceLocator(storage: storage),
            directory: directory,
            streams: 2,
            examiner: examiner,
            kinds: kinds
        )
        return (try await pass.run(), directory)
    }
}

extension StateDirectory {
    /// Whether a pass marked the key of a name.
    func marks(_ name: String) throws -> Bool {
        try HashSetFile("marks", in: self).contains(ReferenceLocator.mark(ofKey: Samples.key(name)))
    }
}
