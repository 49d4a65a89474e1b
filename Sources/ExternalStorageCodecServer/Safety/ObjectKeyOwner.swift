//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import ExternalStorageCore

/// Whose object a key names, in the layout of all Temporal SDKs.
enum ObjectKeyOwner: Hashable, Sendable {
    /// `v0/ns/<namespace>/…/d/sha256/<digest>`
    case namespace(CodecServer.Namespace)
    /// `v0/d/sha256/<digest>`
    case nobody

    /// Why a key is not of the layout.
    struct Malformed: Error, Hashable {
        var reason: String
    }

    /// Reads a key, and accepts nothing that a store could read in two ways.
    ///
    /// - Parameters:
    ///   - key: The key as it stands in the claim.
    ///   - digest: The digest in the claim, which the key has to end with.
    /// - Throws: ``Malformed``.
    init(key: String, digest: String?) throws(Malformed) {
        guard key.utf8.count <= StorageObjectKey.sizeLimit else { throw Malformed(reason: "the key is too long") }
        // All writers escape control characters; a backslash is a separator to some.
        guard key.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F && $0 != "\\" }) else {
            throw Malformed(reason: "the key has a character that no SDK writes")
        }
        let segments = key.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { String(Substring($0)) }
        guard !segments.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) else {
            throw Malformed(reason: "the key has an empty segment, or one of dots")
        }
        guard let hash = digest.flatMap({ PayloadDigest(hexadecimal: $0) }) else {
            throw Malformed(reason: "the claim has no SHA-256")
        }
        guard segments.count >= 4, isSame(segments[0], "v0"),
            zip(segments.suffix(3), ["d", "sha256", hash.hexadecimal]).allSatisfy({ isSame($0, $1) })
        else { throw Malformed(reason: "the key does not begin with v0 and end with the digest of the claim") }
        let owner = segments.dropFirst().dropLast(3)
        if owner.isEmpty {
            self = .nobody
            return
        }
        guard let first = owner.first, isSame(first, "ns"), owner.count == 2 || owner.count == 8,
            let namespace = Self.unescape(segments[2])
        else { throw Malformed(reason: "the key does not name a namespace after v0") }
        self = .namespace(.init(namespace))
    }

    /// The text that a writer has escaped; nil if none would have escaped it like this.
    private static func unescape(_ segment: String) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(segment.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16),
                rest.first != UInt8(ascii: "+")
            else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        let styles: [StorageObjectKey.Style] = [.s3, .googleCloud, .file]
        return styles.contains { StorageObjectKey.escape(text, $0).utf8.elementsEqual(segment.utf8) } ? text : nil
    }
}
