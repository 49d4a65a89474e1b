//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageTesting
import Logging
import NIOCore

extension Logger {
    /// For tests that are not about logs.
    static let silent = Logger(label: "silent") { _ in SwiftLogNoOpLogHandler() }
}

extension StorageDriverSelectContext {
    static let test = Self(target: .test, namespace: "default")
}

extension StorageDriverTarget {
    static let test = Self.workflow(namespace: "default", id: "order-1", runID: "run-1", type: "Order")
}

extension ExternalStorage.Configuration {
    static func test(
        threshold: PayloadSizeThreshold = .default,
        cache: Cache = .disabled,
        references: References = .plain
    ) -> Self {
        var configuration = Self()
        configuration.threshold = threshold
        configuration.cache = cache
        configuration.references = references
        return configuration
    }
}

extension Payload {
    static func large(_ number: Int) -> Payload { .sample(number, sizeInBytes: 300_000) }

    static func small(_ number: Int) -> Payload { .sample(number, sizeInBytes: 100) }

    /// A payload of exactly this serialized size.
    static func exactly(_ sizeInBytes: Int) -> Payload {
        for count in stride(from: sizeInBytes, through: 0, by: -1) {
            let payload = Payload(metadata: [:], data: ByteBuffer(repeating: 7, count: count))
            if payload.sizeInBytes == sizeInBytes { return payload }
        }
        preconditionFailure("no payload with nothing but data has \(sizeInBytes) bytes")
    }

    /// A plain reference.
    static func reference(_ driverName: String, _ claim: StorageDriverClaim, sizeInBytes: Int = 1_000) -> Payload {
        StorageReference(driverName: driverName, claim: claim).payload(forStored: sizeInBytes)
    }

    init(_ metadata: [String: String], _ data: String) {
        self.init(metadata: metadata.mapValues { Array($0.utf8) }, data: ByteBuffer(string: data))
    }
}

/// Chooses the drivers in turn.
func alternating(_ drivers: any StorageDriver...) -> any StorageDriverSelector {
    let counter = TestCounter()
    return StorageDriverSelectorClosure { _, _ in
        defer { counter.increment() }
        return drivers[counter.value % drivers.count]
    }
}
