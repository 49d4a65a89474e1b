//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import FakeStores
import Foundation
import Testing

@testable import ExternalStorageS3

@Suite("ES-D2 Claims")
struct S3ClaimTests {
    struct File: Decodable {
        struct Entry: Decodable {
            var writer: String
            var driver: String
            var claim: [String: String]
        }
        var claims: [Entry]
    }

    static let digest = String(repeating: "0a", count: 32)

    static let complete: StorageDriverClaim = [
        "bucket": "b", "key": "k", "hash_algorithm": "sha256", "hash_value": Self.digest,
    ]

    @Test("Every spelling an S3 driver ever wrote is read")
    func spellings() throws {
        let file: File = try Vectors.decode("storage-keys/claims.json", keys: .useDefaultKeys)
        let entries = file.claims.filter { $0.driver == "aws.s3driver" }
        #expect(entries.count == 2)
        for entry in entries {
            var claim = StorageDriverClaim(
                entry.claim.mapValues { $0.replacingOccurrences(of: "H", with: Self.digest) }
            )
            claim["extra"] = "ignored"
            let read = try S3Claim(claim)
            #expect(read.bucket == "b")
            #expect(read.key == "v0/d/sha256/\(Self.digest)")
            #expect(read.digest.hexadecimal == Self.digest)
        }
    }

    @Test("What was in a bucket that has moved is looked for where it is now; readableBuckets is of the old name")
    func moved() throws {
        #expect(try S3Claim(Self.complete, movedBuckets: ["b": "new", "new": "newer"]).bucket == "new")
        #expect(try S3Claim(Self.complete, movedBuckets: ["other": "new"]).bucket == "b")
        #expect(try S3Claim(Self.complete, readableBuckets: ["b"], movedBuckets: ["b": "new"]).bucket == "new")
        #expect(throws: ExternalStorageError.self) {
            try S3Claim(Self.complete, readableBuckets: ["new"], movedBuckets: ["b": "new"])
        }
    }

    @Test("What is written is bucket, key, hash_algorithm, hash_value")
    func written() throws {
        #expect(try S3Claim(Self.complete).claim == Self.complete)
    }

    @Test("A missing or empty entry is named", arguments: ["bucket", "key", "hash_algorithm", "hash_value"])
    func missing(_ name: String) {
        for value in [nil, ""] as [String?] {
            var claim = Self.complete
            claim[name] = value
            let error = #expect(throws: ExternalStorageError.self) { try S3Claim(claim) }
            #expect(error?.code == .invalidClaim)
            #expect(error?.message == "claim missing field \"\(name)\"")
        }
    }

    @Test("An unknown algorithm, a digest that is none, and spellings that differ are refused")
    func refused() {
        var algorithm = Self.complete
        algorithm["hash_algorithm"] = "md5"
        #expect(
            #expect(throws: ExternalStorageError.self) { try S3Claim(algorithm) }?.message
                .contains("unsupported hash algorithm \"md5\"") == true
        )
        var value = Self.complete
        value["hash_value"] = "0a"
        #expect(#expect(throws: ExternalStorageError.self) { try S3Claim(value) }?.code == .invalidClaim)
        var both = Self.complete
        both["hashValue"] = String(repeating: "0b", count: 32)
        #expect(
            #expect(throws: ExternalStorageError.self) { try S3Claim(both) }?.message
                == "claim fields \"hash_value\" and \"hashValue\" differ"
        )
        both["hashValue"] = Self.digest
        #expect(throws: Never.self) { try S3Claim(both) }
    }

    @Test("A claim may name only the buckets that are to be read from, if they are listed")
    func buckets() {
        #expect(throws: Never.self) { try S3Claim(Self.complete, readableBuckets: ["b"]) }
        let error = #expect(throws: ExternalStorageError.self) { try S3Claim(Self.complete, readableBuckets: ["a"]) }
        #expect(error?.code == .invalidClaim)
        #expect(error?.message.contains("[bucket=b, key=k]") == true, "\(error?.message ?? "")")
    }

    @Test("A bucket is its bytes: one that only looks like a readable one is not, and has not moved with it")
    func bytes() throws {
        var entries = Self.complete.entries
        entries["bucket"] = "\u{212A}afka"
        let lookalike = StorageDriverClaim(entries)
        #expect("\u{212A}afka" == "Kafka")
        let error = #expect(throws: ExternalStorageError.self) { try S3Claim(lookalike, readableBuckets: ["Kafka"]) }
        #expect(error?.code == .invalidClaim)
        #expect(try S3Claim(lookalike, movedBuckets: ["Kafka": "new"]).bucket.utf8.elementsEqual("\u{212A}afka".utf8))
        entries["bucket"] = "Kafka"
        let claim = try S3Claim(StorageDriverClaim(entries), readableBuckets: ["Kafka"], movedBuckets: ["Kafka": "new"])
        #expect(claim.bucket == "new")
    }
}
