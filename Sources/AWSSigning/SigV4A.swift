//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import Crypto

/// Signature version 4A: ECDSA on P-256 with a key pair derived from the secret, good in several regions.
///
/// Signatures are random: two signatures of the same text differ, and both are right. Verify, never compare.
public enum SigV4A {
    /// The key pair of an access key.
    ///
    /// Worth keeping: deriving it costs more than a signature.
    public struct Key: Sendable, CustomStringConvertible, CustomReflectable {
        private let key: P256.Signing.PrivateKey

        /// Derives the key pair from an access key.
        ///
        /// - Parameters:
        ///   - accessKeyID: The public name of the key.
        ///   - secretAccessKey: Its secret.
        /// - Throws: ``SigningError/keyDerivationFailed`` if none of 254 candidates is a private key, which happens
        ///   with a probability of 2^-8128.
        public init(accessKeyID: String, secretAccessKey: String) throws(SigningError) {
            let secret = SymmetricKey(data: Array("AWS4A\(secretAccessKey)".utf8))
            for counter: UInt8 in 1...254 {
                let input = Self.fixedInput(accessKeyID: accessKeyID, counter: counter)
                let candidate = Array(HMAC<SHA256>.authenticationCode(for: input, using: secret))
                guard let scalar = Self.privateScalar(candidate: candidate) else { continue }
                guard let key = try? P256.Signing.PrivateKey(rawRepresentation: scalar) else { continue }
                self.key = key
                return
            }
            throw SigningError.keyDerivationFailed
        }

        /// The public half.
        public var publicKey: PublicKey { PublicKey(self.key.publicKey) }

        /// Signs.
        ///
        /// - Parameter stringToSign: The text of ``SigningScope/stringToSign(_:)``.
        /// - Returns: The signature in DER form, as lower-case hexadecimal text; 140 to 144 characters, mostly.
        /// - Throws: ``SigningError/signingFailed`` if the cryptographic library refuses.
        public func signature(for stringToSign: String) throws(SigningError) -> String {
            do {
                return Hex.encode(try self.key.signature(for: Array(stringToSign.utf8)).derRepresentation)
            } catch {
                throw .signingFailed
            }
        }

        /// Shows nothing of the key.
        public var description: String { "SigV4A.Key" }

        /// Shows nothing of the key.
        public var customMirror: Mirror { Mirror(self, children: []) }

        /// The input of the key derivation function: block index, label, zero, context, counter, length in bits.
        static func fixedInput(accessKeyID: String, counter: UInt8) -> [UInt8] {
            var input: [UInt8] = [0, 0, 0, 1]
            input.append(contentsOf: "AWS4-ECDSA-P256-SHA256".utf8)
            input.append(0)
            input.append(contentsOf: accessKeyID.utf8)
            input.append(counter)
            input.append(contentsOf: [0, 0, 1, 0])
            return input
        }

        /// Turns a candidate into a private key, in constant time: candidate + 1 if it is at most N - 2.
        ///
        /// - Parameter candidate: 32 bytes, most significant first.
        /// - Returns: 32 bytes, or nil if the candidate is too large.
        static func privateScalar(candidate: [UInt8]) -> [UInt8]? {
            precondition(candidate.count == Self.orderMinusOne.count, "an HMAC-SHA256 has 32 bytes")
            var scalar = candidate
            var borrow = 0
            var carry = 1
            for index in candidate.indices.reversed() {
                // The borrow out of candidate - (N - 1) says whether the candidate is at most N - 2.
                let difference = Int(candidate[index]) - Int(Self.orderMinusOne[index]) - borrow
                borrow = (difference >> 8) & 1
                let sum = Int(candidate[index]) + carry
                scalar[index] = UInt8(truncatingIfNeeded: sum)
                carry = sum >> 8
            }
            return borrow == 1 ? scalar : nil
        }

        /// The order of P-256 minus one, most significant byte first.
        private static let orderMinusOne: [UInt8] = [
            0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
            0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x50,
        ]
    }

    /// The public half of a key pair: what a service, or a test double of one, verifies with.
    public struct PublicKey: Sendable, Hashable {
        private let key: P256.Signing.PublicKey

        fileprivate init(_ key: P256.Signing.PublicKey) {
            self.key = key
        }

        /// Makes a public key from its coordinates; nil if they are not a point of the curve.
        ///
        /// - Parameters:
        ///   - x: 32 bytes, most significant first.
        ///   - y: 32 bytes, most significant first.
        public init?(x: [UInt8], y: [UInt8]) {
            guard let key = try? P256.Signing.PublicKey(rawRepresentation: x + y) else { return nil }
            self.key = key
        }

        /// Both coordinates, 64 bytes.
        public var rawRepresentation: [UInt8] { Array(self.key.rawRepresentation) }

        /// Verifies a signature.
        ///
        /// - Parameters:
        ///   - signature: DER form as hexadecimal text.
        ///   - stringToSign: The text that was signed.
        /// - Returns: Whether the private half made the signature.
        public func isValid(_ signature: String, for stringToSign: String) -> Bool {
            guard let bytes = Hex.decode(signature),
                let parsed = try? P256.Signing.ECDSASignature(derRepresentation: bytes)
            else { return false }
            return self.key.isValidSignature(parsed, for: Array(stringToSign.utf8))
        }

        /// Compares coordinates.
        ///
        /// - Parameters:
        ///   - left: One key.
        ///   - right: Another key.
        /// - Returns: Whether they are the same point.
        public static func == (left: Self, right: Self) -> Bool {
            left.rawRepresentation == right.rawRepresentation
        }

        /// Feeds the coordinates.
        ///
        /// - Parameter hasher: The hasher.
        public func hash(into hasher: inout Hasher) {
            hasher.combine(self.rawRepresentation)
        }
    }
}
