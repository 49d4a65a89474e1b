//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import JWTKit

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// A key set that was read; keys of kinds that are not known, symmetric ones above all, are left out.
///
/// Providers publish several keys under one `kid` (one RSA key for RS256, PS256 and RS512; an RSA and an EC key), and keys
/// without any. So a token does not name a key: it names some, of which one has to have signed it.
struct JWTKeySet: Sendable {
    /// The keys that may have signed a token.
    struct Candidates: Sendable {
        /// At most ``limit``.
        var keys: [any JWTAlgorithm]
        /// Whether the token names them; else they only fit.
        var areNamed: Bool
    }

    private struct Document: Decodable {
        /// Entries of any form, since others than ours may be there.
        var keys: [JSONTree]
    }

    fileprivate struct Entry: Sendable {
        var identifier: String?
        /// The only algorithm that the key is for, if it says so.
        var algorithm: String?
        var type: String
        var curve: String?
        var key: JWK
    }

    /// More keys than that are not tried for one token.
    private static let limit = 8

    private var entries: [Entry] = []

    init(json: Data) throws {
        for entry in try JSONDecoder().decode(Document.self, from: json).keys {
            guard let entry = Entry(entry) else { continue }
            self.entries.append(entry)
        }
    }

    /// The keys that may have signed a token, by `kid`, `alg`, `kty`, `crv` and `use`.
    ///
    /// If none has the token's `kid`, or it has none, those without `kid`, or all that fit.
    func candidates(_ identifier: String?, algorithm: String) async -> Candidates {
        let fitting = self.entries.filter { $0.fits(algorithm) }
        var entries = fitting
        var areNamed = false
        if let identifier {
            let named = fitting.filter { $0.identifier.map { isSame($0, identifier) } ?? false }
            areNamed = !named.isEmpty
            entries = areNamed ? named : fitting.filter { $0.identifier == nil }
        }
        var keys: [any JWTAlgorithm] = []
        for entry in entries.prefix(Self.limit) {
            if let key = await entry.verifier(for: algorithm) { keys.append(key) }
        }
        return Candidates(keys: keys, areNamed: areNamed)
    }
}

extension JWTKeySet.Entry {
    /// Nil for what verifies no signatures, or is of a kind that is not known.
    fileprivate init?(_ entry: JSONTree) {
        guard let type = entry["kty"]?.string, ["RSA", "EC", "OKP"].contains(type),
            isSame(entry["use"]?.string ?? "sig", "sig"),
            entry["key_ops"].map({ $0.texts.contains("verify") }) ?? true
        else { return nil }
        self.type = type
        self.identifier = entry["kid"]?.string
        self.algorithm = entry["alg"]?.string
        self.curve = entry["crv"]?.string
        switch type {
        case "RSA":
            guard let modulus = entry["n"]?.string, let exponent = entry["e"]?.string else { return nil }
            self.key = .rsa(.rs256, identifier: "key", modulus: modulus, exponent: exponent)
        case "EC":
            guard let x = entry["x"]?.string, let y = entry["y"]?.string,
                let curve = self.curve.flatMap({ ECDSACurve(rawValue: $0) })
            else { return nil }
            self.key = .ecdsa(nil, identifier: "key", x: x, y: y, curve: curve)
        default:
            guard let x = entry["x"]?.string, let curve = self.curve.flatMap({ EdDSACurve(rawValue: $0) }) else {
                return nil
            }
            self.key = .octetKeyPair(.eddsa, identifier: "key", x: x, y: nil, curve: curve)
        }
    }

    /// Whether the key is of the kind that an algorithm needs, and for no other one.
    fileprivate func fits(_ algorithm: String) -> Bool {
        let needed: (type: String, curve: String?)
        switch algorithm {
        case "RS256", "RS384", "RS512", "PS256", "PS384", "PS512": needed = ("RSA", nil)
        case "ES256": needed = ("EC", "P-256")
        case "ES384": needed = ("EC", "P-384")
        case "ES512": needed = ("EC", "P-521")
        // The second is the name that RFC 9864 gives the first with this curve.
        case "EdDSA", "Ed25519": needed = ("OKP", "Ed25519")
        default: return false
        }
        guard self.type == needed.type, needed.curve == nil || self.curve == needed.curve else { return false }
        let names = ["EdDSA", "Ed25519"]
        guard let own = self.algorithm else { return true }
        return own == algorithm || (names.contains(own) && names.contains(algorithm))
    }

    /// What verifies signatures of an algorithm; nil if the numbers are no key.
    fileprivate func verifier(for algorithm: String) async -> (any JWTAlgorithm)? {
        let name = algorithm == "Ed25519" ? "EdDSA" : algorithm
        var key = self.key
        key.algorithm = JWK.Algorithm(rawValue: name)
        let collection = JWTKeyCollection()
        do {
            try await collection.add(jwk: key)
            return try await collection.getKey(for: key.keyIdentifier, alg: name)
        } catch {
            return nil
        }
    }
}
