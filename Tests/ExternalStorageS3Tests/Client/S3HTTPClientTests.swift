//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSSigning
import ExternalStorageCore
import FakeS3
import NIOCore
import Testing

@testable import ExternalStorageS3

@Suite("The client against a server that verifies every signature", .timeLimit(.minutes(1)))
struct S3HTTPClientTests {
    @Test("Put, get, head: bytes, size and age come back, one connection carries all")
    func roundTrip() async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            #expect(try await harness.put("v0/a b", "hello") == .written)
            let result = try await harness.get("v0/a b")
            #expect(String(buffer: result.body) == "hello")
            #expect(result.info.sizeInBytes == 5)
            let info = try #require(try await harness.client.head(bucket: "payloads", key: "v0/a b"))
            #expect(info.sizeInBytes == 5)
            #expect(info.lastModified == 1_795_523_696)
            #expect(try await harness.client.head(bucket: "payloads", key: "nothing") == nil)
            #expect(harness.server.requests.allSatisfy { $0.refusal == nil })
            #expect(harness.server.acceptedConnections == 1)
        }
    }

    @Test(
        "ES-D1 Any key arrives as it is, byte for byte, and its signature is right",
        arguments: [
            "v0/ns/x/wt/../wi/../ri/..", ".", "..", "a//b", "/lead", "trail/", "é/日本語/🚀", "cafe\u{301}", "%2F%25%zz",
            "!'()*~", "+=&?#", "\"<>[]{}|\\^`", "\u{01}\u{7f}", "@:;,$",
        ]
    )
    func keys(_ key: String) async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            #expect(try await harness.put(key, "x") == .written)
            #expect(try await String(buffer: harness.get(key).body) == "x")
            let expected = "/payloads/" + URIEncoding.encodePath(key)
            for request in harness.server.requests {
                #expect(request.target == expected)
                #expect(request.refusal == nil)
            }
        }
    }

    @Test("One digest, three uses: signed payload hash, checksum, and no second pass over the body")
    func digest() async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            _ = try await harness.put("k", "hello", onlyIfAbsent: true)
            let request = try #require(harness.server.requests.first)
            let digest = PayloadDigest(hashing: ByteBuffer(string: "hello"))
            #expect(request.header("x-amz-content-sha256") == digest.hexadecimal)
            #expect(request.header("x-amz-checksum-sha256") == digest.base64)
            #expect(request.header("if-none-match") == "*")
            #expect(request.header("content-length") == "5")
            #expect(request.header("transfer-encoding") == nil)
        }
    }

    @Test("Encryption, class, tags, owner and payer go out as signed headers")
    func options() async throws {
        var settings = S3HTTPClient.Configuration(region: "eu-central-1")
        settings.encryption = .kms(keyID: "alias/k", usesBucketKey: true)
        settings.storageClass = .intelligentTiering
        settings.tags = [S3Tag("team", "a&b"), S3Tag("x", "ä")]
        settings.expectedBucketOwner = "123456789012"
        settings.payerIsRequester = true
        try await Harness.run(settings: settings) { (harness: Harness) async throws -> Void in
            _ = try await harness.put("k", "x")
            let request = try #require(harness.server.requests.first)
            #expect(request.refusal == nil)
            #expect(request.header("x-amz-server-side-encryption") == "aws:kms")
            #expect(request.header("x-amz-server-side-encryption-aws-kms-key-id") == "alias/k")
            #expect(request.header("x-amz-server-side-encryption-bucket-key-enabled") == "true")
            #expect(request.header("x-amz-storage-class") == "INTELLIGENT_TIERING")
            #expect(request.header("x-amz-tagging") == "team=a%26b&x=%C3%A4")
            #expect(request.header("x-amz-expected-bucket-owner") == "123456789012")
            #expect(request.header("x-amz-request-payer") == "requester")
            _ = try await harness.get("k")
            let get = try #require(harness.server.requests.last)
            #expect(get.header("x-amz-expected-bucket-owner") == "123456789012")
            #expect(get.header("x-amz-server-side-encryption") == nil)
        }
        #expect(S3Encryption.s3Managed.headers.map(\.1) == ["AES256"])
        #expect(S3Encryption.dualLayerKMS(keyID: nil).headers.map(\.1) == ["aws:kms:dsse"])
    }

    @Test("Ranges: the part, the size of the whole; an empty object has no ranges and is read all the same")
    func ranges() async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            harness.server.put("/payloads/k", ByteBuffer(string: "0123456789"))
            harness.server.put("/payloads/empty", ByteBuffer())
            let part = try await harness.get("k", range: 2..<5)
            #expect(String(buffer: part.body) == "234")
            #expect(part.info.sizeInBytes == 10)
            #expect(try await String(buffer: harness.get("k", range: 8..<100).body) == "89")
            #expect(try await harness.get("k", range: 20..<30).body.readableBytes == 0)
            #expect(try await harness.get("empty", range: 0..<100).body.readableBytes == 0)
        }
    }

    @Test("An object larger than allowed is refused before it is read")
    func tooLarge() async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            harness.server.put("/payloads/k", ByteBuffer(repeating: 1, count: 5000))
            let failure = await #expect(throws: S3Failure.self) { try await harness.get("k", maximum: 4999) }
            #expect(failure?.kind == .tooLarge)
            #expect(try await harness.get("k", maximum: 5000).body.readableBytes == 5000)
        }
    }

    @Test("Session tokens are sent and signed")
    func sessionToken() async throws {
        var account = Harness.account
        account.sessionToken = "TOKEN//abc=="
        var configuration = FakeS3.Configuration()
        configuration.accounts = [account]
        try await Harness.run(server: configuration, credentials: StaticAWSCredentialsProvider(account)) {
            (harness: Harness) async throws -> Void in
            #expect(try await harness.put("k", "x") == .written)
        }
    }

    @Test("A wrong secret is refused by the server, once, with words that help")
    func wrongSecret() async throws {
        var account = Harness.account
        account.secretAccessKey = "wrong"
        try await Harness.run(credentials: StaticAWSCredentialsProvider(account)) {
            (harness: Harness) async throws -> Void in
            let failure = await #expect(throws: S3Failure.self) { try await harness.put("k", "x") }
            #expect(failure?.kind == .forbidden)
            #expect(failure?.code == "SignatureDoesNotMatch")
            #expect(failure?.attempts == 1)
            #expect(failure?.advice?.contains("secret key") == true)
            #expect(failure.map { "\($0)".contains("wrong") } == false)
            #expect(harness.server.requests.count == 1)
        }
    }

    @Test("Multipart: parts, completion, abort; a body with an error in a success counts as failure")
    func multipart() async throws {
        try await Harness.run { (harness: Harness) async throws -> Void in
            let client = harness.client
            let id = try await client.createUpload(bucket: "payloads", key: "k")
            var parts: [S3UploadedPart] = []
            for (number, text) in [(1, "one"), (2, "two")] {
                let body = ByteBuffer(string: text)
                parts.append(
                    try await client.uploadPart(
                        number: number,
                        body: body,
                        digest: PayloadDigest(hashing: body),
                        uploadID: id,
                        bucket: "payloads",
                        key: "k"
                    )
                )
            }
            harness.server.enqueue(.errorInSuccess(code: "InternalError"), for: "POST")
            let outcome = try await client.completeUpload(
                uploadID: id,
                parts: parts,
                bucket: "payloads",
                key: "k",
                onlyIfAbsent: true
            )
            #expect(outcome == .written)
            #expect(harness.server.object("/payloads/k").map { String(buffer: $0) } == "onetwo")
            let second = try await client.createUpload(bucket: "payloads", key: "k")
            let again = try await client.completeUpload(
                uploadID: second,
                parts: [],
                bucket: "payloads",
                key: "k",
                onlyIfAbsent: true
            )
            #expect(again == .alreadyPresent)
            try await client.abortUpload(uploadID: second, bucket: "payloads", key: "k")
            try await client.abortUpload(uploadID: second, bucket: "payloads", key: "k")
            #expect(harness.server.openUploads == 0)
            #expect(harness.server.requests.allSatisfy { $0.refusal == nil })
        }
    }
}
