//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import NIOCore

extension StorageDriverConformance {
    static let identityChecks: [Check] = [
        Check("Name and type are not empty and do not change") { driver in
            let (name, type) = (driver.name, driver.type)
            try Self.require(!name.isEmpty, "the name is empty")
            try Self.require(!type.isEmpty, "the type is empty")
            try await Self.roundTrip([.sample(1, sizeInBytes: 100)], in: driver)
            try Self.require((driver.name, driver.type) == (name, type), "name or type changed with a call")
        }
    ]

    static let roundTripChecks: [Check] = [
        Check("A payload comes back byte for byte") { driver in
            try await Self.roundTrip([.sample(2, sizeInBytes: 300_000)], in: driver)
        },
        Check("Bytes that nobody knows the meaning of come back") { driver in
            // An unknown field, and metadata in an order that no writer uses.
            var bytes = Payload(metadata: ["z": [0xFF], "a": []], data: ByteBuffer(bytes: [0, 1, 2])).serializedBytes
            bytes.writeBytes([0xF8, 0x07, 0x01])
            try await Self.roundTrip([Payload(serializedBytes: bytes)], in: driver)
        },
        Check("A payload of a few bytes comes back") { driver in
            try await Self.roundTrip([Payload(metadata: [:], data: ByteBuffer(bytes: [7]))], in: driver)
        },
        Check("A payload of 5 MiB comes back") { driver in
            try await Self.roundTrip([.sample(3, sizeInBytes: 5 * 1_048_576)], in: driver)
        },
        Check("Claims and payloads have the order of the call") { driver in
            let payloads = (0..<24).map { Payload.sample(100 + $0, sizeInBytes: 1_000 * (24 - $0)) }
            let claims = try await Self.store(payloads, in: driver)
            let retrieved = try await Self.retrieve(claims.reversed(), from: driver)
            try Self.require(retrieved == payloads.reversed(), "the payloads are not in the order of the claims")
        },
        Check("Storing a payload again yields a claim that finds it") { driver in
            let payload = Payload.sample(4, sizeInBytes: 2_000)
            let first = try await Self.store([payload], in: driver)
            let second = try await Self.store([payload], in: driver)
            for claims in [first, second] {
                let found = try await Self.retrieve(claims, from: driver)
                try Self.require(found == [payload], "the payload came back with other bytes")
            }
        },
        Check("Every kind of target will do, and none at all") { driver in
            for (index, target) in Self.targets.enumerated() {
                try await Self.roundTrip([.sample(200 + index, sizeInBytes: 500)], in: driver, target: target)
            }
        },
        Check("The same payload for two targets is found by both claims") { driver in
            let payload = Payload.sample(5, sizeInBytes: 2_000)
            let other = StorageDriverTarget.workflow(namespace: Self.namespace, id: "other")
            let claims =
                try await Self.store([payload], in: driver) + Self.store([payload], in: driver, target: other)
            let found = try await Self.retrieve(claims, from: driver)
            try Self.require(found == [payload, payload], "the payload came back with other bytes")
        },
        Check("Many calls at the same time do not disturb each other") { driver in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for call in 0..<16 {
                    group.addTask {
                        // The last payload is the same in every call.
                        let payloads = (0..<4).map { Payload.sample(300 + 10 * call + $0, sizeInBytes: 3_000) }
                        try await Self.roundTrip(payloads + [.sample(6, sizeInBytes: 3_000)], in: driver)
                    }
                }
                try await group.waitForAll()
            }
        },
    ]

    private static let targets: [StorageDriverTarget?] = [
        nil,
        .workflow(namespace: Self.namespace, id: "w"),
        .workflow(namespace: "", id: ""),
        .workflow(namespace: Self.namespace, id: "../../etc/passwd", runID: "..", type: "."),
        .workflow(namespace: Self.namespace, id: "/a//b/", runID: "r\u{0}n", type: "Ω 🎈 %2F"),
        .workflow(namespace: Self.namespace, id: String(repeating: "é", count: 500), runID: "r", type: "T"),
        .workflow(namespace: String(repeating: "n", count: 900), id: String(repeating: "i", count: 1_000)),
        .activity(namespace: Self.namespace, id: "a", runID: "r", type: "A"),
        .nexus(endpoint: "e", service: "s", operation: "o"),
    ]
}
