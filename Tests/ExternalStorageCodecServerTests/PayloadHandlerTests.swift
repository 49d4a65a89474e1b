//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageTesting
import HTTPTypes
import NIOCore
import Testing

@testable import ExternalStorageCodecServer

/// The behaviour of Go's `NewPayloadHTTPHandler`, and where ours is meant to differ.
@Suite("Payloads through the three routes", .timeLimit(.minutes(1)))
struct PayloadHandlerTests {
    private static let large = (1...3).map { Payload.sample($0, sizeInBytes: 5_000) }
    private static let codec = WrappingCodec(key: "before")
    private static let proxy = WrappingCodec(key: "after")

    // MARK: /encode

    @Test("Encode without codecs and storage changes nothing")
    func encodeNothing() async throws {
        let payloads = [Payload.text("a"), .sample(1, sizeInBytes: 5_000)]
        #expect(try await PayloadHandler(storage: nil).encode(payloads, namespace: "") == payloads)
    }

    @Test("Encode runs codecs from the last to the first, decode from the first to the last")
    func order() async throws {
        let (first, last) = (WrappingCodec(key: "first"), WrappingCodec(key: "last"))
        let handler = PayloadHandler(storage: nil, before: [first, last])
        let value = Payload.text("a")

        let encoded = try await handler.encode([value], namespace: "")

        #expect(encoded == (try await first.encode(try await last.encode([value]))))
        #expect(try await handler.decode(encoded) == [value])
    }

    @Test("Encode: codecs before storage, storage, codecs after it; decode and download are the way back")
    func roundTrip() async throws {
        let store = try Store()
        let handler = PayloadHandler(storage: store.storage, before: [Self.codec], after: [Self.proxy])
        let payloads = [Payload.text("small"), Self.large[0], .text("other"), Self.large[1]]

        let encoded = try await handler.encode(payloads, namespace: "default")

        #expect(encoded.count == 4)
        #expect(store.driver.stores.map(\.count) == [2])
        #expect(store.driver.stores.map(\.target) == [.namespace("default")])
        #expect(store.driver.objects.keys.allSatisfy { $0.hasPrefix("v0/ns/default/d/sha256/") })
        #expect(Set(store.driver.objects.values) == Set(try await Self.codec.encode([Self.large[0], Self.large[1]])))
        let unwrapped = try await Self.proxy.decode(encoded)
        #expect(unwrapped.map(\.isReference) == [false, true, false, true])
        #expect(try await handler.decode(encoded) == payloads)
        #expect(try await handler.download([encoded[1], encoded[3]]) == [Self.large[0], Self.large[1]])
    }

    @Test(
        "What encode stores for a namespace, decode resolves for that namespace, and for no other",
        arguments: [
            "default", "pay ments/é", String(repeating: "n", count: 900),
        ]
    )
    func encodedForItsNamespace(_ namespace: String) async throws {
        let store = try Store()
        let handler = PayloadHandler(storage: store.storage)
        let encoded = try await handler.encode([Self.large[0]], namespace: .init(namespace))
        #expect(encoded[0].isReference)

        let decoded = try await handler.decode(
            encoded,
            namespace: .init(namespace),
            preservesReferences: false,
            admission: { _ in }
        )
        #expect(decoded == [Self.large[0]])
        let refused = await #expect(throws: RequestFailure.self) {
            try await handler.decode(
                encoded,
                namespace: .init(namespace + "2"),
                preservesReferences: false,
                admission: { _ in }
            )
        }
        #expect(refused?.reason == "foreignNamespace")
    }

    @Test("ES-W7 A reference is never stored again, and never encoded by the codecs before storage")
    func references() async throws {
        let store = try Store(threshold: 1)
        let references = try await store.references(to: Self.large)
        let handler = PayloadHandler(storage: store.storage, before: [Self.codec])

        #expect(try await handler.encode(references, namespace: "default") == references)
        #expect(store.driver.stores.count == 1)
    }

    // MARK: /decode

    @Test("ES-P2 Decode resolves references in one call, and keeps order and count")
    func decodeMixed() async throws {
        let store = try Store()
        let references = try await store.references(to: Self.large)
        let handler = PayloadHandler(storage: store.storage)

        let decoded = try await handler.decode([references[2], .text("a"), references[0], .text("b"), references[2]])

        #expect(decoded == [Self.large[2], .text("a"), Self.large[0], .text("b"), Self.large[2]])
        #expect(store.driver.retrieves.map(\.count) == [2])
    }

    @Test("Decode with preserveStorageRefs leaves references as they are, and decodes the others")
    func preserved() async throws {
        let store = try Store()
        let references = try await store.references(to: try await Self.codec.encode(Self.large))
        let handler = PayloadHandler(storage: store.storage, before: [Self.codec])
        let encoded = try await Self.codec.encode([.text("a")])

        let decoded = try await handler.decode([references[0]] + encoded, preservesReferences: true)

        #expect(decoded == [references[0], .text("a")])
        #expect(store.driver.retrieves.isEmpty)
    }

    @Test("ES-W4 Decode with preserveStorageRefs makes plain references of encoded ones, with their sizes")
    func preservedEncoded() async throws {
        let store = try Store()
        let reference = try await store.references(to: [Self.large[0]])[0]
        let marked = try await reference.marked(by: Self.codec)
        let handler = PayloadHandler(storage: nil, before: [Self.codec])

        let decoded = try await handler.decode([marked], preservesReferences: true)

        #expect(decoded == [reference])
        #expect(decoded[0].externalPayloadSizes == [Int64(Self.large[0].sizeInBytes)])
    }

    @Test(
        "ES-W2 Bare, encoded and wrapped references are all resolved",
        arguments: ["bare", "encoded", "wrapped", "both"]
    )
    func forms(_ form: String) async throws {
        let store = try Store()
        let reference = try await store.references(to: try await Self.codec.encode([Self.large[0]]))[0]
        var payload = reference
        if form == "encoded" || form == "both" { payload = try await reference.marked(by: Self.codec) }
        if form == "wrapped" || form == "both" { payload = try await Self.proxy.encode([payload])[0] }
        let handler = PayloadHandler(storage: store.storage, before: [Self.codec], after: [Self.proxy])

        #expect(try await handler.download([payload]) == [Self.large[0]])
        #expect(try await handler.decode([payload]) == [Self.large[0]])
        let kept = try await handler.decode([payload], preservesReferences: true)
        #expect(kept == [reference])
    }

    @Test("ES-W4 A marked payload that cannot be decoded to a reference is TMPRL1106")
    func undecodable() async throws {
        let store = try Store()
        let reference = try await store.references(to: [Self.large[0]])[0]
        let marked = try await reference.marked(by: WrappingCodec(key: "another"))
        for handler in [
            PayloadHandler(storage: store.storage), PayloadHandler(storage: store.storage, before: [Self.codec]),
        ] {
            for preserves in [true, false] {
                let failure = await #expect(throws: RequestFailure.self) {
                    try await handler.decode([marked], preservesReferences: preserves)
                }
                #expect(failure?.status == .badRequest)
                #expect(failure?.text.hasPrefix("[TMPRL1106] ") == true)
            }
        }
        #expect(store.driver.retrieves.isEmpty)
    }

    @Test("ES-P8 Decode of a reference without storage is TMPRL1105, in a mixed batch too")
    func noStorage() async throws {
        let reference = try await Store().references(to: [Self.large[0]])[0]
        for payloads in [[reference], [.text("a"), reference]] {
            let failure = await #expect(throws: RequestFailure.self) {
                try await PayloadHandler(storage: nil).decode(payloads)
            }
            #expect(failure?.status == .badRequest)
            #expect(failure?.text.hasPrefix("[TMPRL1105] ") == true)
        }
        #expect(try await PayloadHandler(storage: nil).decode([.text("a")]) == [.text("a")])
    }

    @Test("ES-W6 Exactly one level is resolved")
    func oneLevel() async throws {
        let store = try Store(threshold: 1)
        let inner = try await store.references(to: [Self.large[0]])[0]
        let claims = try await store.driver.store(
            [inner],
            context: .init(
                target: .workflow(namespace: "default", id: "w"),
                namespace: "default",
                limiter: StorageLimiter(permits: 1)
            )
        )
        let outer = StorageReference(driverName: "memory", claim: claims[0]).payload(forStored: inner.sizeInBytes)

        #expect(try await PayloadHandler(storage: store.storage).download([outer]) == [inner])
    }

    // MARK: /download

    @Test("Download demands that every payload is a reference", arguments: [[false], [true, false]])
    func notReferences(_ kinds: [Bool]) async throws {
        let store = try Store()
        let reference = try await store.references(to: [Self.large[0]])[0]
        let failure = await #expect(throws: RequestFailure.self) {
            try await PayloadHandler(storage: store.storage).download(kinds.map { $0 ? reference : .text("a") })
        }
        #expect(failure?.status == .badRequest)
        #expect(failure?.text.hasPrefix("All payloads must be storage references") == true)
        #expect(store.driver.retrieves.isEmpty)
    }

    @Test("Download without storage is 404, for which the Web UI has a text of its own")
    func downloadWithoutStorage() async throws {
        let reference = try await Store().references(to: [Self.large[0]])[0]
        let failure = await #expect(throws: RequestFailure.self) {
            try await PayloadHandler(storage: nil).download([reference])
        }
        #expect(failure?.status == .notFound)
    }

    @Test("ES-P6 Several drivers: references lead to theirs")
    func severalDrivers() async throws {
        let (hot, cold) = (InMemoryStorageDriver(name: "hot"), InMemoryStorageDriver(name: "cold"))
        var configuration = ExternalStorage.Configuration()
        configuration.threshold = .bytes(1_000)
        let storage = try ExternalStorage(
            drivers: [hot, cold],
            selector: .selecting { payload, _ in payload == Self.large[0] ? hot : cold },
            configuration: configuration,
            logger: .silent
        )
        let references = try await storage.store(
            Self.large,
            context: .init(target: .workflow(namespace: "default", id: "w"), namespace: "default")
        )
        #expect(try await PayloadHandler(storage: storage).download(references) == Self.large)
        #expect(hot.objects.count == 1 && cold.objects.count == 2)
    }

    @Test("A reference to a driver that is not registered is 400, and says what to do")
    func unknownDriver() async throws {
        let store = try Store()
        let reference = try await store.references(to: [Self.large[0]])[0]
        let failure = await #expect(throws: RequestFailure.self) {
            try await PayloadHandler(storage: try Store.storage(InMemoryStorageDriver(name: "x"))).download([reference])
        }
        #expect(failure?.status == .badRequest)
        #expect(failure?.text.contains("Register it under that name") == true)
    }

    // MARK: Failures and limits

    @Test("A codec that fails or miscounts is 400 without its words", arguments: [true, false])
    func codecs(_ miscounts: Bool) async throws {
        let codec = WrappingCodec(key: "secret-key-name", dropsResults: miscounts)
        let handler = PayloadHandler(storage: nil, before: [codec])
        let payloads = try await WrappingCodec(key: miscounts ? "secret-key-name" : "b").encode([.text("a")])
        let failure = await #expect(throws: RequestFailure.self) { try await handler.decode(payloads) }
        #expect(failure?.status == .badRequest)
        #expect(failure?.text.hasPrefix("A codec failed to decode the payloads.") == true)
        #expect(failure?.detail != nil)
    }

    @Test(
        "Failures of storage say neither where things are nor what the driver said",
        arguments: [
            ExternalStorageError.Code.notFound, .forbidden, .corrupted, .throttled, .unavailable, .misconfigured,
            .driverFailed,
        ]
    )
    func storageFailures(_ code: ExternalStorageError.Code) async throws {
        let reference = try await Store().references(to: [Self.large[0]])[0]
        let error = ExternalStorageError(code: code, message: "secret-bucket secret-key")
        let faulty = FaultyStorageDriver(name: "memory", fault: .throwing(error))
        let failure = await #expect(throws: RequestFailure.self) {
            try await PayloadHandler(storage: try Store.storage(faulty)).download([reference])
        }
        #expect(failure?.status == .badRequest)
        #expect(failure?.text.contains("secret") == false)
        #expect(failure?.detail?.contains("secret-bucket secret-key") == true)
        #expect(failure?.reason == "\(code)")
    }

    @Test("What a request resolves is limited before any driver is asked, by what the references say")
    func declaredLimit() async throws {
        let store = try Store()
        let references = try await store.references(to: Self.large)
        let handler = PayloadHandler(storage: store.storage, resolvedSizeLimit: 10_500)
        #expect(try await handler.download(Array(references.prefix(2))).count == 2)
        let failure = await #expect(throws: RequestFailure.self) { try await handler.download(references) }
        #expect(failure?.status == .contentTooLarge)
        #expect(store.driver.retrieves.count == 1)
    }

    @Test("A reference that says less than there is is refused", arguments: [Int64(1), 70_000])
    func wrongSize(_ declared: Int64) async throws {
        let store = try Store()
        let reference = try await store.references(to: [.sample(1, sizeInBytes: 200_000)])[0]
        let changed = Payload(metadata: reference.metadata, data: reference.data, externalPayloadSizes: [declared])
        let failure = await #expect(throws: RequestFailure.self) {
            try await PayloadHandler(storage: store.storage).download([changed])
        }
        #expect(failure?.reason == "wrongSize")
    }

    @Test("ES-P11 Many references that each say a little less are refused together, before all is read")
    func understated() async throws {
        let store = try Store()
        let values = (0..<10).map { Payload.sample($0, sizeInBytes: 60_000) }
        let changed = try await store.references(to: values).map { reference in
            Payload(metadata: reference.metadata, data: reference.data, externalPayloadSizes: [1])
        }
        let failure = await #expect(throws: RequestFailure.self) {
            try await PayloadHandler(storage: store.storage).download(changed)
        }
        #expect(failure?.reason == "wrongSize")
        #expect(failure?.status == .badRequest)
    }

    @Test("ES-W3 A reference without a size is resolved, and asks for as much memory as a request may have")
    func noSize() async throws {
        let store = try Store()
        let references = try await store.references(to: Self.large)
        let bare = references.map { Payload(metadata: $0.metadata, data: $0.data) }
        let handler = PayloadHandler(storage: store.storage, resolvedSizeLimit: 100_000)
        let asked = AdmissionRecorder()
        let payloads = try await handler.download(bare, namespace: "default", admission: { await asked.record($0) })
        #expect(payloads == Self.large)
        #expect(await asked.sizes == [100_000])
        _ = try await handler.download(references, namespace: "default", admission: { await asked.record($0) })
        #expect(await asked.sizes.last == Self.large.reduce(0) { $0 + $1.sizeInBytes })
    }
}

private actor AdmissionRecorder {
    var sizes: [Int] = []
    func record(_ size: Int) { self.sizes.append(size) }
}
