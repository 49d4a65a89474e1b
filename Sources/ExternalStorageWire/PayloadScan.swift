//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// One place in a message that holds a payload (or the token of a task).
package struct PayloadSite: Hashable, Sendable {
    /// What stands there.
    package enum Kind: UInt8, Hashable, Sendable {
        case payload
        case taskToken
    }

    package var kind: Kind
    package var traits: PayloadTraits
    /// The field of the enclosing message.
    package var field: UInt32
    /// The enclosing message, as an index into ``PayloadScan/frames``; -1 for the root.
    package var frame: Int32
    package var lengthStart: Int
    package var bodyStart: Int
    package var bodyEnd: Int

    /// The bytes of the serialized payload, or of the token.
    package var body: Range<Int> { self.bodyStart..<self.bodyEnd }
    package var count: Int { self.bodyEnd - self.bodyStart }
}

/// A message inside the root that encloses a site; its length changes with what is put there.
package struct PayloadFrame: Hashable, Sendable {
    package var type: MessageType
    /// The field of the enclosing message in which it stands.
    package var field: UInt32
    /// The enclosing frame, or -1 for the root.
    package var parent: Int32
    /// Where the tag of the field begins.
    package var start: Int
    package var lengthStart: Int
    package var bodyStart: Int
    package var bodyEnd: Int

    package var body: Range<Int> { self.bodyStart..<self.bodyEnd }
}

/// What a scan found, in the order of the bytes.
package struct PayloadScan: Sendable {
    package internal(set) var sites: [PayloadSite] = []
    /// The enclosing messages of the sites, outer ones first.
    package internal(set) var frames: [PayloadFrame] = []
    /// Whether a singular field stands twice on the way to a payload, or two members of a oneof do.
    ///
    /// That is legal, and merged by every reader. Such a message is brought to its normal form by
    /// ``MessageNormalizer`` before anything is replaced in it.
    package internal(set) var needsNormalization = false

    package init() {}

    /// The frames around a site as indices into ``frames``, innermost first.
    package func enclosingFrames(of site: PayloadSite) -> some Sequence<Int> {
        sequence(state: site.frame) { index -> Int? in
            guard index >= 0 else { return nil }
            defer { index = self.frames[Int(index)].parent }
            return Int(index)
        }
    }
}
