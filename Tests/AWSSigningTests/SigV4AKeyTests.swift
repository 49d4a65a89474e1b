//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Testing

@testable import AWSSigning

@Suite("Signature version 4A: key derivation")
struct SigV4AKeyTests {
    struct File: Decodable {
        struct Key: Decodable, Sendable {
            var accessKeyId: String
            var secretAccessKey: String
            var fixedInputHex: String
            var counter: UInt8
            var privateKeyHex: String
            var publicX: String
            var publicY: String
        }
        struct Bound: Decodable, Sendable {
            var candidateHex: String
            var accept: Bool
            var privateKeyHex: String?
        }
        var keys: [Key]
        var bound: [Bound]
    }

    static func file() throws -> File { try Vectors.decode("aws-sigv4-s3/sigv4a-key-derivation.json") }

    @Test("Key pairs equal those of AWS's implementation")
    func keys() throws {
        let keys = try Self.file().keys
        #expect(keys.count == 6)
        for key in keys {
            #expect(
                Hex.encode(SigV4A.Key.fixedInput(accessKeyID: key.accessKeyId, counter: key.counter))
                    == key.fixedInputHex
            )
            let pair = try SigV4A.Key(accessKeyID: key.accessKeyId, secretAccessKey: key.secretAccessKey)
            #expect(Hex.encode(pair.publicKey.rawRepresentation) == key.publicX + key.publicY)
        }
    }

    @Test("A candidate counts up to N - 2 and gives candidate + 1")
    func bounds() throws {
        let bounds = try Self.file().bound
        #expect(bounds.count == 7)
        for bound in bounds {
            let scalar = try SigV4A.Key.privateScalar(candidate: #require(Hex.decode(bound.candidateHex)))
            #expect(scalar.map { Hex.encode($0) } == bound.privateKeyHex)
            #expect((scalar != nil) == bound.accept)
        }
    }

    @Test("One flipped bit in signature or text is rejected; every bit is tried")
    func flippedBits() throws {
        let key = try SigV4A.Key(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret")
        let text = "AWS4-ECDSA-P256-SHA256\n20261124T123456Z\n20261124/s3/aws4_request\nabc"
        let signature = try key.signature(for: text)
        #expect(key.publicKey.isValid(signature, for: text))
        let bytes = try #require(Hex.decode(signature))
        for bit in 0..<(8 * bytes.count) {
            var flipped = bytes
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(!key.publicKey.isValid(Hex.encode(flipped), for: text), "bit \(bit) of the signature")
        }
        for bit in 0..<(8 * text.utf8.count) {
            var flipped = Array(text.utf8)
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            guard let changed = String(validating: flipped, as: UTF8.self) else { continue }
            #expect(!key.publicKey.isValid(signature, for: changed), "bit \(bit) of the text")
        }
        #expect(!key.publicKey.isValid("", for: text))
        #expect(!key.publicKey.isValid("zz", for: text))
        let other = try SigV4A.Key(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "Secret").publicKey
        #expect(!other.isValid(signature, for: text))
    }

    @Test("A flipped bit in a SigV4 signature is rejected")
    func flippedHMAC() throws {
        let key = SigV4.Key(secretAccessKey: "secret", date: "20261124", region: "eu-central-1", service: "s3")
        let signature = key.signature(for: "text")
        #expect(key.isValid(signature, for: "text"))
        var bytes = try #require(Hex.decode(signature))
        bytes[31] ^= 1
        #expect(!key.isValid(Hex.encode(bytes), for: "text"))
        #expect(!key.isValid(signature, for: "tex"))
        #expect(!key.isValid("no hex", for: "text"))
    }
}
