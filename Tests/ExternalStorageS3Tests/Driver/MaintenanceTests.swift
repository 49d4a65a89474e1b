//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import Logging
import NIOCore
import Synchronization
import Testing

@testable import ExternalStorageS3

@Suite("Looking around in a bucket")
struct MaintenanceTests {
    private let location = StoredObjectLocation(container: "payloads", key: "k")

    private func driver(_ bucket: ScriptedBucket) throws -> S3StorageDriver {
        try S3StorageDriver(bucket: "payloads", client: bucket)
    }

    /// What a listing says of the object.
    private func listed(by driver: S3StorageDriver) async throws -> StoredObject {
        try #require(
            try await driver.listObjects(in: "payloads", prefix: "", continuation: nil).objects.first
        )
    }

    @Test("A listing and a look at the same object agree on its revision")
    func revision() async throws {
        let driver = try self.driver(ScriptedBucket { $0.versions["k"] = [.init(id: nil, text: "abc", time: 100)] })
        let described = try await driver.describeObject(at: self.location)
        #expect(try await self.listed(by: driver) == described)
    }

    @Test("ES-G2 P28 without versions: a look, then a deletion that depends on the tag, and the outcome says so")
    func unversioned() async throws {
        let bucket = ScriptedBucket { $0.versions["k"] = [.init(id: nil, text: "abc", time: 100)] }
        let driver = try self.driver(bucket)
        let object = try await self.listed(by: driver)
        #expect(try await driver.deleteObject(object) == .deletedAfterLastLook)
        #expect(bucket.calls == ["LIST", "HEAD", "DELETE - \"abc\""])
        #expect(try await driver.deleteObject(object) == .missing)
    }

    @Test("ES-G2 P28 an object that was written again is kept: later, larger, or changed behind the last look")
    func changed() async throws {
        for change in ["later", "larger", "tag"] {
            let bucket = ScriptedBucket { $0.versions["k"] = [.init(id: nil, text: "abc", time: 100)] }
            let driver = try self.driver(bucket)
            let object = try await self.listed(by: driver)
            bucket.state.withLock { state in
                switch change {
                case "later": state.versions["k"] = [.init(id: nil, text: "abc", time: 101)]
                case "larger": state.versions["k"] = [.init(id: nil, text: "abcd", time: 100)]
                default:
                    state.before = { call, state in
                        if call.hasPrefix("DELETE") { state.versions["k"] = [.init(id: nil, text: "xyz", time: 101)] }
                    }
                }
            }
            #expect(try await driver.deleteObject(object) == .changed)
            #expect(bucket.state.withLock { $0.versions["k"]?.isEmpty } == false)
        }
    }

    @Test("ES-G2 P28 P31 with versions, what is written between the look and the deletion stays")
    func versioned() async throws {
        let bucket = ScriptedBucket { state in
            state.versions["k"] = [.init(id: "1", text: "abc", time: 90), .init(id: "2", text: "abc", time: 100)]
        }
        let driver = try self.driver(bucket)
        let object = try await self.listed(by: driver)
        // The same bytes again: the same tag, another version.
        bucket.state.withLock { state in
            state.before = { call, state in
                if call.hasPrefix("DELETE") { state.versions["k"]?.append(.init(id: "3", text: "abc", time: 200)) }
            }
        }
        #expect(try await driver.deleteObject(object) == .changed)
        #expect(bucket.state.withLock { $0.versions["k"]?.contains { $0.id == "3" } } == true)
    }

    @Test("ES-G2 P31 with versions, older ones that come to light go too")
    func olderVersions() async throws {
        let bucket = ScriptedBucket { state in
            state.versions["k"] = [.init(id: "1", text: "abc", time: 90), .init(id: "2", text: "abc", time: 100)]
        }
        let driver = try self.driver(bucket)
        #expect(try await driver.deleteObject(try await self.listed(by: driver)) == .deleted)
        #expect(bucket.calls == ["LIST", "HEAD", "DELETE 2 -", "HEAD", "DELETE 1 -", "HEAD"])
    }

    @Test("ES-G2 an object of which the store does not say how old it is stays")
    func ageless() async throws {
        let bucket = ScriptedBucket { $0.versions["k"] = [.init(id: nil, text: "abc", time: 100)] }
        let driver = try self.driver(bucket)
        var object = try await self.listed(by: driver)
        object.lastModified = nil
        #expect(try await driver.deleteObject(object) == .changed)
    }

    @Test("ES-G2 P29 a mark that has hit what was written at the same moment is taken back; other tags stay")
    func markedBetween() async throws {
        let bucket = ScriptedBucket { state in
            state.versions["k"] = [.init(id: nil, text: "abc", time: 100)]
            state.tags["k"] = [S3Tag("team", "orders")]
            state.before = { call, state in
                // A writer is faster than the tag by a moment: its object is new, and has no tags.
                guard call.hasPrefix("TAG team,") else { return }
                state.versions["k"] = [.init(id: nil, text: "abc", time: 200)]
                state.before = nil
            }
        }
        let driver = try self.driver(bucket)
        let object = try await self.listed(by: driver)
        #expect(try await driver.markUnreferenced(object, since: 50) == .changed)
        #expect(bucket.state.withLock { $0.tags["k"] } == [S3Tag("team", "orders")])
        #expect(bucket.calls.last == "TAG team")

        let later = try await self.listed(by: driver)
        #expect(try await driver.markUnreferenced(later, since: 50) == .marked)
        #expect(try await driver.unreferencedSince(later) == 50)
        #expect(bucket.state.withLock { $0.tags["k"]?.first } == S3Tag("team", "orders"))
    }

    @Test("P29 an object with nine tags has no room for the mark, and the text says so")
    func tooManyTags() async throws {
        let bucket = ScriptedBucket { state in
            state.versions["k"] = [.init(id: nil, text: "abc", time: 100)]
            state.tags["k"] = (0..<9).map { S3Tag("t\($0)", "") }
        }
        let driver = try self.driver(bucket)
        let object = try await self.listed(by: driver)
        let error = await #expect(throws: ExternalStorageError.self) {
            try await driver.markUnreferenced(object, since: 50)
        }
        #expect(error?.code == .misconfigured && error?.message.contains("9 tags") == true)
    }

    @Test("ES-G4 a store that does not say what time it is is an error")
    func time() async throws {
        let driver = try self.driver(ScriptedBucket { _ in })
        let error = await #expect(throws: ExternalStorageError.self) { try await driver.currentTime(in: "payloads") }
        #expect(error?.code == .unavailable)
    }

    @Test("ES-G1 a driver that chooses a bucket for each payload does not know its buckets, unless they are named")
    func buckets() throws {
        let bucket = ScriptedBucket { _ in }
        let choice = S3BucketChoice.perPayload { _, _ in "a" }
        #expect(throws: ExternalStorageError.self) {
            try S3StorageDriver(bucket: choice, client: bucket).containers()
        }
        var configuration = S3StorageDriver.Configuration()
        configuration.readableBuckets = ["b", "a"]
        let driver = try S3StorageDriver(bucket: choice, client: bucket, configuration: configuration)
        #expect(try driver.containers() == ["a", "b"])
    }
}
