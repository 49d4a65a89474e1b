//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import FoundationEssentials
import NIOCore
import Testing

/// The test vectors under `Tests/Vectors/storage-keys`; `SOURCE.txt` there says where they come from.
enum Vectors {
    struct Keys: Decodable {
        struct Digest: Decodable, Sendable {
            var name: String
            var serializedHex: String
            var size: Int
            var sha256: String
        }

        struct Target: Decodable, Sendable {
            var kind: String
            var namespace: String?
            var id: String?
            var runId: String?
            var type: String?
        }

        struct Case: Decodable, Sendable, CustomTestStringConvertible {
            var name: String
            var target: Target?
            var s3Key: String
            var gcsObjectName: String
            var payloadHex: String?

            var testDescription: String { self.name }
        }

        var defaultPayloadHex: String
        var payloadDigests: [Digest]
        var cases: [Case]
    }

    struct References: Decodable {
        struct Reference: Decodable, Sendable {
            var payloadHex: String
            var dataUtf8: String?
            var externalPayloads: [Int64]
        }

        struct StoredObject: Decodable, Sendable {
            var key: String
            var bodyHex: String
        }

        struct Case: Decodable, Sendable, CustomTestStringConvertible {
            var name: String
            var reference: Reference
            var storedObjects: [StoredObject]

            var testDescription: String { self.name }
        }

        var cases: [Case]
    }

    static let keys: Keys = Self.load("python-1.35.0")
    static let references: References = Self.load("references-python-1.35.0")

    private static func load<Value: Decodable>(_ name: String) -> Value {
        let tests = #filePath.split(separator: "/").dropLast(3)
        let path = "/" + tests.joined(separator: "/") + "/Vectors/storage-keys/\(name).json"
        do {
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            return try decoder.decode(Value.self, from: Data(contentsOf: URL(filePath: path)))
        } catch {
            fatalError("the test vectors \(path) cannot be read: \(error)")
        }
    }
}

extension ByteBuffer {
    init(hexadecimal text: String) {
        var bytes: [UInt8] = []
        var digits = text[...]
        while digits.count >= 2 {
            bytes.append(UInt8(digits.prefix(2), radix: 16) ?? 0)
            digits = digits.dropFirst(2)
        }
        self.init(bytes: bytes)
    }
}
