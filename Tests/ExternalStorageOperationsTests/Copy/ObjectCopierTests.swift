//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import Foundation
import NIOCore
import Testing

@testable import ExternalStorageOperations

@Suite("Copying and putting back")
struct ObjectCopierTests {
    /// Two directories, an object in the first, and its digest.
    private static func withStores(
        _ body: (LocalDiskStorageDriver, LocalDiskStorageDriver, StoredObjectLocation, PayloadDigest) async throws ->
            Void
    ) async throws {
        try await Samples.withStorage { _, source, _ in
            try await Samples.withStorage { _, destination, _ in
                let bytes = ByteBuffer(string: "content")
                let digest = PayloadDigest(hashing: bytes)
                let key = StorageObjectKey(
                    digest: digest,
                    target: .workflow(namespace: "default", id: "order-1"),
                    style: .file
                ).text
                let location = StoredObjectLocation(container: "", key: key)
                let seen10 = try await source.createObject(bytes, at: location)
                #expect(seen10)
                try await body(source, destination, location, digest)
            }
        }
    }

    @Test("ES-G3: nothing is written unless it is asked for, and what is there is not copied again")
    func copy() async throws {
        try await Self.withStores { source, destination, location, digest in
            let looking = ObjectCopier(from: source, to: destination, writes: false)
            let seen1 = try await looking.copy(location, to: location, digest: digest)
            #expect(seen1 == .possible(sizeInBytes: 7))
            let seen2 = try await destination.describeObject(at: location)
            #expect(seen2 == nil)
            let copier = ObjectCopier(from: source, to: destination, writes: true)
            let seen3 = try await copier.copy(location, to: location, digest: digest)
            #expect(seen3 == .copied(sizeInBytes: 7))
            let seen4 = try await copier.copy(location, to: location, digest: digest)
            #expect(seen4 == .isThere)
            let copied = try await destination.readObject(at: location, sizeLimit: 100)
            #expect(copied == ByteBuffer(string: "content"))
        }
    }

    @Test("ES-G1: bytes that are not those of the reference are copied nowhere")
    func corrupted() async throws {
        try await Self.withStores { source, destination, location, _ in
            let other = PayloadDigest(hashing: ByteBuffer(string: "other"))
            let copier = ObjectCopier(from: source, to: destination, writes: true)
            let seen5 = try await copier.copy(location, to: location, digest: other)
            #expect(seen5 == .corrupted)
            let seen6 = try await destination.describeObject(at: location)
            #expect(seen6 == nil)
            let nowhere = StoredObjectLocation(container: "", key: location.key + "0")
            let seen7 = try await copier.copy(nowhere, to: location, digest: other)
            #expect(seen7 == .missing)
        }
    }

    @Test("ES-G3 P36: what is corrupted is replaced if that is asked for, and only by the right bytes")
    func replace() async throws {
        try await Self.withStores { source, destination, location, digest in
            let seen11 = try await destination.createObject(ByteBuffer(string: "wrong"), at: location)
            #expect(seen11)
            let copier = ObjectCopier(from: source, to: destination, writes: true)
            let seen8 = try await copier.copy(location, to: location, digest: digest)
            #expect(seen8 == .isThere)
            let other = PayloadDigest(hashing: ByteBuffer(string: "other"))
            let seen9 = try await copier.copy(location, to: location, digest: other, replacing: true)
            #expect(seen9 == .corrupted)
            var found = try await destination.readObject(at: location, sizeLimit: 100)
            #expect(found == ByteBuffer(string: "wrong"))
            let outcome = try await copier.copy(location, to: location, digest: digest, replacing: true)
            #expect(outcome == .copied(sizeInBytes: 7))
            found = try await destination.readObject(at: location, sizeLimit: 100)
            #expect(found == ByteBuffer(string: "content"))
        }
    }
}
