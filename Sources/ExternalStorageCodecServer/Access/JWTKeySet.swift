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
struct JWTKeySet: Sendable {
    private struct Document: Decodable {
        struct Entry: Decodable {
            var key: JWK?
            var use: String?

            private enum CodingKeys: String, CodingKey {
                case use
            }

            init(from decoder: any Decoder) throws {
                self.key = try? JWK(from: decoder)
                self.use = try? decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .use)
            }
        }

        var keys: [Entry]
    }

    private var keys: [String: JWK] = [:]

    init(json: Data) throws {
        for entry in try JSONDecoder().decode(Document.self, from: json).keys {
            guard let key = entry.key, let identifier = key.keyIdentifier?.string, entry.use ?? "sig" == "sig" else {
                continue
            }
            self.keys[identifier] = key
        }
    }

    /// The key that a token names, for the algorithm that it names; nil if there is none.
    ///
    /// A token without `kid` may be signed with the only key there is. A key that is made for another algorithm, or that
    /// is of another kind than the algorithm needs, is none.
    func key(_ identifier: String?, algorithm: String) async throws -> (any JWTAlgorithm)? {
        let known: JWK?
        if let identifier {
            known = self.keys[identifier]
        } else {
            known = self.keys.count == 1 ? self.keys.values.first : nil
        }
        guard var key = known, let wanted = JWK.Algorithm(rawValue: algorithm),
            key.algorithm == nil || key.algorithm == wanted
        else { return nil }
        key.algorithm = wanted
        key.privateExponent = nil
        let collection = JWTKeyCollection()
        do {
            try await collection.add(jwk: key)
            return try await collection.getKey(for: key.keyIdentifier, alg: algorithm)
        } catch {
            // An RSA key for an EC algorithm, or numbers that are no key.
            return nil
        }
    }
}
