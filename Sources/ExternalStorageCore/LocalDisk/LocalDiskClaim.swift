//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// What a claim of the local disk driver says: a key and the digest of what is there.
///
/// Nothing in it is trusted.
struct LocalDiskClaim: Hashable, Sendable {
    let key: String
    let digest: PayloadDigest

    init(key: String, digest: PayloadDigest) {
        self.key = key
        self.digest = digest
    }

    /// The claim as it is written (ES-D2).
    var claim: StorageDriverClaim {
        ["key": self.key, "hash_algorithm": "sha256", "hash_value": self.digest.hexadecimal]
    }

    /// The names on the way from the root to the file.
    var segments: [String] { Self.segments(of: self.key) }

    /// Checks a claim that was read.
    ///
    /// Both spellings of the hash fields are understood.
    ///
    /// - Throws: `invalidClaim`, which names the field that is missing or wrong.
    init(_ claim: StorageDriverClaim) throws(ExternalStorageError) {
        guard let key = claim["key"] else {
            let entries = StorageDriverClaim.containerEntries + StorageDriverClaim.objectEntries
            let foreign = entries.filter { claim[$0] != nil }
            throw Self.invalid(
                "the claim has no \"key\""
                    + (foreign.isEmpty
                        ? "" : "; it has \"\(foreign.joined(separator: "\", \""))\": another driver wrote it")
            )
        }
        guard claim["bucket"] == nil else {
            throw Self.invalid("the claim has a \"bucket\": another driver wrote it, perhaps under the same name")
        }
        guard let algorithm = claim["hash_algorithm"] ?? claim["hashAlgorithm"] else {
            throw Self.invalid("the claim has no \"hash_algorithm\"")
        }
        guard algorithm == "sha256" else {
            throw Self.invalid("the claim's hash_algorithm is \"\(algorithm)\", where only \"sha256\" is known")
        }
        guard let value = claim["hash_value"] ?? claim["hashValue"] else {
            throw Self.invalid("the claim has no \"hash_value\"")
        }
        guard let digest = PayloadDigest(hexadecimal: value) else {
            throw Self.invalid("the claim's hash_value is not 64 hexadecimal digits")
        }
        try Self.check(key)
        self.init(key: key, digest: digest)
    }

    /// - Throws: `invalidClaim` if the key could lead anywhere but to a payload under the root.
    private static func check(_ key: String) throws(ExternalStorageError) {
        guard !key.utf8.contains(0) else { throw self.invalid("the claim's key contains a NUL character") }
        guard key.utf8.first != UInt8(ascii: "/") else { throw self.invalid("the claim's key is an absolute path") }
        guard key.utf8.count <= StorageObjectKey.sizeLimit else {
            throw self.invalid("the claim's key is longer than \(StorageObjectKey.sizeLimit) bytes")
        }
        let segments = self.segments(of: key)
        for segment in segments {
            switch segment {
            case "": throw self.invalid("the claim's key has an empty segment")
            case ".", "..": throw self.invalid("the claim's key has the segment \"\(segment)\"")
            case let segment where segment.utf8.count > StorageObjectKey.fileNameSizeLimit:
                throw self.invalid(
                    "the claim's key has a segment of more than \(StorageObjectKey.fileNameSizeLimit) bytes"
                )
            default: break
            }
        }
        guard segments.first != LocalDiskFiles.temporaryDirectory else {
            throw self.invalid("the claim's key leads into the directory of unfinished files")
        }
    }

    private static func segments(of key: String) -> [String] {
        key.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { String(Substring($0)) }
    }

    private static func invalid(_ reason: String) -> ExternalStorageError {
        ExternalStorageError(code: .invalidClaim, message: reason)
    }
}
