//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import ExternalStorageCore
internal import Foundation
internal import NIOCore

/// What tests and the scripts of `Tests/Interop` tell each other of payloads in a bucket that they share.
package enum SharedBucket {
    /// Whose a payload is.
    package struct Target: Codable, Sendable {
        package var kind: String
        package var namespace: String?
        package var id: String?
        package var runID: String?
        package var type: String?

        private enum CodingKeys: String, CodingKey {
            case kind, namespace, id, type
            case runID = "run_id"
        }

        package init(kind: String, namespace: String, id: String?, runID: String?, type: String?) {
            self.kind = kind
            self.namespace = namespace
            self.id = id
            self.runID = runID
            self.type = type
        }

        package var target: StorageDriverTarget {
            let (namespace, id) = (self.namespace ?? "", self.id ?? "")
            return self.kind == "workflow"
                ? .workflow(namespace: namespace, id: id, runID: self.runID, type: self.type)
                : .activity(namespace: namespace, id: id, runID: self.runID, type: self.type)
        }
    }

    /// A payload, as hexadecimal digits.
    package struct Item: Codable, Sendable {
        package var payload: String
        package var target: Target?

        package init(payload: String, target: Target?) {
            self.payload = payload
            self.target = target
        }
    }

    /// What a script is asked.
    package struct Request: Encodable, Sendable {
        package var verb: String
        package var bucket: String?
        package var items: [Item]?
        package var claims: [[String: String]]?

        package init(verb: String, bucket: String?, items: [Item]? = nil, claims: [[String: String]]? = nil) {
            self.verb = verb
            self.bucket = bucket
            self.items = items
            self.claims = claims
        }
    }

    /// What it says to `store`.
    package struct Stored: Decodable, Sendable {
        package var claims: [[String: String]]
        package var uploads: Int
    }

    /// What it says to `retrieve`.
    package struct Retrieved: Decodable, Sendable {
        package var payloads: [String]
    }
}

extension SharedBucket {
    /// A payload of 300 kB for each target, which nobody has stored before.
    package static func items(_ targets: [Target?]) -> [Item] {
        let salt = UInt64.random(in: .min ... .max)
        return targets.enumerated().map { index, target in
            let payload = Payload(
                metadata: ["encoding": Array("json/plain".utf8)],
                data: ByteBuffer(string: "\"\(salt) \(index)\"" + String(repeating: " ", count: 300_000))
            )
            return Item(payload: Self.digits(payload), target: target)
        }
    }

    /// The bytes of a payload, as scripts have them.
    package static func digits(_ payload: Payload) -> String {
        payload.serializedBytes.hexDump(format: .compact)
    }

    /// Stores payloads, each by itself.
    ///
    /// - Returns: What the claims say.
    package static func store(_ items: [Item], in driver: some StorageDriver) async throws -> [[String: String]] {
        var claims: [[String: String]] = []
        for item in items {
            let payload = try Payload(serializedBytes: ByteBuffer(plainHexEncodedBytes: item.payload))
            let context = StorageDriverStoreContext(
                target: item.target?.target,
                namespace: "default",
                limiter: StorageLimiter(permits: 8)
            )
            claims += try await driver.store([payload], context: context).map(\.entries)
        }
        return claims
    }
}

/// The vectors of `Tests/Vectors/storage-keys`: under which name the official Python driver 1.35.0 stores what.
package struct StorageKeyVectors: Decodable {
    package struct Case: Decodable {
        package var name: String
        package var target: SharedBucket.Target?
        package var s3Key: String
        package var googleName: String
        package var payloadDigits: String?

        private enum CodingKeys: String, CodingKey {
            case name, target
            case s3Key = "s3_key"
            case googleName = "gcs_object_name"
            case payloadDigits = "payload_hex"
        }
    }

    private var defaultPayload: String
    package var cases: [Case]

    private enum CodingKeys: String, CodingKey {
        case cases
        case defaultPayload = "default_payload_hex"
    }

    package static func read() throws -> Self {
        try Vectors.decode("storage-keys/python-1.35.0.json", keys: .useDefaultKeys)
    }

    /// The payload of a case.
    package func payload(of vector: Case) throws -> Payload {
        try Payload(serializedBytes: ByteBuffer(plainHexEncodedBytes: vector.payloadDigits ?? self.defaultPayload))
    }
}
