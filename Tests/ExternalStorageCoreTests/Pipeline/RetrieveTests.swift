//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageTesting
import Testing

@testable import ExternalStorageCore

@Suite("Retrieve", .timeLimit(.minutes(1)))
struct RetrieveTests {
    @Test("What is no reference passes through, without a driver")
    func inline() async throws {
        let driver = InMemoryStorageDriver()
        let storage = try ExternalStorage(driver: driver, logger: .silent)
        let payloads = [
            Payload.small(1), Payload(["encoding": "json/protobuf", "messageType": "a.B"], "{}"),
            Payload(["encoding": "json/external-storage-reference"], #"{"driver_name":"in-memory"}"#),
        ]
        #expect(try await storage.retrieve(payloads, namespace: "default") == payloads)
        #expect(try await storage.retrieve([], namespace: "default") == [])
        #expect(driver.calls.isEmpty)
    }

    @Test("ES-P2 Two drivers are one call each; the order is that of the message; a reference twice is one claim")
    func order() async throws {
        let (a, b) = (InMemoryStorageDriver(name: "a"), InMemoryStorageDriver(name: "b"))
        let storage = try ExternalStorage(
            drivers: [a, b],
            selector: alternating(a, b),
            configuration: .test(),
            logger: .silent
        )
        let payloads = (0..<6).map { Payload.large($0) }
        let stored = try await storage.store(payloads, context: .test)
        let mixed = [stored[5], .small(9), stored[0], stored[3], stored[0], stored[4]]

        let found = try await storage.retrieve(mixed, namespace: "default")

        #expect(found == [payloads[5], .small(9), payloads[0], payloads[3], payloads[0], payloads[4]])
        #expect(a.retrieves.map(\.count) == [2] && b.retrieves.map(\.count) == [2])
    }

    @Test("ES-W6 Exactly one level is resolved")
    func oneLevel() async throws {
        let driver = InMemoryStorageDriver()
        let storage = try ExternalStorage(driver: driver, configuration: .test(), logger: .silent)
        let inner = Payload.reference("in-memory", ["key": "never asked for", "hash_value": "x"])
        driver.objects["k"] = inner
        let outer = Payload.reference("in-memory", ["key": "k", "hash_value": inner.digest.hexadecimal])

        #expect(try await storage.retrieve([outer], namespace: "default") == [inner])
    }

    @Test("ES-P6 A driver that the selector never chooses still resolves")
    func migration() async throws {
        let (old, new) = (InMemoryStorageDriver(name: "old"), InMemoryStorageDriver(name: "new"))
        let before = try ExternalStorage(driver: old, configuration: .test(), logger: .silent)
        let stored = try await before.store([.large(1)], context: .test)

        let after = try ExternalStorage(
            drivers: [new, old],
            selector: .selecting { _, _ in new },
            configuration: .test(),
            logger: .silent
        )
        #expect(try await after.retrieve(stored, namespace: "default") == [.large(1)])
        _ = try await after.store([.large(2)], context: .test)
        #expect(old.stores.count == 1 && new.stores.count == 1)
    }

    @Test("ES-P8 A reference to an unregistered driver is an error that names it and the registered ones")
    func unregistered() async throws {
        let storage = try ExternalStorage(driver: InMemoryStorageDriver(name: "known"), logger: .silent)
        let error = await #expect(throws: ExternalStorageError.self) {
            try await storage.retrieve([.reference("gone", [:])], namespace: "default")
        }
        #expect(error?.code == .driverNotRegistered)
        #expect(error?.isRetryable == false)
        #expect(error?.description.contains("\"gone\"") == true && error?.description.contains("\"known\"") == true)
    }

    @Test("ES-P8 Without external storage the error is TMPRL1105, and may be retried")
    func notConfigured() {
        let error = ExternalStorageError.notConfigured(references: 2)
        let text = "[TMPRL1105] Detected externally stored payload(s) but external storage is not configured."
        #expect(error.description.hasPrefix(text))
        #expect(error.code == .notConfigured && error.isRetryable)
    }

    @Test("ES-W5 References of early previews are resolved if asked for, alone and among others")
    func legacy() async throws {
        let driver = InMemoryStorageDriver()
        let payload = Payload.large(1)
        driver.objects["k"] = payload
        let digest = payload.digest.hexadecimal
        let json = #"{"driver_name":"in-memory","driver_claim":{"claim_data":{"key":"k","hash_value":"\#(digest)"}}}"#
        let legacy = Payload(["encoding": "json/external-storage-reference"], json)
        var configuration = ExternalStorage.Configuration.test()

        let off = try ExternalStorage(driver: driver, configuration: configuration, logger: .silent)
        #expect(try await off.retrieve([legacy], namespace: "default") == [legacy])

        configuration.readsLegacyReferences = true
        let on = try ExternalStorage(driver: driver, configuration: configuration, logger: .silent)
        let stored = try await on.store([.large(2)], context: .test)
        #expect(try await on.retrieve([legacy], namespace: "default") == [payload])
        let mixed = try await on.retrieve([.small(3), legacy, stored[0]], namespace: "default")
        #expect(mixed == [.small(3), payload, .large(2)])
    }
}
