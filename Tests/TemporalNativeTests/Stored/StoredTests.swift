//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageTesting
import Foundation
import NIOCore
import Testing

@testable import TemporalNative

@Suite("Stored values", .timeLimit(.minutes(1)))
struct StoredTests {
    private static let target = StorageDriverTarget.workflow(namespace: "n", id: "w", runID: "r", type: "T")

    private static func context(
        _ driver: any StorageDriver,
        threshold: PayloadSizeThreshold = .bytes(100),
        codecs: [any PayloadCodec] = []
    ) throws -> PayloadContext {
        var configuration = ExternalStorage.Configuration()
        configuration.threshold = threshold
        configuration.cache = .disabled
        return PayloadContext(
            converter: DataConverter(codecs: codecs),
            externalStorage: try ExternalStorage(driver: driver, configuration: configuration),
            namespace: "n",
            target: Self.target
        )
    }

    private static let text = String(repeating: "text ", count: 100)

    private static func collect(_ bytes: StoredBytes) async throws -> ByteBuffer {
        var all = ByteBuffer()
        for try await chunk in bytes { all.writeImmutableBuffer(chunk) }
        return all
    }

    /// A file that is removed when the test is done.
    private static func withFile<Result>(
        _ bytes: ByteBuffer,
        _ body: (String) async throws -> Result
    ) async throws -> Result {
        let path = NSTemporaryDirectory() + "stored-\(UInt64.random(in: .min ... .max))"
        try Data(bytes.readableBytesView).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try await body(path)
    }

    @Test("ES-W6 A stored value is the reference of the plain value, for its workflow")
    func store() async throws {
        let driver = InMemoryStorageDriver()
        let context = try Self.context(driver)
        let stored = try await Stored.store(Self.text, in: context)
        #expect(stored.isReference)
        #expect(driver.stores.map(\.target) == [Self.target])
        #expect(driver.objects.values.map(\.encoding) == ["json/plain"])
        #expect(stored.sizeInBytes == driver.objects.values.first?.sizeInBytes)
        #expect(try await stored.value() == Self.text)
        #expect(driver.retrieves.isEmpty, "the value is here")
        #expect(try await context.decode(stored.payload, as: String.self) == Self.text)
    }

    @Test("ES-W7 What was received is sent as it is, without a call of the driver")
    func passedOn() async throws {
        let driver = InMemoryStorageDriver()
        let context = try Self.context(driver, threshold: .all)
        let plain = try await context.encode(Self.text)
        let references = try await context.externalStorage?.store(plain, context: .init(namespace: "n")) ?? []
        let calls = driver.calls.count
        let stored = try await context.decode(references, as: Stored<String>.self)
        #expect(try await context.encode(stored) == references)
        let optional = try await context.decode(references, as: Stored<String>?.self)
        #expect(try await context.encode(optional) == references)
        #expect(driver.calls.count == calls)
        // And the transport leaves it alone at any threshold.
        let sent = try await context.externalStorage?.store(references, context: .init(namespace: "n"))
        #expect(sent == references)
        #expect(driver.calls.count == calls)
    }

    @Test("The value is loaded once, for all who ask; a failure is not kept")
    func loading() async throws {
        let driver = InMemoryStorageDriver()
        let context = try Self.context(driver)
        let sent = try await Stored.store(Self.text, in: context)
        let stored = try await Stored<String>(payload: sent.payload, in: context)
        let objects = driver.objects
        driver.objects = [:]
        let error = await #expect(throws: ExternalStorageError.self) { _ = try await stored.value() }
        #expect(error?.code == .notFound)
        driver.objects = objects
        let before = driver.retrieves.count
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<10 {
                group.addTask { [copy = stored] in try await copy.value() }
            }
            for try await value in group { #expect(value == Self.text) }
        }
        #expect(driver.retrieves.count == before + 1)
    }

    @Test("A small value stays inline, and works as well")
    func inline() async throws {
        let driver = InMemoryStorageDriver()
        let context = try Self.context(driver)
        let stored = try await Stored.store("small", in: context)
        #expect(!stored.isReference)
        #expect(stored.sizeInBytes == stored.payload.sizeInBytes)
        let received = try await context.decode(stored.payload, as: Stored<String>.self)
        #expect(try await received.value() == "small")
        #expect(try await Self.collect(received.bytes) == ByteBuffer(string: #""small""#))
        let fromFile = try await Self.withFile(ByteBuffer(string: "few")) { path in
            try await Stored<[UInt8]>.store(contentsOf: path, in: context)
        }
        #expect(!fromFile.isReference)
        #expect(try await fromFile.value() == Array("few".utf8))
        #expect(driver.calls.isEmpty)
    }

    @Test("Without external storage everything stays inline; a reference says what is missing (ES-P8)")
    func notConfigured() async throws {
        let context = PayloadContext()
        let stored = try await Stored.store(Self.text, in: context)
        #expect(!stored.isReference)
        let fromFile = try await Self.withFile(ByteBuffer(string: Self.text)) { path in
            try await Stored<Data>.store(contentsOf: path, in: context)
        }
        #expect(try await fromFile.value() == Data(Self.text.utf8))
        let reference = StorageReference(driverName: "d", claim: [:]).payload(forStored: 5)
        let received = try await context.decode(reference, as: Stored<String>.self)
        #expect(received.isReference)
        for attempt in 0..<2 {
            let error = await #expect(throws: ExternalStorageError.self) {
                _ =
                    attempt == 0
                    ? try await received.value() : try await String(buffer: Self.collect(received.bytes))
            }
            #expect(error?.code == .notConfigured)
            #expect(error?.message.contains("[TMPRL1105]") == true)
        }
        let plain = await #expect(throws: ExternalStorageError.self) {
            _ = try await context.decode(reference, as: String.self)
        }
        #expect(plain?.code == .notConfigured)
    }

    @Test("The content of a file is bytes to everybody; it comes back in chunks and as a whole")
    func file() async throws {
        let driver = InMemoryStorageDriver()
        let context = try Self.context(driver)
        let bytes = ByteBuffer(bytes: (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7) })
        let stored = try await Self.withFile(bytes) { path in
            try await Stored<ByteBuffer>.store(contentsOf: path, in: context)
        }
        #expect(driver.stores.map(\.target) == [Self.target])
        #expect(driver.objects.values.map(\.encoding) == ["binary/plain"])
        let inMemory = try await Stored.store(bytes, in: context)
        #expect(inMemory.payload == stored.payload, "the same object as from memory")
        var chunks: [ByteBuffer] = []
        for try await chunk in stored.bytes { chunks.append(chunk) }
        #expect(chunks.count > 1)
        #expect(ByteBuffer(bytes: chunks.flatMap { Array($0.readableBytesView) }) == bytes)
        #expect(try await stored.value() == bytes)
        #expect(try await context.decode(stored.payload, as: [UInt8].self) == Array(bytes.readableBytesView))
    }

    @Test("A codec sees what is stored, and undoes it; never is anything stored past it")
    func codec() async throws {
        let driver = InMemoryStorageDriver()
        let context = try Self.context(driver, codecs: [TaggingCodec("!")])
        let bytes = ByteBuffer(repeating: 1, count: 1_000)
        let fromFile = try await Self.withFile(bytes) { path in
            try await Stored<ByteBuffer>.store(contentsOf: path, in: context)
        }
        let fromMemory = try await Stored.store(bytes, in: context)
        #expect(fromFile.payload == fromMemory.payload)
        let objects = Array(driver.objects.values)
        #expect(objects.count == 1)
        #expect(objects[0].data == ByteBuffer(bytes: Array(bytes.readableBytesView) + Array("!".utf8)))
        #expect(try await fromFile.value() == bytes)
        #expect(try await Self.collect(fromFile.bytes) == bytes)
    }

    @Test("ES-D3 Bytes that are not what was stored: an error in place of the last chunk")
    func damaged() async throws {
        let driver = InMemoryStorageDriver()
        let context = try Self.context(driver)
        let stored = try await Stored.store(ByteBuffer(repeating: 1, count: 200_000), in: context)
        driver.objects = driver.objects.mapValues { _ in
            Payload(encoding: "binary/plain", data: ByteBuffer(repeating: 2, count: 200_000))
        }
        var received = 0
        let error = await #expect(throws: ExternalStorageError.self) {
            for try await chunk in stored.bytes { received += chunk.readableBytes }
        }
        #expect(error?.code == .corrupted)
        #expect(received > 0 && received < 200_000)
    }

    @Test("Outside of an activity one has to say whose value it is")
    func noContext() async throws {
        let error = await #expect(throws: TemporalError.self) { _ = try await Stored.store("x") }
        #expect(error?.code == .invalidArgument)
    }

    @Test("Its description may be logged")
    func text() async throws {
        let stored = try await Stored.store("secret", in: PayloadContext())
        #expect("\(stored)" == "Stored<String>(inline, \(stored.payload.sizeInBytes) bytes)")
    }
}
