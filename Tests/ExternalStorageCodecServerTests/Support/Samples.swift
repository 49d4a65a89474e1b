//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageTesting
import Logging
import NIOCore

@testable import ExternalStorageCodecServer

extension Payload {
    /// A small value.
    static func text(_ text: String) -> Payload {
        Payload(metadata: ["encoding": Array("json/plain".utf8)], data: ByteBuffer(string: "\"\(text)\""))
    }

    /// The reference as an SDK with `.encoded` references writes it (ES-W4).
    func marked(by codec: any PayloadCodec) async throws -> Payload {
        let encoded = try await codec.encode([self])[0]
        var metadata = encoded.metadata
        metadata["__temporal_external_storage_reference"] = Array("true".utf8)
        return Payload(metadata: metadata, data: encoded.data, externalPayloadSizes: self.externalPayloadSizes)
    }
}

/// Storage in memory, and payloads in it.
struct Store {
    let driver = InMemoryStorageDriver(name: "memory")
    let storage: ExternalStorage

    init(threshold: Int = 1_000) throws {
        self.storage = try Self.storage(self.driver, threshold: threshold)
    }

    static func storage(_ driver: any StorageDriver, threshold: Int = 1_000) throws -> ExternalStorage {
        var configuration = ExternalStorage.Configuration()
        configuration.threshold = .bytes(threshold)
        configuration.cache = .disabled
        return try ExternalStorage(driver: driver, configuration: configuration, logger: Logger.silent)
    }

    /// Stores payloads as a workflow of a namespace does; all of them have to be large enough.
    func references(to payloads: [Payload], namespace: String = "default") async throws -> [Payload] {
        try await self.storage.store(
            payloads,
            context: .init(target: .workflow(namespace: namespace, id: "order 1"), namespace: namespace)
        )
    }
}

extension Logger {
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

extension PayloadHandler {
    /// A handler that has as much memory as it wants.
    init(
        storage: ExternalStorage?,
        before: [any PayloadCodec] = [],
        after: [any PayloadCodec] = [],
        policy: CodecServer.ReferencePolicy = .init(),
        resolvedSizeLimit: Int = 64 * 1_048_576
    ) {
        self.init(
            storage: storage,
            before: CodecChain(codecs: before),
            after: CodecChain(codecs: after),
            referenceCodec: nil,
            policy: policy,
            resolvedSizeLimit: resolvedSizeLimit
        )
    }

    func decode(_ payloads: [Payload], preservesReferences: Bool = false) async throws -> [Payload] {
        try await self.decode(
            payloads,
            namespace: "default",
            preservesReferences: preservesReferences,
            admission: { _ in }
        )
    }

    func download(_ payloads: [Payload]) async throws -> [Payload] {
        try await self.download(payloads, namespace: "default", admission: { _ in })
    }
}
