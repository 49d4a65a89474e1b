//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageWire
import Groundwork
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// References where no table says that there are any: in fields that are newer than the table, and inside of values.
///
/// The server itself keeps them inside of values: the input of a scheduler of the first generation is a message of its own
/// with the schedule's action in it, and that of a batch job may be JSON.
enum NestedReferences {
    /// The innermost string of bytes that encloses a position, and the reference on the way to it.
    struct Surroundings {
        /// A serialized payload that is a reference; nil if none encloses the position.
        var reference: Range<Int>?
        /// The innermost length-delimited field.
        var innermost: Range<Int>
    }

    /// Follows the fields that enclose a position, whatever their meaning, as long as bytes can be read as a message.
    static func surroundings(of position: Int, in bytes: Span<UInt8>) -> Surroundings {
        var innermost = 0..<bytes.count
        for _ in 0..<PayloadScanner.depthLimit {
            guard let field = self.field(around: position, in: innermost, of: bytes) else { break }
            innermost = field
            let traits = (try? PayloadTraits(of: bytes, in: field)) ?? []
            if traits.isReference || traits.contains(.legacyReference) {
                return Surroundings(reference: field, innermost: field)
            }
        }
        return Surroundings(innermost: innermost)
    }

    /// The event of a history response that encloses a position.
    static func eventID(around position: Int, in bytes: Span<UInt8>) -> Int64? {
        guard let history = self.field(around: position, in: 0..<bytes.count, of: bytes),
            let event = self.field(around: position, in: history, of: bytes),
            let id = try? WireReader.lastVarint(1, in: event, of: bytes), id > 0
        else { return nil }
        return Int64(truncatingIfNeeded: id)
    }

    private static func field(around position: Int, in range: Range<Int>, of bytes: Span<UInt8>) -> Range<Int>? {
        var reader = WireReader(range)
        while let field = try? reader.next(in: bytes) {
            if field.type == .lengthDelimited, field.body.contains(position) { return field.body }
        }
        return nil
    }

    /// All references in a JSON text, as protobuf writes payloads in JSON: bytes in Base64.
    ///
    /// - Returns: Nothing if it is no JSON.
    static func payloads(inJSON text: some Sequence<UInt8>) -> [Payload] {
        guard let value = try? JSONValue(parsing: text, maximumDepth: 100) else { return [] }
        var found: [Payload] = []
        self.collect(value, into: &found)
        return found
    }

    private static func collect(_ value: JSONValue, into found: inout [Payload]) {
        if let payload = self.payload(value) {
            found.append(payload)
            return
        }
        for member in value.members ?? [] { self.collect(member.value, into: &found) }
        for element in value.elements ?? [] { self.collect(element, into: &found) }
    }

    private static func payload(_ value: JSONValue) -> Payload? {
        guard let entries = value["metadata"]?.members, let data = value["data"]?.string.flatMap(self.decoded) else {
            return nil
        }
        var metadata: [String: [UInt8]] = [:]
        for entry in entries { metadata[entry.key] = entry.value.string.flatMap(self.decoded) }
        let payload = Payload(metadata: metadata, data: ByteBuffer(bytes: data))
        return payload.isReference || payload.traits.contains(.legacyReference) ? payload : nil
    }

    private static func decoded(_ text: String) -> [UInt8]? { Data(base64Encoded: text).map { Array($0) } }
}
