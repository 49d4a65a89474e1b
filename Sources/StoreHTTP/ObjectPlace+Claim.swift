//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import ExternalStorageCore

extension ObjectPlace {
    /// Reads a claim; nothing in it is believed before.
    ///
    /// - Parameters:
    ///   - claim: The claim.
    ///   - bucket: The spellings of the entry that names the bucket; texts use the first.
    ///   - name: The spellings of the entry that names the object; texts use the first.
    ///   - readableBuckets: The only buckets it may name; nil for any.
    /// - Throws: `invalidClaim`, naming the entry.
    package init(
        _ claim: StorageDriverClaim,
        bucket: [String],
        name: [String],
        readableBuckets: Set<String>?
    ) throws(ExternalStorageError) {
        let words = (bucket: bucket[0], name: name[0])
        let bucket = try Self.entry(bucket, of: claim)
        let name = try Self.entry(name, of: claim)
        func refuse(_ message: String) -> ExternalStorageError {
            let place = "[\(words.bucket)=\(bucket), \(words.name)=\(name)]"
            return ExternalStorageError(code: .invalidClaim, message: "\(message) \(place)")
        }
        let algorithm = try Self.entry(["hash_algorithm", "hashAlgorithm"], of: claim)
        guard algorithm == "sha256" else { throw refuse("unsupported hash algorithm \"\(algorithm)\"") }
        guard let digest = PayloadDigest(hexadecimal: try Self.entry(["hash_value", "hashValue"], of: claim)) else {
            throw refuse("claim field \"hash_value\" is not 64 hexadecimal digits")
        }
        if let readableBuckets, !readableBuckets.contains(where: { $0.utf8.elementsEqual(bucket.utf8) }) {
            throw refuse("the claim names a \(words.bucket) that is not to be read from")
        }
        self.init(bucket: bucket, name: name, digest: digest)
    }

    /// The value of an entry that has several spellings; if more than one is there they have to agree.
    private static func entry(
        _ spellings: [String],
        of claim: StorageDriverClaim
    ) throws(ExternalStorageError) -> String {
        let values = spellings.compactMap { claim[$0] }
        guard let value = values.first, !value.isEmpty else {
            throw ExternalStorageError(code: .invalidClaim, message: "claim missing field \"\(spellings[0])\"")
        }
        guard values.allSatisfy({ $0.utf8.elementsEqual(value.utf8) }) else {
            throw ExternalStorageError(
                code: .invalidClaim,
                message: "claim fields \(spellings.map { "\"\($0)\"" }.joined(separator: " and ")) differ"
            )
        }
        return value
    }
}
