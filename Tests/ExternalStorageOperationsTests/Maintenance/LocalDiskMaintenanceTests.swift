//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageOperations
import Foundation
import NIOCore
import Testing

@Suite("Looking around on the local disk")
struct LocalDiskMaintenanceTests {
    private func location(_ key: String) -> StoredObjectLocation { StoredObjectLocation(container: "", key: key) }

    private func create(_ keys: [String], by driver: LocalDiskStorageDriver) async throws {
        for key in keys {
            let isNew = try await driver.createObject(ByteBuffer(string: key), at: self.location(key))
            #expect(isNew)
        }
    }

    @Test("P20 objects are listed in the order of their keys, directories or not, page by page")
    func order() async throws {
        try await Samples.withStorage { _, driver, _ in
            let keys = ["a/x", "a.b/x", "a-b/x", "a/x.y", "a/x/deep/er", "b", "v0/ns/default/d", "é/1", "Z"]
            // A file and a directory of one name cannot be.
            try await self.create(keys.filter { $0 != "a/x" }, by: driver)
            let page = try await driver.listObjects(in: "", prefix: "", continuation: nil)
            let expected = keys.filter { $0 != "a/x" }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            #expect(page.objects.map(\.location.key) == expected)
            #expect(page.continuation == nil)
            for (index, key) in expected.enumerated() {
                let rest = try await driver.listObjects(in: "", prefix: "", continuation: key)
                #expect(rest.objects.map(\.location.key) == Array(expected.dropFirst(index + 1)))
            }
            let some = try await driver.listObjects(in: "", prefix: "a", continuation: nil)
            #expect(some.objects.map(\.location.key) == expected.filter { $0.hasPrefix("a") })
            let deep = try await driver.listObjects(in: "", prefix: "a/x/de", continuation: nil)
            #expect(deep.objects.map(\.location.key) == ["a/x/deep/er"])
        }
    }

    @Test("A directory of more files than a page has is listed completely")
    func pages() async throws {
        try await Samples.withStorage { _, driver, root in
            let keys = (0..<12_345).map { "d/\($0)" }
            let files = FileManager.default
            try files.createDirectory(atPath: "\(root)/store/d", withIntermediateDirectories: true)
            for key in keys { #expect(files.createFile(atPath: "\(root)/store/\(key)", contents: nil)) }
            var (found, continuation): ([String], String?) = ([], nil)
            repeat {
                let page = try await driver.listObjects(in: "", prefix: "d/", continuation: continuation)
                #expect(page.objects.count <= 10_000)
                found += page.objects.map(\.location.key)
                continuation = page.continuation
            } while continuation != nil
            #expect(found == keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        }
    }

    @Test("ES-G2 P28 what was stored again since it was looked at stays")
    func unchanged() async throws {
        try await Samples.withStorage { storage, driver, _ in
            let payload = Payload(metadata: [:], data: ByteBuffer(repeating: 7, count: 300_000))
            let context = StorageDriverStoreContext(namespace: "default", limiter: StorageLimiter(permits: 1))
            let claim = try await driver.store([payload], context: context)[0]
            let location = try driver.location(of: claim)
            let seen = try #require(try await driver.describeObject(at: location))

            // The driver touches what is there.
            try await Task.sleep(for: .milliseconds(20))
            _ = try await driver.store([payload], context: context)
            #expect(try await driver.deleteObject(seen) == .changed)
            #expect(try await driver.describeObject(at: location) != nil)

            let again = try #require(try await driver.describeObject(at: location))
            #expect(try await driver.deleteObject(again) == .deleted)
            #expect(try await driver.deleteObject(again) == .missing)
            #expect(try await driver.describeObject(at: location) == nil)
            // And the driver stores it again as if nothing had been.
            _ = try await driver.store([payload], context: context)
            #expect(try await driver.describeObject(at: location) != nil)
            _ = storage
        }
    }

    @Test("ES-G2 P28 whoever stores an object while it is being deleted has it afterwards")
    func storedMeanwhile() async throws {
        try await Samples.withStorage { _, driver, root in
            let payload = Payload(metadata: [:], data: ByteBuffer(repeating: 7, count: 3_000))
            let context = StorageDriverStoreContext(namespace: "default", limiter: StorageLimiter(permits: 1))
            let location = try driver.location(of: try await driver.store([payload], context: context)[0])
            for round in 0..<500 {
                // Long ago, so that a touch shows whatever the file system rounds times to.
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSince1970: 1_000_000 + Double(round))],
                    ofItemAtPath: "\(root)/store/\(location.key)"
                )
                let seen = try #require(try await driver.describeObject(at: location))
                async let deletion = driver.deleteObject(seen)
                async let claims = driver.store([payload], context: context)
                _ = try await (deletion, claims)
                try #require(try await driver.describeObject(at: location) != nil, "round \(round)")
            }
        }
    }

    @Test("An object that is there is not written again")
    func create() async throws {
        try await Samples.withStorage { _, driver, _ in
            let location = self.location("lease")
            let first = try await driver.createObject(ByteBuffer(string: "one"), at: location)
            let second = try await driver.createObject(ByteBuffer(string: "two"), at: location)
            #expect(first && !second)
            #expect(try await driver.readObject(at: location, sizeLimit: 100) == ByteBuffer(string: "one"))
            await #expect(throws: ExternalStorageError.self) {
                try await driver.readObject(at: location, sizeLimit: 2)
            }
        }
    }

    @Test("ES-G4 the time is that of the file system")
    func time() async throws {
        try await Samples.withStorage { _, driver, _ in
            try await self.create(["a"], by: driver)
            let object = try #require(try await driver.describeObject(at: self.location("a")))
            let time = try await driver.currentTime(in: "")
            #expect(abs(time - (object.lastModified ?? 0)) < 60)
        }
    }
}
