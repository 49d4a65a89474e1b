//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageTesting
import NIOCore
import Testing

@testable import ExternalStorageCore

@Suite("Streams through external storage", .timeLimit(.minutes(1)))
struct StreamPipelineTests {
    private static func streamed(_ payload: Payload) async throws -> StreamedPayload {
        try await StreamedPayload(metadata: payload.metadata, data: SamplePayloadSource(payload.data))
    }

    @Test("ES-W1 A streamed payload has the reference of the payload in memory")
    func reference() async throws {
        let payload = Payload.large(1)
        let storage = try ExternalStorage(driver: InMemoryStorageDriver(), configuration: .test())
        let streamed = try await storage.store(Self.streamed(payload), context: .test)
        #expect(try await storage.store([payload], context: .test) == [streamed])
        #expect(streamed.externalPayloadSizes == [Int64(payload.sizeInBytes)])
        #expect(try await storage.retrieve([streamed], namespace: "default") == [payload])
        let chunks = try await storage.chunks(of: streamed, namespace: "default")
        #expect(try await chunks.collect() == payload.serializedBytes)
    }

    @Test("ES-P1 Below the threshold it is returned as it is, and so is what the selector leaves")
    func inline() async throws {
        let driver = InMemoryStorageDriver()
        let storage = try ExternalStorage(driver: driver, configuration: .test())
        #expect(try await storage.store(Self.streamed(.small(1)), context: .test) == .small(1))
        let leaving = try ExternalStorage(
            drivers: [driver],
            selector: StorageDriverSelectorClosure { _, _ in nil },
            configuration: .test()
        )
        #expect(try await leaving.store(Self.streamed(.large(1)), context: .test) == .large(1))
        #expect(driver.calls.isEmpty)
    }

    @Test("ES-P4 The selector sees size and metadata")
    func selector() async throws {
        let (near, far) = (InMemoryStorageDriver(name: "near"), InMemoryStorageDriver(name: "far"))
        let storage = try ExternalStorage(
            drivers: [near, far],
            selector: StorageDriverSelectorClosure { payload, _ in
                payload.sizeInBytes > 1_000_000 && payload.metadata["encoding"] != nil ? far : near
            },
            configuration: .test()
        )
        _ = try await storage.store(Self.streamed(.sample(1, sizeInBytes: 1_000_500)), context: .test)
        _ = try await storage.store(Self.streamed(.large(1)), context: .test)
        #expect((near.stores.count, far.stores.count) == (1, 1))
    }

    @Test("ES-P10 What was just stored is not stored again; the cache serves chunks too")
    func cache() async throws {
        let driver = InMemoryStorageDriver()
        let storage = try ExternalStorage(driver: driver, configuration: .test(cache: .init()))
        let first = try await storage.store(Self.streamed(.large(1)), context: .test)
        #expect(try await storage.store(Self.streamed(.large(1)), context: .test) == first)
        #expect(driver.stores.count == 1)
        for _ in 0..<2 { _ = try await storage.chunks(of: first, namespace: "default").collect() }
        #expect(driver.retrieves.count == 2, "streams do not fill the cache")
        _ = try await storage.retrieve([first], namespace: "default")
        _ = try await storage.chunks(of: first, namespace: "default").collect()
        #expect(driver.retrieves.count == 3)
    }

    @Test("A driver that takes only whole payloads works as well")
    func fallback() async throws {
        let driver = HookedDriver { _ in }
        let storage = try ExternalStorage(driver: driver, configuration: .test())
        let reference = try await storage.store(Self.streamed(.large(1)), context: .test)
        #expect(reference.isReference)
        #expect(driver.base.stores.map(\.target) == [.test])
        let chunks = try await storage.chunks(of: reference, namespace: "default")
        #expect(try await chunks.collect() == Payload.large(1).serializedBytes)
    }

    @Test("ES-W4 References are encoded and decoded as all are")
    func encoded() async throws {
        let configuration = ExternalStorage.Configuration.test(references: .encoded(FlippingCodec()))
        let storage = try ExternalStorage(driver: InMemoryStorageDriver(), configuration: configuration)
        let reference = try await storage.store(Self.streamed(.large(1)), context: .test)
        #expect(reference.metadata["__temporal_external_storage_reference"] != nil)
        let chunks = try await storage.chunks(of: reference, namespace: "default")
        #expect(try await chunks.collect() == Payload.large(1).serializedBytes)
    }

    @Test("The chunks of a payload that is no reference are its bytes")
    func ordinary() async throws {
        let storage = try ExternalStorage(driver: InMemoryStorageDriver(), configuration: .test())
        let chunks = try await storage.chunks(of: .small(1), namespace: "default")
        #expect(try await chunks.collect() == Payload.small(1).serializedBytes)
    }

    @Test("ES-F1 Failures name the driver, before and between chunks")
    func failures() async throws {
        let driver = InMemoryStorageDriver(name: "memory")
        let storage = try ExternalStorage(driver: driver, configuration: .test())
        let stranger = await #expect(throws: ExternalStorageError.self) {
            _ = try await storage.chunks(of: .reference("other", [:]), namespace: "default")
        }
        #expect(stranger?.code == .driverNotRegistered)
        let claimless = await #expect(throws: ExternalStorageError.self) {
            _ = try await storage.chunks(of: .reference("memory", [:]), namespace: "default")
        }
        #expect(claimless?.code == .invalidClaim)
        #expect(claimless?.driverName == "memory")
        let reference = try await storage.store(Self.streamed(.large(1)), context: .test)
        driver.objects = driver.objects.mapValues { _ in .large(2) }
        let damaged = await #expect(throws: ExternalStorageError.self) {
            for try await _ in try await storage.chunks(of: reference, namespace: "default") {}
        }
        #expect(damaged?.code == .corrupted)
        #expect(damaged?.driverName == "memory")
    }
}
