//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageTesting
import NIOConcurrencyHelpers
import NIOCore
import Testing

@testable import ExternalStorageCore

@Suite("Cache", .timeLimit(.minutes(1)))
struct PayloadCacheTests {
    private func storage(
        _ driver: any StorageDriver,
        _ cache: ExternalStorage.Configuration.Cache = .init()
    ) throws -> ExternalStorage {
        try ExternalStorage(driver: driver, configuration: .test(cache: cache), logger: .silent)
    }

    @Test("What was just stored is not downloaded, and its bytes are not copied")
    func storeFills() async throws {
        let driver = InMemoryStorageDriver()
        let storage = try self.storage(driver)
        let payload = Payload.large(1)
        let stored = try await storage.store([payload], context: .test)

        let found = try await storage.retrieve(stored, namespace: "default")

        #expect(found == [payload])
        #expect(driver.retrieves.isEmpty)
        #expect(found[0].serializedBytes.address == payload.serializedBytes.address)
    }

    @Test("What was just retrieved is not downloaded again")
    func retrieveFills() async throws {
        let driver = InMemoryStorageDriver()
        let stored = try await self.storage(driver).store([.large(1), .large(2)], context: .test)
        let reader = try self.storage(driver)
        for _ in 0..<3 { #expect(try await reader.retrieve(stored, namespace: "default") == [.large(1), .large(2)]) }
        #expect(driver.retrieves.map(\.count) == [2])
    }

    @Test("What one namespace stored or retrieved is not handed to another without asking the driver")
    func namespaces() async throws {
        let driver = InMemoryStorageDriver()
        let storage = try self.storage(driver)
        let stored = try await storage.store([.large(1)], context: .init(target: .test, namespace: "a"))
        _ = try await storage.retrieve(stored, namespace: "b")
        _ = try await storage.retrieve(stored, namespace: "b")
        #expect(driver.retrieves.map(\.namespace) == ["b"])
        _ = try await storage.store([.large(1)], context: .init(target: .test, namespace: "b"))
        #expect(driver.stores.map(\.namespace) == ["a", "b"])
    }

    @Test("The cache keeps no more bytes and entries than it may")
    func bounds() async throws {
        var configuration = ExternalStorage.Configuration.Cache()
        configuration.sizeInBytes = 700_000
        configuration.entries = 3
        let driver = InMemoryStorageDriver()
        let storage = try self.storage(driver, configuration)
        let cache = try #require(storage.runner.cache)
        for number in 0..<5 {
            _ = try await storage.store([.large(number)], context: .test)
            #expect(cache.sizeInBytes <= 700_000 && cache.count <= 3)
        }
        #expect(cache.count == 2)
        _ = try await storage.store([.sample(9, sizeInBytes: 800_000)], context: .test)
        #expect(cache.count == 2, "what is too large alone makes nothing else go")
    }

    @Test("A payload does not keep the message alive that it was a slice of")
    func compacts() throws {
        let payload = Payload.small(1)
        var message = ByteBuffer(repeating: 0, count: 1_000_000)
        let start = message.writerIndex
        message.writeImmutableBuffer(payload.serializedBytes)
        let slice = Payload(unchecked: try #require(message.getSlice(at: start, length: payload.sizeInBytes)))
            .withDigest()

        let compacted = PayloadCache.compact(slice)

        #expect(compacted == payload && compacted.hasDigest && compacted.digest == payload.digest)
        #expect(compacted.serializedBytes.storageCapacity < 1_000)
        let large = Payload.large(1)
        #expect(PayloadCache.compact(large).serializedBytes.address == large.serializedBytes.address)
    }

    @Test("What is too large to be kept is not copied")
    func tooLargeToKeep() async throws {
        var configuration = ExternalStorage.Configuration.Cache()
        configuration.sizeInBytes = 1_000
        let cache = try #require(PayloadCache(configuration))
        let message = ByteBuffer(repeating: 7, count: 1_000_000)
        let slice = Payload(unchecked: try #require(message.getSlice(at: 0, length: 2_000)))
        let location = RetrievePlan.Location(driver: 0, claim: [:], namespace: "n")
        let flight = try #require(cache.begin([location], alone: []).flights[location])

        cache.landed([(location, slice)], flights: [location: flight])

        guard case .landed(let landed) = try await flight.wait() else {
            Issue.record("it has landed")
            return
        }
        #expect(landed.serializedBytes.address == slice.serializedBytes.address)
        #expect(cache.count == 0)
    }

    @Test("Failures are not kept")
    func failures() async throws {
        let driver = FaultyStorageDriver(failing: .unavailable, times: 1)
        let storage = try self.storage(driver)
        await #expect(throws: ExternalStorageError.self) { try await storage.store([.large(1)], context: .test) }
        let stored = try await storage.store([.large(1)], context: .test)

        let failing = FaultyStorageDriver(failing: .unavailable, times: 1)
        let reader = try self.storage(failing)
        let error = await #expect(throws: ExternalStorageError.self) {
            try await reader.retrieve(stored, namespace: "n")
        }
        #expect(error?.code == .unavailable)
        // Asked again, the driver answers for itself: it never had the object.
        let second = await #expect(throws: ExternalStorageError.self) {
            try await reader.retrieve(stored, namespace: "n")
        }
        #expect(second?.code == .notFound)
    }

    @Test("A store is recent for as long as the configuration says; then the driver is asked again")
    func expiry() throws {
        let now = NIOLockedValueBox(ContinuousClock.now)
        var configuration = ExternalStorage.Configuration.Cache()
        configuration.storesAreRecentFor = .seconds(10)
        let cache = try #require(PayloadCache(configuration) { now.withLockedValue { $0 } })
        let payload = Payload.small(1)
        let key = PayloadCacheState.StoreKey(driver: 0, target: .test, namespace: "n", digest: payload.digest)
        cache.stored(payload, key: key, claim: ["k": "v"])

        now.withLockedValue { $0 += .seconds(9) }
        #expect(cache.recentClaims(for: [key]) == [["k": "v"]])
        var (otherTarget, otherNamespace) = (key, key)
        otherTarget.target = nil
        otherNamespace.namespace = "m"
        #expect(cache.recentClaims(for: [otherTarget, otherNamespace]) == [nil, nil])
        now.withLockedValue { $0 += .seconds(1) }
        #expect(cache.recentClaims(for: [key]) == [nil])
    }

    @Test("When an object turns out to be gone, the next store of its payload uploads it again")
    func goneObjects() async throws {
        var configuration = ExternalStorage.Configuration.Cache()
        configuration.sizeInBytes = 1
        let driver = InMemoryStorageDriver()
        let storage = try self.storage(driver, configuration)
        let stored = try await storage.store([.large(1)], context: .test)
        driver.objects = [:]

        let error = await #expect(throws: ExternalStorageError.self) {
            try await storage.retrieve(stored, namespace: "n")
        }
        #expect(error?.code == .notFound)
        #expect(try await storage.store([.large(1)], context: .test) == stored)
        #expect(try await storage.retrieve(stored, namespace: "n") == [.large(1)])
    }

    @Test("A disabled cache remembers nothing")
    func disabled() async throws {
        let driver = InMemoryStorageDriver()
        let storage = try self.storage(driver, .disabled)
        let stored = try await storage.store([.large(1)], context: .test)
        for _ in 0..<2 { _ = try await storage.retrieve(stored, namespace: "n") }
        #expect(driver.retrieves.count == 2 && storage.runner.cache == nil)
    }
}

extension ByteBuffer {
    /// Where the readable bytes are.
    var address: Int {
        unsafe self.withUnsafeReadableBytes { Int(bitPattern: $0.baseAddress) }
    }
}
