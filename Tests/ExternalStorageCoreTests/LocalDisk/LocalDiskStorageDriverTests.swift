//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageTesting
import Foundation
import NIOCore
import Testing

@testable import ExternalStorageCore

@Suite("Local disk", .timeLimit(.minutes(1)))
struct LocalDiskStorageDriverTests {
    private let directory: TemporaryDirectory
    private let driver: LocalDiskStorageDriver

    init() throws {
        self.directory = try TemporaryDirectory()
        self.driver = try LocalDiskStorageDriver(root: self.directory.path)
    }

    private func store(_ payload: Payload, target: StorageDriverTarget? = .test) async throws -> StorageDriverClaim {
        let context = StorageDriverStoreContext(target: target, namespace: "n", limiter: StorageLimiter(permits: 2))
        return try await self.driver.store([payload], context: context)[0]
    }

    private func retrieve(_ claim: StorageDriverClaim) async throws -> Payload {
        let context = StorageDriverRetrieveContext(namespace: "n", limiter: StorageLimiter(permits: 2))
        return try await self.driver.retrieve([claim], context: context)[0]
    }

    private func refusal(_ claim: StorageDriverClaim) async -> ExternalStorageError? {
        await #expect(throws: ExternalStorageError.self) { try await self.retrieve(claim) }
    }

    private func file(_ claim: StorageDriverClaim) -> String { self.directory.path + "/" + (claim["key"] ?? "") }

    @Test(
        "The local disk driver keeps the contract",
        arguments: StorageDriverConformance.checks + StorageDriverConformance.budgetChecks
    )
    func contract(_ check: StorageDriverConformance.Check) async throws {
        try await check.run(on: self.driver)
    }

    @Test("ES-G1 ES-G2 P29 Keeps what the commands rely on", arguments: StorageDriverConformance.maintenanceChecks)
    func maintenance(_ check: StorageDriverConformance.MaintenanceCheck) async throws {
        try await check.run(on: self.driver)
    }

    @Test("ES-G2 P1 P29 Who stores a marked payload again has taken the mark away")
    func markedAgain() async throws {
        let payload = Payload.large(1)
        let claim = try await self.store(payload)
        // Long ago, so that a touch shows whatever the file system rounds times to.
        let old = Date(timeIntervalSince1970: 1_000_000)
        try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: self.file(claim))
        let location = try self.driver.location(of: claim)
        let seen = try #require(try await self.driver.describeObject(at: location))
        #expect(try await self.driver.markUnreferenced(seen, since: 5) == .marked)
        #expect(try await self.driver.unreferencedSince(seen) == 5)
        _ = try await self.store(payload)
        let touched = try #require(try await self.driver.describeObject(at: location))
        #expect(try await self.driver.unreferencedSince(touched) == nil)
        #expect(try await self.driver.deleteObject(seen) == .changed)
    }

    @Test("A file has the S3 key as its path, and the serialized payload as its content; nothing else is left")
    func layout() async throws {
        let payload = Payload.large(1)
        let claim = try await self.store(payload)
        let key = "v0/ns/default/wt/Order/wi/order-1/ri/run-1/d/sha256/\(payload.digest)"
        #expect(claim == ["key": key, "hash_algorithm": "sha256", "hash_value": payload.digest.hexadecimal])
        #expect(try self.directory.files == [key])
        #expect(
            try Data(contentsOf: URL(filePath: self.file(claim))) == Data(payload.serializedBytes.readableBytesView)
        )
        #expect(self.driver.name == "local-disk" && self.driver.type == "local-disk")
    }

    @Test("ES-D4 A payload that is there is not written again, but its modification time is the present")
    func existing() async throws {
        let claim = try await self.store(.large(1))
        let path = self.file(claim)
        try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: path)
        let before = try FileManager.default.attributesOfItem(atPath: path)

        #expect(try await self.store(.large(1)) == claim)

        let after = try FileManager.default.attributesOfItem(atPath: path)
        #expect(before[.systemFileNumber] as? Int == after[.systemFileNumber] as? Int)
        let modified = try #require(after[.modificationDate] as? Date)
        #expect(modified > Date(timeIntervalSince1970: 1_000_000))
    }

    @Test("A file that was cut short is written again")
    func repairs() async throws {
        let claim = try await self.store(.large(1))
        try Data("x".utf8).write(to: URL(filePath: self.file(claim)))
        #expect(try await self.store(.large(1)) == claim)
        #expect(try await self.retrieve(claim) == .large(1))
    }

    @Test("ES-D3 A file that was tampered with is corrupted: the error has key and both digests")
    func tampered() async throws {
        let claim = try await self.store(.large(1))
        var bytes = try Data(contentsOf: URL(filePath: self.file(claim)))
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(filePath: self.file(claim)))

        let error = await self.refusal(claim)

        #expect(error?.code == .corrupted && error?.isRetryable == false)
        let text = try #require(error?.description)
        #expect(try text.contains(#require(claim["key"])) && text.contains(#require(claim["hash_value"])))
        #expect(text.contains(PayloadDigest(hashing: ByteBuffer(bytes: bytes)).hexadecimal))
    }

    @Test("ES-P11 A file that has no room is not read: nobody finds out that it was tampered with")
    func noRoom() async throws {
        let claims = try await [self.store(.large(1)), self.store(.large(2))]
        try Data(repeating: 7, count: 400_000).write(to: URL(filePath: self.file(claims[1])))
        let context = StorageDriverRetrieveContext(
            namespace: "n",
            limiter: StorageLimiter(permits: 2),
            budget: RetrievalBudget(sizeInBytes: 399_999)
        )

        let error = await #expect(throws: ExternalStorageError.self) {
            try await self.driver.retrieve([claims[1]], context: context)
        }

        #expect(error?.code == .messageTooLarge)
        let first = StorageDriverRetrieveContext(
            namespace: "n",
            limiter: StorageLimiter(permits: 2),
            budget: RetrievalBudget(sizeInBytes: 399_999)
        )
        #expect(try await self.driver.retrieve([claims[0]], context: first) == [.large(1)])
    }

    @Test("ES-D3 A file that is no payload is corrupted even if its digest is right")
    func noPayload() async throws {
        let bytes = Data([0x0A, 0xFF])
        try bytes.write(to: URL(filePath: self.directory.path + "/x"))
        let digest = PayloadDigest(hashing: ByteBuffer(bytes: bytes)).hexadecimal
        let error = await self.refusal(["key": "x", "hash_algorithm": "sha256", "hash_value": digest])
        #expect(error?.code == .corrupted)
    }

    @Test("A missing file is notFound, and names the key")
    func missing() async throws {
        let claim = try await self.store(.large(1))
        try FileManager.default.removeItem(atPath: self.file(claim))
        let error = await self.refusal(claim)
        #expect(error?.code == .notFound)
        #expect(try error?.description.contains(#require(claim["key"])) == true)
    }

    @Test(
        "A key never leads out of the root",
        arguments: [
            "../outside", "a/../../outside", "/etc/passwd", "", "a//b", "a/", "./a", "a/./b", "..", ".", "a\u{0}b",
            ".tmp/x", String(repeating: "a/", count: 600) + "a", "v0/" + String(repeating: "n", count: 300),
        ]
    )
    func escapes(key: String) async throws {
        let outside = Payload.small(1)
        let path = self.directory.path + "-outside"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(outside.serializedBytes.readableBytesView).write(to: URL(filePath: path))
        for key in [key, key.replacingOccurrences(of: "outside", with: URL(filePath: path).lastPathComponent)] {
            let claim: StorageDriverClaim = [
                "key": key, "hash_algorithm": "sha256", "hash_value": outside.digest.hexadecimal,
            ]
            #expect(await self.refusal(claim)?.code == .invalidClaim)
        }
    }

    @Test("Symbolic links below the root are not followed, whether they stand for a file or for a directory")
    func symbolicLinks() async throws {
        let claim = try await self.store(.large(1))
        let key = try #require(claim["key"])
        let root = self.directory.path
        try FileManager.default.createSymbolicLink(atPath: root + "/file", withDestinationPath: root + "/" + key)
        try FileManager.default.createSymbolicLink(atPath: root + "/directory", withDestinationPath: root + "/v0")
        for linked in ["file", "directory/" + key.dropFirst(3)] {
            var claim = claim
            claim["key"] = linked
            #expect(await self.refusal(claim)?.code == .invalidClaim)
        }
        // Nor when writing.
        try FileManager.default.createSymbolicLink(atPath: root + "/v1", withDestinationPath: root + "/v0")
        let files = LocalDiskFiles(root: root)
        #expect(throws: ExternalStorageError.self) { try files.write(ByteBuffer(bytes: [1]), to: "v1/x") }
    }

    @Test("What is no regular file is refused, and does not block: a directory, a pipe")
    func irregular() async throws {
        try FileManager.default.createDirectory(atPath: self.directory.path + "/d", withIntermediateDirectories: true)
        #expect(unsafe mkfifo(self.directory.path + "/p", 0o600) == 0)
        for key in ["d", "p", "p/x"] {
            let digest = String(repeating: "0", count: 64)
            let error = await self.refusal(["key": key, "hash_algorithm": "sha256", "hash_value": digest])
            #expect(error?.code == .invalidClaim, "\(key)")
        }
    }

    @Test(
        "A claim that is not the driver's own is refused by what it lacks",
        arguments: [
            ([:], "\"key\""), (["bucket": "b", "object_name": "o"], "another driver"),
            (["bucket": "b", "key": "k", "hash_algorithm": "sha256", "hash_value": "x"], "another driver"),
            (["key": "k"], "hash_algorithm"), (["key": "k", "hash_algorithm": "md5"], "\"md5\""),
            (["key": "k", "hash_algorithm": "sha256"], "hash_value"),
            (["key": "k", "hash_algorithm": "sha256", "hash_value": "12"], "64 hexadecimal digits"),
        ] as [(StorageDriverClaim, String)]
    )
    func foreignClaims(claim: StorageDriverClaim, names: String) async throws {
        let error = await self.refusal(claim)
        #expect(error?.code == .invalidClaim)
        #expect(error?.description.contains(names) == true)
    }

    @Test("ES-D2 The other spelling of the hash fields is read")
    func spelling() async throws {
        let claim = try await self.store(.large(1))
        let other = StorageDriverClaim([
            "key": claim["key"] ?? "", "hashAlgorithm": "sha256", "hashValue": claim["hash_value"] ?? "",
        ])
        #expect(try await self.retrieve(other) == .large(1))
    }

    @Test("ES-P9 A payload over the size limit fails the batch before anything is written")
    func sizeLimit() async throws {
        var configuration = LocalDiskStorageDriver.Configuration()
        configuration.payloadSizeLimit = 1_000
        let driver = try LocalDiskStorageDriver(root: self.directory.path, configuration: configuration)
        let context = StorageDriverStoreContext(namespace: "n", limiter: StorageLimiter(permits: 2))
        let error = await #expect(throws: ExternalStorageError.self) {
            try await driver.store([.exactly(1_000), .exactly(1_001)], context: context)
        }
        #expect(error?.code == .payloadTooLarge)
        #expect(error?.description.contains("1001 exceeds the maximum of 1000") == true)
        #expect(try self.directory.files.isEmpty)
        #expect(try await driver.store([.exactly(1_000)], context: context).count == 1)
    }

    @Test("A root that is missing or no directory is refused at construction, and so are wrong settings")
    func root() throws {
        let path = self.directory.path
        try Data().write(to: URL(filePath: path + "/file"))
        for (root, text) in [(path + "/none", "there is no directory"), (path + "/file", "is not a directory")] {
            let error = #expect(throws: ExternalStorageError.self) { try LocalDiskStorageDriver(root: root) }
            #expect(error?.code == .misconfigured && error?.description.contains(text) == true)
        }
        var configuration = LocalDiskStorageDriver.Configuration()
        configuration.payloadSizeLimit = 0
        #expect(throws: ExternalStorageError.self) {
            try LocalDiskStorageDriver(root: path, configuration: configuration)
        }
        configuration = .init()
        configuration.name = ""
        #expect(throws: ExternalStorageError.self) {
            try LocalDiskStorageDriver(root: path, configuration: configuration)
        }
    }

    @Test(
        "Files are listed in the order of their keys, a few at a time, whatever is between them",
        arguments: [1, 3, 7, 100]
    )
    func listing(maximumCount: Int) throws {
        let root = self.directory.path
        var keys: [String] = []
        for folder in ["a", "a.b", "b/c", "b/d/e"] {
            try FileManager.default.createDirectory(atPath: "\(root)/\(folder)", withIntermediateDirectories: true)
            for number in (0..<9).shuffled() { keys.append("\(folder)/\(number)") }
        }
        for name in ["a-", "a0", "z"] { keys.append(name) }
        // Nothing is in these, and what is no file is left out.
        for number in 0..<20 {
            try FileManager.default.createDirectory(atPath: "\(root)/b/\(number)", withIntermediateDirectories: true)
        }
        try FileManager.default.createSymbolicLink(atPath: "\(root)/a/link", withDestinationPath: "\(root)/z")
        for key in keys { #expect(FileManager.default.createFile(atPath: "\(root)/\(key)", contents: nil)) }
        let files = LocalDiskFiles(root: root)
        for prefix in ["", "a", "b/", "b/d", "b/d/e/4"] {
            var (listed, previous): ([String], String?) = ([], nil)
            while true {
                let page = try files.list(prefix: prefix, after: previous, maximumCount: maximumCount).map(\.key)
                #expect(page.count <= maximumCount)
                listed += page
                guard page.count == maximumCount else { break }
                previous = page.last
            }
            // The same order in bytes.
            let expected = keys.filter { $0.hasPrefix(prefix) }
                .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            #expect(listed == expected, "\(prefix)")
        }
    }

    @Test("Errors of the system have a class and say what to do")
    func classes() {
        let files = LocalDiskFiles(root: "/r")
        let full = files.failure(SystemError("write", number: ENOSPC), writing: "k")
        #expect(full.code == .unavailable && full.isRetryable && full.description.contains("disk full"))
        #expect(files.failure(SystemError("write", number: EDQUOT), writing: "k").description.contains("disk full"))
        for number in [EACCES, EPERM, EROFS] {
            #expect(files.failure(SystemError("open", number: number), writing: "k").code == .forbidden)
        }
        #expect(files.failure(SystemError("open", number: EACCES), reading: "k").code == .forbidden)
        #expect(files.failure(SystemError("read", number: EIO), reading: "k").code == .unavailable)
        #expect(files.failure(SystemError("open", number: ENOENT), reading: "k").code == .notFound)
        #expect(full.description.contains("[root=/r, key=k]"))
    }

    @Test(
        "A full disk fails the write, and leaves nothing behind",
        .enabled(if: FileManager.default.fileExists(atPath: "/dev/full"))
    )
    func fullDisk() throws {
        let device = try FileDescriptor(openingDirectory: "/dev")
        let file = try device.openForWriting("full")
        let error = #expect(throws: SystemError.self) { try file.writeAll(ByteBuffer(bytes: [1])) }
        #expect(error?.kind == .full)
    }

    @Test("Many writers of the same payload: all succeed, one file, nothing unfinished")
    func sameKey() async throws {
        try await withThrowingTaskGroup(of: StorageDriverClaim.self) { group in
            for _ in 0..<32 { group.addTask { try await self.store(.large(1)) } }
            for try await claim in group { #expect(try await self.retrieve(claim) == .large(1)) }
        }
        #expect(try self.directory.files.count == 1)
    }
}
