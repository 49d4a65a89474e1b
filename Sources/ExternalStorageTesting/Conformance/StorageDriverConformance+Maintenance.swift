//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore
internal import NIOCore

extension StorageDriverConformance {
    /// One promise of a driver whose store can be looked around in, and the code that checks it.
    public struct MaintenanceCheck: Sendable, CustomStringConvertible {
        /// The promise.
        public let name: String
        private let body: @Sendable (any MaintainableStorageDriver) async throws -> Void

        init(_ name: String, _ body: @escaping @Sendable (any MaintainableStorageDriver) async throws -> Void) {
            self.name = name
            self.body = body
        }

        /// The promise.
        public var description: String { self.name }

        /// Checks a driver.
        ///
        /// - Parameter driver: The driver, with one container; its store may hold anything already.
        /// - Throws: ``StorageDriverConformance/Failure`` if the driver breaks the promise, or the error that the driver
        ///   threw where it should not.
        public func run(on driver: any MaintainableStorageDriver) async throws {
            try await self.body(driver)
        }
    }

    /// Checks of a driver that the commands of operators work with; what depends on them is what is deleted.
    public static let maintenanceChecks: [MaintenanceCheck] = [
        MaintenanceCheck("All objects of a namespace are listed, in the order of their keys, and others are not") {
            driver in
            // One name is the beginning of the other.
            let namespaces = ["conformance list", "conformance"]
            var locations: [Set<StoredObjectLocation>] = [[], []]
            for number in 0..<7 {
                for (index, namespace) in namespaces.enumerated() {
                    let claim = try await Self.store(1_000 + number, namespace, in: driver)
                    try locations[index].insert(driver.location(of: claim))
                }
            }
            for (index, namespace) in namespaces.enumerated() {
                let objects = try await Self.list(driver.keyPrefix(ofNamespace: namespace), in: driver)
                let found = Set(objects.map(\.location))
                try Self.require(
                    found.isSuperset(of: locations[index]) && found.isDisjoint(with: locations[1 - index]),
                    "the listing of the namespace \"\(namespace)\" has \(found.count) objects, and not those it should"
                )
            }
        },
        MaintenanceCheck("An object is described in the words in which it is listed, and dated by the store's clock") {
            driver in
            let claim = try await Self.store(1_010, "conformance", in: driver)
            let location = try driver.location(of: claim)
            let listed = try await Self.list(driver.keyPrefix(ofNamespace: "conformance"), in: driver)
                .first { $0.location == location }
            let described = try await driver.describeObject(at: location)
            try Self.require(
                listed != nil && listed == described,
                "the object is listed as \(String(describing: listed)) and described as \(String(describing: described))"
            )
            let now = try await driver.currentTime(in: location.container)
            try Self.require(
                described?.lastModified.map { $0 <= now + 1 } ?? false,
                "the object's time is \(String(describing: described?.lastModified)), and the store's is \(now)"
            )
        },
        MaintenanceCheck("What was seen is deleted, and what was written since is not") { driver in
            let location = try await Self.freeLocation("delete", in: driver)
            _ = try await driver.createObject(ByteBuffer(string: "one"), at: location)
            let seen = try await Self.description(of: location, in: driver)
            try Self.require(
                [.deleted, .deletedAfterLastLook].contains(try await driver.deleteObject(seen)),
                "an object that nobody touched was not deleted"
            )
            try Self.require(
                try await driver.describeObject(at: location) == nil,
                "an object that was deleted is described"
            )
            try Self.require(
                try await driver.deleteObject(seen) == .missing,
                "deleting an object that is gone did not say so"
            )
            _ = try await driver.createObject(ByteBuffer(string: "another one"), at: location)
            try Self.require(
                try await driver.deleteObject(seen) == .changed,
                "deleting an object that was written again did not say so"
            )
            try Self.require(
                try await driver.readObject(at: location, sizeLimit: 100) == ByteBuffer(string: "another one"),
                "an object that was written again is not there"
            )
            _ = try await driver.deleteObject(Self.description(of: location, in: driver))
        },
        MaintenanceCheck("An object is created only where there is none") { driver in
            let location = try await Self.freeLocation("create", in: driver)
            try Self.require(
                try await driver.createObject(ByteBuffer(string: "one"), at: location),
                "an object was not created where there was none"
            )
            try Self.require(
                try await !driver.createObject(ByteBuffer(string: "two"), at: location),
                "an object was created where there was one"
            )
            try Self.require(
                try await driver.readObject(at: location, sizeLimit: 3) == ByteBuffer(string: "one"),
                "an object that was there has other bytes"
            )
            do {
                _ = try await driver.readObject(at: location, sizeLimit: 2)
                throw Failure("an object that is larger than the limit was read")
            } catch is ExternalStorageError {}
            _ = try await driver.deleteObject(Self.description(of: location, in: driver))
        },
        MaintenanceCheck("What is not there is no description, and cannot be read") { driver in
            let location = try await Self.freeLocation("nothing", in: driver)
            try Self.require(
                try await driver.describeObject(at: location) == nil,
                "an object that is not there is described"
            )
            do {
                _ = try await driver.readObject(at: location, sizeLimit: 100)
                throw Failure("an object that is not there was read")
            } catch let error as ExternalStorageError {
                try Self.require(error.code == .notFound, "reading what is not there threw \(error)")
            }
        },
        MaintenanceCheck("A copy of an object is the object, under another key") { driver in
            let (source, copy) = (
                try await Self.freeLocation("copied", in: driver), try await Self.freeLocation("copy", in: driver)
            )
            let bytes = ByteBuffer(bytes: (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
            _ = try await driver.createObject(bytes, at: source)
            let read = try await driver.readObject(at: source, sizeLimit: bytes.readableBytes)
            try Self.require(try await driver.createObject(read, at: copy), "a copy was not made where there was none")
            try Self.require(
                try await driver.readObject(at: copy, sizeLimit: bytes.readableBytes) == bytes,
                "the copy has other bytes"
            )
            for location in [source, copy] {
                _ = try await driver.deleteObject(Self.description(of: location, in: driver))
            }
        },
        MaintenanceCheck("A mark stays with what was seen: it can be read and taken back, and changes nothing else") {
            driver in
            // Optional: a driver without marks keeps its promises.
            guard let driver = driver as? any TaggingStorageDriver else { return }
            let location = try await Self.freeLocation("marked", in: driver)
            _ = try await driver.createObject(ByteBuffer(string: "one"), at: location)
            let seen = try await Self.description(of: location, in: driver)
            try Self.require(
                try await driver.unreferencedSince(seen) == nil,
                "an object that nobody marked is marked"
            )
            try Self.require(
                try await driver.markUnreferenced(seen, since: 1_700_000_000) == .marked,
                "an object that nobody touched was not marked"
            )
            try Self.require(
                try await driver.unreferencedSince(seen) == 1_700_000_000,
                "the mark of an object does not say what it was made with"
            )
            try Self.require(
                try await Self.description(of: location, in: driver) == seen,
                "marking an object has changed what the store says of it"
            )
            try Self.require(
                try await driver.markUnreferenced(seen, since: 1_700_000_009) == .marked,
                "an object that was marked was not marked again"
            )
            try Self.require(
                try await driver.unreferencedSince(seen) == 1_700_000_009,
                "the mark of an object is an older one"
            )
            try Self.require(try await driver.unmark(location), "there was no mark to take away")
            try Self.require(
                try await driver.unreferencedSince(seen) == nil,
                "an object is marked whose mark was taken away"
            )
            try Self.require(try await !driver.unmark(location), "a mark was taken away twice")
            try Self.require(
                [.deleted, .deletedAfterLastLook].contains(try await driver.deleteObject(seen)),
                "an object that was marked and unmarked was not deleted"
            )
        },
        MaintenanceCheck("What was written since it was seen is not marked, and a mark does not outlive the object") {
            driver in
            guard let driver = driver as? any TaggingStorageDriver else { return }
            let location = try await Self.freeLocation("marked again", in: driver)
            _ = try await driver.createObject(ByteBuffer(string: "one"), at: location)
            let seen = try await Self.description(of: location, in: driver)
            _ = try await driver.markUnreferenced(seen, since: 1_700_000_000)
            _ = try await driver.deleteObject(seen)
            try Self.require(
                try await driver.markUnreferenced(seen, since: 1_700_000_000) == .missing,
                "marking an object that is gone did not say so"
            )
            let (since, hasMark) = (try await driver.unreferencedSince(seen), try await driver.unmark(location))
            try Self.require(since == nil && !hasMark, "an object that is gone is marked")
            _ = try await driver.createObject(ByteBuffer(string: "another one"), at: location)
            try Self.require(
                try await driver.markUnreferenced(seen, since: 1_700_000_000) == .changed,
                "marking an object that was written again did not say so"
            )
            let again = try await Self.description(of: location, in: driver)
            try Self.require(
                try await driver.unreferencedSince(again) == nil,
                "an object that was written again is marked"
            )
            _ = try await driver.deleteObject(again)
        },
    ]

    private static func store(
        _ number: Int,
        _ namespace: String,
        in driver: any StorageDriver
    ) async throws -> StorageDriverClaim {
        let context = StorageDriverStoreContext(
            target: .workflow(namespace: namespace, id: "maintenance", runID: nil, type: "Check"),
            namespace: namespace,
            limiter: StorageLimiter(permits: 8)
        )
        let claims = try await driver.store([.sample(number, sizeInBytes: 100)], context: context)
        try Self.require(claims.count == 1, "store returned \(claims.count) claims for one payload")
        return claims[0]
    }

    /// All pages.
    private static func list(_ prefix: String, in driver: any MaintainableStorageDriver) async throws -> [StoredObject]
    {
        let container = try Self.container(of: driver)
        var (objects, continuation): ([StoredObject], String?) = ([], nil)
        repeat {
            let page = try await driver.listObjects(in: container, prefix: prefix, continuation: continuation)
            objects += page.objects
            continuation = page.continuation
        } while continuation != nil
        for (object, next) in zip(objects, objects.dropFirst()) {
            let (key, other) = (object.location.key, next.location.key)
            try Self.require(
                key.utf8.lexicographicallyPrecedes(other.utf8),
                "\"\(other)\" is listed behind \"\(key)\"; the order is that of the bytes of UTF-8"
            )
        }
        return objects
    }

    private static func container(of driver: any MaintainableStorageDriver) throws -> String {
        let containers = try driver.containers()
        guard let container = containers.first, containers.count == 1 else {
            throw Failure("the driver has \(containers.count) containers; check one with a single one")
        }
        return container
    }

    private static func description(
        of location: StoredObjectLocation,
        in driver: any MaintainableStorageDriver
    ) async throws -> StoredObject {
        guard let object = try await driver.describeObject(at: location) else {
            throw Failure("an object that is there is not described")
        }
        return object
    }

    /// A place where there is nothing: what a check before left there is removed.
    private static func freeLocation(
        _ name: String,
        in driver: any MaintainableStorageDriver
    ) async throws -> StoredObjectLocation {
        let location = StoredObjectLocation(container: try Self.container(of: driver), key: "conformance/\(name)")
        if let left = try await driver.describeObject(at: location) { _ = try await driver.deleteObject(left) }
        return location
    }
}
