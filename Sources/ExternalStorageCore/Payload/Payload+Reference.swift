//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import ExternalStorageWire
import NIOCore

extension Payload {
    /// Whether the payload has to be resolved: only metadata is looked at (ES-W2).
    package var isReference: Bool { self.traits.isReference }

    /// What the metadata says about the payload; nothing if it is malformed.
    package var traits: PayloadTraits {
        let bytes = self.fields.readableBytesUInt8Span
        return (try? PayloadTraits(of: bytes, in: 0..<bytes.count)) ?? []
    }
}
