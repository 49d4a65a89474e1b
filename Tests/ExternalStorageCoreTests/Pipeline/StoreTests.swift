//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageTesting
import NIOCore
import Testing

@testable import ExternalStorageCore

@Suite("Store", .timeLimit(.minutes(1)))
struct StoreTests {
    struct SelectorError: Error {}

    @Test("ES-P1 A payload of exactly the threshold is stored, one byte less stays inline and reaches no driver")
    func threshold() async throws {
        let driver = InMemoryStorageDriver()
        let storage = try ExternalStorage(driver: driver, configuration: .test(), logger: .silent)

        let below = Payload.exactly(262_143)
        #expect(try await storage.store([below], context: .test) == [below])
        #expect(driver.calls.isEmpty)

        let at = Payload.exactly(262_144)
        let stored = try await storage.store([at], context: .test)
        #expect(stored[0].isReference)
        #expect(stored[0].externalPayloadSizes == [262_144])
        #expect(try await storage.retrieve(stored, namespace: "default") == [at])
    }

    @Test("ES-P1 Everything goes to storage with .all, but a payload without any byte")
    func all() async throws {
        let driver = InMemoryStorageDriver()
        let storage = try ExternalStorage(driver: driver, configuration: .test(threshold: .all), logger: .silent)
        let empty = try Payload(serializedBytes: ByteBuffer())

        let stored = try await storage.store([.small(1), empty, .exactly(3)], context: .test)

        #expect(stored.map(\.isReference) == [true, false, true])
    }

    @Test("ES-P1 An item that ignores the threshold is stored below it")
    func ignoresThreshold() async throws {
        let storage = try ExternalStorage(driver: InMemoryStorageDriver(), configuration: .test(), logger: .silent)
        let items = [true, false].map {
            ExternalStorage.StoreItem(payload: .small(1), target: nil, ignoresThreshold: $0)
        }
        let stored = try await storage.store(items, namespace: "default")
        #expect(stored[0]?.isReference == true && stored[1] == nil)
    }

    @Test("ES-P2 Big, small, big: one store, the middle stays inline, the order is kept")
    func mixed() async throws {
        let driver = InMemoryStorageDriver()
        let storage = try ExternalStorage(driver: driver, configuration: .test(), logger: .silent)
        let payloads = [Payload.large(1), .small(2), .large(3)]

        let stored = try await storage.store(payloads, context: .test)

        #expect(stored.map(\.isReference) == [true, false, true])
        #expect(stored[1] == payloads[1])
        #expect(driver.stores.map(\.count) == [2])
        #expect(driver.stores[0].target == .test && driver.stores[0].namespace == "default")
        #expect(try await storage.retrieve(stored, namespace: "default") == payloads)
        #expect(driver.retrieves.map(\.count) == [2])
    }

    @Test("ES-P2 One store per driver and target of a message")
    func groups() async throws {
        let (a, b) = (InMemoryStorageDriver(name: "a"), InMemoryStorageDriver(name: "b"))
        let storage = try ExternalStorage(
            drivers: [a, b],
            selector: alternating(a, b),
            configuration: .test(),
            logger: .silent
        )
        let child = StorageDriverTarget.workflow(namespace: "default", id: "child")
        let targets = [.test, .test, child, child, .test, .test, nil, nil]
        let items = targets.enumerated().map {
            ExternalStorage.StoreItem(payload: .large($0.offset), target: $0.element)
        }

        let stored = try await storage.store(items, namespace: "default").compactMap(\.self)

        for driver in [a, b] {
            #expect(
                driver.stores.map(\.target).sorted { String(describing: $0) < String(describing: $1) }
                    == [.test, child, nil].sorted { String(describing: $0) < String(describing: $1) }
            )
            #expect(driver.stores.first { $0.target == .test }?.count == 2)
            #expect(driver.stores.first { $0.target == child }?.count == 1)
        }
        let payloads = items.map(\.payload)
        #expect(try await storage.retrieve(stored, namespace: "default") == payloads)
        #expect(a.retrieves.map(\.count) == [4] && b.retrieves.map(\.count) == [4])
    }

    @Test("ES-P2 Drivers run at the same time")
    func concurrently() async throws {
        let drivers = ["a", "b"].map { BlockingStorageDriver(name: $0) }
        let storage = try ExternalStorage(
            drivers: drivers,
            selector: alternating(drivers[0], drivers[1]),
            configuration: .test(),
            logger: .silent
        )
        async let stored = storage.store([.large(1), .large(2)], context: .test)
        for driver in drivers { try await driver.waitForCalls(1) }
        for driver in drivers { driver.release() }
        #expect(try await stored.map(\.isReference) == [true, true])
    }

    @Test(
        "ES-P2 ES-D5 The same payload twice in a message and target is stored once, for another target again",
        arguments: [false, true]
    )
    func duplicates(caches: Bool) async throws {
        let driver = InMemoryStorageDriver()
        let configuration = ExternalStorage.Configuration.test(cache: caches ? .init() : .disabled)
        let storage = try ExternalStorage(driver: driver, configuration: configuration, logger: .silent)
        let other = StorageDriverTarget.workflow(namespace: "default", id: "other")
        let items = [(1, .test), (2, .test), (1, .test), (1, other)].map { number, target in
            ExternalStorage.StoreItem(payload: .large(number), target: target)
        }

        let stored = try await storage.store(items, namespace: "default")

        #expect(stored[0] == stored[2] && stored[0] != stored[1] && stored[0] != stored[3])
        #expect(driver.writes == 3)
        #expect(driver.stores.map(\.count).sorted() == [1, 2])
    }

    @Test("ES-P4 The selector is asked at or above the threshold only, and nil keeps a payload inline")
    func selector() async throws {
        let driver = InMemoryStorageDriver()
        let asked = TestCounter()
        let selector = StorageDriverSelectorClosure { payload, context in
            asked.increment()
            #expect(context == .test)
            return payload == .large(2) ? nil : driver
        }
        let storage = try ExternalStorage(
            drivers: [driver],
            selector: selector,
            configuration: .test(),
            logger: .silent
        )

        let stored = try await storage.store([.large(1), .large(2), .small(3)], context: .test)

        #expect(asked.value == 2)
        #expect(stored.map(\.isReference) == [true, false, false])
    }

    @Test("ES-P4 A driver that is not registered is an error that names it and the registered ones")
    func stranger() async throws {
        let driver = InMemoryStorageDriver(name: "known")
        let stranger = InMemoryStorageDriver(name: "stranger")
        let storage = try ExternalStorage(
            drivers: [driver],
            selector: .selecting { _, _ in stranger },
            configuration: .test(),
            logger: .silent
        )

        let error = await #expect(throws: ExternalStorageError.self) {
            try await storage.store([.large(1)], context: .test)
        }

        #expect(error?.code == .driverNotRegistered)
        #expect(error?.description.contains("\"stranger\"") == true && error?.description.contains("\"known\"") == true)
        #expect(driver.calls.isEmpty && stranger.calls.isEmpty)
    }

    @Test("ES-P4 The selector's error is the error, with its text")
    func selectorFails() async throws {
        let driver = InMemoryStorageDriver()
        let storage = try ExternalStorage(
            drivers: [driver],
            selector: .selecting { _, _ in throw SelectorError() },
            configuration: .test(),
            logger: .silent
        )
        let error = await #expect(throws: ExternalStorageError.self) {
            try await storage.store([.large(1)], context: .test)
        }
        #expect(error?.code == .selectorFailed && error?.description.contains("SelectorError") == true)
    }

    @Test("ES-W7 What is a reference already is never stored again, at any threshold")
    func referencesStayReferences() async throws {
        let driver = InMemoryStorageDriver()
        var configuration = ExternalStorage.Configuration.test(threshold: .all)
        configuration.readsLegacyReferences = true
        let storage = try ExternalStorage(driver: driver, configuration: configuration, logger: .silent)
        let payloads = [
            Payload.reference("other", ["key": "k"]),
            Payload(["__temporal_external_storage_reference": "true", "encoding": "x"], "y"),
            Payload(["encoding": "json/external-storage-reference"], "{}"),
        ]
        let items = payloads.map { ExternalStorage.StoreItem(payload: $0, target: nil, ignoresThreshold: true) }
        #expect(try await storage.store(items, namespace: "default") == [nil, nil, nil])
        #expect(driver.calls.isEmpty)
    }

    @Test("ES-C4 The envelope of a system Nexus operation is never stored")
    func envelope() async throws {
        let driver = InMemoryStorageDriver()
        let storage = try ExternalStorage(driver: driver, configuration: .test(threshold: .all), logger: .silent)
        let envelope = Payload(["encoding": "binary/protobuf", "__temporal_system_payload": "true"], "x")
        #expect(try await storage.store([envelope], context: .test) == [envelope])
    }

    @Test("ES-W6 What is stored are the serialized bytes, whatever they are")
    func bytes() async throws {
        let driver = InMemoryStorageDriver()
        let storage = try ExternalStorage(driver: driver, configuration: .test(threshold: .all), logger: .silent)
        // Metadata out of order, an empty entry, an unknown field.
        let bytes = ByteBuffer(hexadecimal: "0a060a017a1201310a060a01611201320a00120101f80701")
        let payload = try Payload(serializedBytes: bytes)

        let stored = try await storage.store([payload], context: .test)

        #expect(driver.objects.values.map(\.serializedBytes) == [bytes])
        #expect(try await storage.retrieve(stored, namespace: "default")[0].serializedBytes == bytes)
    }

    @Test("ES-P10 The same store again uploads nothing: with a cache it does not even ask", arguments: [true, false])
    func replay(caches: Bool) async throws {
        let driver = InMemoryStorageDriver()
        let configuration = ExternalStorage.Configuration.test(cache: caches ? .init() : .disabled)
        let storage = try ExternalStorage(driver: driver, configuration: configuration, logger: .silent)
        let payloads = [Payload.large(1), .large(2)]

        let first = try await storage.store(payloads, context: .test)
        let second = try await storage.store(payloads, context: .test)

        #expect(first == second)
        #expect(driver.writes == 2)
        #expect(driver.stores.count == (caches ? 1 : 2))
    }

    @Test("Nothing large enough: no call, the same payloads")
    func nothing() async throws {
        let driver = InMemoryStorageDriver()
        let storage = try ExternalStorage(driver: driver, logger: .silent)
        #expect(try await storage.store([], context: .test) == [])
        #expect(try await storage.store([.small(1)], context: .test) == [.small(1)])
        #expect(try await storage.store([] as [ExternalStorage.StoreItem], namespace: "n").isEmpty)
        #expect(driver.calls.isEmpty)
    }
}
