//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// What the metadata of a payload says about it.
///
/// Only metadata is looked at (ES-W2).
package struct PayloadTraits: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// `encoding` is `json/protobuf`.
    static let protobufJSON = PayloadTraits(rawValue: 1 << 0)
    /// `messageType` names the reference message.
    static let referenceType = PayloadTraits(rawValue: 1 << 1)
    /// Carries the marker of a reference that a codec has encoded.
    package static let marked = PayloadTraits(rawValue: 1 << 2)
    /// Says of itself that it is an envelope of a system Nexus operation.
    package static let systemEnvelope = PayloadTraits(rawValue: 1 << 3)
    /// A reference as early previews wrote it (ES-W5).
    package static let legacyReference = PayloadTraits(rawValue: 1 << 4)
    /// `encoding` is `binary/null`.
    static let null = PayloadTraits(rawValue: 1 << 5)

    /// A reference as every released SDK writes it: both halves of the condition, never one alone.
    package static let plainReference: PayloadTraits = [.protobufJSON, .referenceType]

    /// The serialized size of the shortest payload that can be a reference or an envelope that holds one, in bytes.
    ///
    /// An entry of the metadata is two tags and two lengths with the tag and length of the entry around them. That
    /// makes 35 bytes of `__temporal_system_payload` with `true`, the shortest that mean something.
    static let smallestReference = 2 + 2 + 25 + 2 + 4

    /// Whether the payload has to be resolved (ES-W2).
    @inline(__always)
    package var isReference: Bool {
        self.contains(.plainReference) || self.contains(.marked)
    }
}

extension PayloadTraits {
    /// Reads the traits of the serialized payload in `range`.
    @inline(__always)
    package init(of bytes: Span<UInt8>, in range: Range<Int>) throws(WireError) {
        var traits: PayloadTraits = []
        var reader = WireReader(range)
        while let field = try reader.next(in: bytes) {
            guard field.number == 1, field.type == .lengthDelimited else { continue }
            try traits.read(entry: field.body, of: bytes)
        }
        self = traits
    }

    /// Reads one entry of the metadata map.
    ///
    /// A key that comes twice has the value that comes last.
    @inline(__always)
    private mutating func read(entry: Range<Int>, of bytes: Span<UInt8>) throws(WireError) {
        var key = entry.lowerBound..<entry.lowerBound
        var value = key
        var reader = WireReader(entry)
        while let field = try reader.next(in: bytes) {
            guard field.type == .lengthDelimited else { continue }
            if field.number == 1 { key = field.body } else if field.number == 2 { value = field.body }
        }
        // The lengths of the four keys differ, so the length decides which one to compare.
        switch key.count {
        case 8 where bytes.equals("encoding", in: key):
            self.subtract([.protobufJSON, .legacyReference, .null])
            if bytes.equals("json/protobuf", in: value) {
                self.insert(.protobufJSON)
            } else if bytes.equals("binary/null", in: value) {
                self.insert(.null)
            } else if bytes.equals("json/external-storage-reference", in: value) {
                self.insert(.legacyReference)
            }
        case 11 where bytes.equals("messageType", in: key):
            self.remove(.referenceType)
            if bytes.equals("temporal.api.sdk.v1.ExternalStorageReference", in: value) { self.insert(.referenceType) }
        case 37 where bytes.equals("__temporal_external_storage_reference", in: key):
            self.remove(.marked)
            if bytes.equals("true", in: value) { self.insert(.marked) }
        case 25 where bytes.equals("__temporal_system_payload", in: key):
            self.remove(.systemEnvelope)
            if bytes.equals("true", in: value) { self.insert(.systemEnvelope) }
        default: break
        }
    }
}
