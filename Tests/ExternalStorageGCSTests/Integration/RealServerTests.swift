//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSSigning
import CryptoExtras
import ExternalStorageCore
import ExternalStorageTesting
import FakeStores
import Foundation
import Groundwork
import NIOCore
import StoreHTTP
import Synchronization
import Testing

@testable import ExternalStorageGCS

@Suite(
    "Google Cloud Storage's API as fake-gcs-server has it, and the official Python driver on the same bucket",
    .enabled(if: RealServer.endpoint != nil, RealServer.skipped),
    .timeLimit(.minutes(3))
)
struct RealServerTests {
    static func driver() throws -> GCSStorageDriver { try GCSStorageDriver(bucket: RealServer.bucket) }

    /// A bucket that holds nothing: what a check stores must not be there from a run before.
    static func emptyBucket() async throws -> GCSStorageDriver {
        try await GCSStorageDriver(bucket: RealServer.newBucket())
    }

    @Test("Keeps the contract of all drivers", arguments: StorageDriverConformance.checks)
    func contract(_ check: StorageDriverConformance.Check) async throws {
        try await check.run(on: Self.emptyBucket())
    }

    @Test("Keeps the contract of drivers that stream", arguments: StorageDriverConformance.streamingChecks)
    func streaming(_ check: StorageDriverConformance.StreamingCheck) async throws {
        try await check.run(on: Self.emptyBucket())
    }

    // fake-gcs-server deletes and patches without looking at the condition; those checks run on our double alone.
    @Test(
        "ES-G1 ES-G2 Keeps what the commands rely on",
        arguments: StorageDriverConformance.maintenanceChecks.filter { check in
            !["What was seen is deleted", "What was written since it was seen"].contains { check.name.hasPrefix($0) }
        }
    )
    func maintenance(_ check: StorageDriverConformance.MaintenanceCheck) async throws {
        try await check.run(on: Self.emptyBucket())
    }

    @Test("ES-D4 24 writers of one payload at a time all succeed")
    func race() async throws {
        let driver = try Self.driver()
        let payload = GCSHarness.payload(UUID().uuidString, sizeInBytes: 300_000)
        let claims = try await withThrowingTaskGroup(of: StorageDriverClaim.self) { group in
            for _ in 0..<24 { group.addTask { try await driver.store([payload], context: GCSHarness.store())[0] } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(claims.count == 1)
        #expect(try await driver.retrieve(Array(claims), context: GCSHarness.retrieve) == [payload])
    }

    @Test("A bucket that is not there is a mistake of the configuration; an object that is not there is missing")
    func missing() async throws {
        let driver = try GCSStorageDriver(bucket: "nowhere")
        let error = await #expect(throws: ExternalStorageError.self) {
            try await driver.store([GCSHarness.payload()], context: GCSHarness.store())
        }
        #expect(error?.code == .misconfigured)
        let digest = PayloadDigest(hashing: ByteBuffer(string: UUID().uuidString))
        let claim = ObjectPlace(bucket: RealServer.bucket, name: "v0/none", digest: digest).gcsClaim
        let other = await #expect(throws: ExternalStorageError.self) {
            try await Self.driver().retrieve([claim], context: GCSHarness.retrieve)
        }
        #expect(other?.code == .notFound)
    }
}

@Suite(
    "One bucket shared with the official Python driver",
    .enabled(if: RealServer.endpoint != nil && OfficialClients.python != nil, RealServer.skipped),
    .timeLimit(.minutes(3))
)
struct PythonInteropTests {
    private static func items() -> [SharedBucket.Item] {
        SharedBucket.items([
            .init(kind: "workflow", namespace: "default", id: "order/é 1+2~(x)", runID: nil, type: "Echo"),
            .init(kind: "workflow", namespace: "n%s", id: "null", runID: "01a20c43-9422", type: nil),
            .init(kind: "activity", namespace: "default", id: "..", runID: "r", type: "A.b_c[1]"),
            .init(kind: "workflow", namespace: "long", id: String(repeating: "%", count: 400), runID: nil, type: "T"),
            nil,
        ])
    }

    private static func python<Answer: Decodable & Sendable>(_ request: SharedBucket.Request) async throws -> Answer {
        try await RealServer.python("gcs_driver.py", request)
    }

    /// Ours without the entry that Python does not write.
    private static func common(_ claims: [[String: String]]) -> [[String: String]] {
        claims.map { claim in claim.filter { $0.key != "key" } }
    }

    @Test("ES-D1 ES-D2 Stored by Python, read here: same names, same claims")
    func fromPython() async throws {
        let items = Self.items()
        let stored: SharedBucket.Stored = try await Self.python(
            .init(verb: "store", bucket: RealServer.bucket, items: items)
        )
        #expect(stored.uploads == items.count)
        let driver = try RealServerTests.driver()
        let claims = stored.claims.map { StorageDriverClaim($0) }
        let payloads = try await driver.retrieve(claims, context: GCSHarness.retrieve)
        #expect(payloads.map(SharedBucket.digits) == items.map(\.payload))
        #expect(try await Self.common(SharedBucket.store(items, in: driver)) == stored.claims)
    }

    @Test("ES-D1 ES-D2 Stored here, read by Python, which finds everything there and uploads nothing")
    func toPython() async throws {
        let items = Self.items()
        let claims = try await SharedBucket.store(items, in: RealServerTests.driver())
        let retrieved: SharedBucket.Retrieved = try await Self.python(
            .init(verb: "retrieve", bucket: nil, claims: claims)
        )
        #expect(retrieved.payloads == items.map(\.payload))
        let stored: SharedBucket.Stored = try await Self.python(
            .init(verb: "store", bucket: RealServer.bucket, items: items)
        )
        #expect(stored.claims == Self.common(claims))
        #expect(stored.uploads == 0)
    }
}

@Suite("Signatures as google-auth makes them", .enabled(if: OfficialClients.python != nil), .timeLimit(.minutes(3)))
struct GoogleAuthTests {
    @Test("google-auth verifies an assertion of ours, and signs the same text with the same bytes")
    func assertion() async throws {
        struct Verify: Encodable {
            var verb = "verify"
            var jwt: String
            var key: String
        }
        struct Verified: Decodable {
            struct Claims: Decodable {
                var iss: String
                var exp: Int
            }
            var claims: Claims
        }
        struct Sign: Encodable {
            var verb = "sign"
            var key: String
            var text: String
        }
        struct Signed: Decodable {
            var signature: String
        }
        let assertion = JWTAssertion(
            issuer: FakeGoogle.email,
            scope: GoogleGrant.storageScope,
            audience: "https://oauth2.googleapis.com/token",
            issuedAt: GCSHarness.now
        )
        let key = FakeGoogle.key
        let jwt = try assertion.signed(withKey: key.pkcs8PEMRepresentation, keyID: "key-1")
        let verified: Verified = try await RealServer.python(
            "google_auth.py",
            Verify(jwt: jwt, key: key.publicKey.pemRepresentation)
        )
        #expect(verified.claims.iss == FakeGoogle.email)
        #expect(verified.claims.exp == Int(GCSHarness.now) + 3600)
        let parts = jwt.split(separator: ".")
        let signed: Signed = try await RealServer.python(
            "google_auth.py",
            Sign(key: key.pkcs8PEMRepresentation, text: parts.dropLast().joined(separator: "."))
        )
        let bytes = try #require(Hex.decode(signed.signature))
        #expect(Base64.encodeForURL(bytes) == parts[2])
    }

    @Test("The signed request of an AWS identity is the one that google-auth makes", arguments: [nil, "token/+="])
    func aws(_ token: String?) async throws {
        struct Request: Encodable {
            var verb = "aws"
            var region = "eu-central-1"
            var url = "https://sts.eu-central-1.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15"
            var audience = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/a"
            var keyID = "AKIDEXAMPLE"
            var secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
            var token: String?
            var time = "2026-11-29T10:00:00Z"

            enum CodingKeys: String, CodingKey {
                case verb, region, url, audience, secret, token, time
                case keyID = "key_id"
            }
        }
        struct Answer: Decodable {
            var authorization: String
        }
        let request = Request(token: token)
        let answer: Answer = try await RealServer.python("google_auth.py", request)
        let ours = try AWSSubjectToken.token(
            verificationURL: request.url,
            region: request.region,
            credentials: AWSCredentials(
                accessKeyID: request.keyID,
                secretAccessKey: request.secret,
                sessionToken: token
            ),
            audience: request.audience,
            time: #require(SigningTime(rfc3339: request.time))
        )
        #expect(ours.removingPercentEncoding?.contains(answer.authorization) == true, "\(answer.authorization)")
    }
}
