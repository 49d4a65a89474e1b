//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import ExternalStorageCore

/// What the key of an object says, read by the rule by which it was written (P26).
package struct StoredKey: Hashable, Sendable {
    /// Whose the object is, as the key has it: the receiver at the time of storing, not who refers to it (P6).
    package enum Owner: Hashable, Sendable {
        case workflow(id: String, runID: String?, type: String?)
        case activity(id: String, runID: String?, type: String?)
        /// Nothing but the namespace.
        case namespace
    }

    package var namespace: String
    package var owner: Owner
    package var digest: PayloadDigest

    /// Reads a key.
    ///
    /// Nil for all that no driver writes, or writes otherwise: such an object is not ours to judge. Nil, too, for a key
    /// without a namespace.
    package init?(_ key: String) {
        let segments = key.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { String(Substring($0)) }
        guard segments.count >= 6, segments[0] == "v0", segments[1] == "ns", segments[segments.count - 3] == "d",
            segments[segments.count - 2] == "sha256",
            let digest = PayloadDigest(hexadecimal: segments[segments.count - 1]),
            digest.hexadecimal == segments[segments.count - 1]
        else { return nil }
        var names: [String] = []
        let middle = Array(segments[2..<segments.count - 3])
        switch middle.count {
        case 1: names = middle
        case 7:
            let labels = [middle[1], middle[3], middle[5]]
            guard labels == ["wt", "wi", "ri"] || labels == ["at", "ai", "ri"] else { return nil }
            names = [middle[0], middle[2], middle[4], middle[6]]
        default: return nil
        }
        // Written and read back it has to be the same, or somebody else wrote it.
        let texts = names.compactMap { Self.text(of: $0) }
        guard texts.count == names.count, texts[0] != "null" else { return nil }
        self.namespace = texts[0]
        self.digest = digest
        guard texts.count == 4 else {
            self.owner = .namespace
            return
        }
        let (type, id, runID) = (Self.optional(texts[1]), texts[2], Self.optional(texts[3]))
        self.owner =
            middle[1] == "wt"
            ? .workflow(id: id, runID: runID, type: type) : .activity(id: id, runID: runID, type: type)
    }

    private static func optional(_ text: String) -> String? { text == "null" ? nil : text }

    /// What a segment stands for; nil if no writer spells it like that.
    private static func text(of segment: String) -> String? {
        guard !segment.isEmpty else { return nil }
        var bytes: [UInt8] = []
        var rest = Array(segment.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        let styles: [StorageObjectKey.Style] = [.s3, .file, .googleCloud]
        return styles.contains { StorageObjectKey.escape(text, $0) == segment } ? text : nil
    }
}
