//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

extension Payload {
    /// Whether the payload has to be resolved: only metadata is looked at (ES-W2).
    package var isReference: Bool { self.referenceTraits.isReference }

    /// What the metadata says about the payload being a reference.
    var referenceTraits: ReferenceTraits {
        var traits = ReferenceTraits()
        self.forEachMetadataEntry { bytes, key, value in
            if bytes.equals("encoding", in: key) {
                traits.isProtobufJSON = bytes.equals("json/protobuf", in: value)
                traits.isLegacy = bytes.equals("json/external-storage-reference", in: value)
            } else if bytes.equals("messageType", in: key) {
                traits.hasReferenceType = bytes.equals("temporal.api.sdk.v1.ExternalStorageReference", in: value)
            } else if bytes.equals("__temporal_external_storage_reference", in: key) {
                traits.isMarked = bytes.equals("true", in: value)
            } else if bytes.equals("__temporal_system_payload", in: key) {
                traits.isSystemEnvelope = bytes.equals("true", in: value)
            }
        }
        return traits
    }
}

/// What the metadata of a payload says about it being a reference.
///
/// Of a key that comes twice the last value counts.
struct ReferenceTraits: Hashable, Sendable {
    var isProtobufJSON = false
    var hasReferenceType = false
    /// A codec has encoded the reference (ES-W4).
    var isMarked = false
    /// As early previews wrote it (ES-W5).
    var isLegacy = false
    /// The envelope of a system Nexus operation, which is never offloaded (ES-C4).
    var isSystemEnvelope = false

    /// Both halves: either alone is ordinary user data.
    var isPlainReference: Bool { self.isProtobufJSON && self.hasReferenceType }

    var isReference: Bool { self.isMarked || self.isPlainReference }
}
