//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageGRPC
import ExternalStorageWire
import NIOCore

/// A message, read field by field; what a field holds shares its memory.
///
/// Of a field that is not there the default of protobuf is returned.
struct WireMessage: Sendable {
    let bytes: ByteBuffer

    init(_ bytes: ByteBuffer) {
        self.bytes = bytes
    }

    /// All values of a length-delimited field, in order.
    func all(_ number: UInt32) throws(WireError) -> [WireMessage] {
        let span = self.bytes.readableBytesUInt8Span
        var reader = WireReader(0..<span.count)
        var ranges: [Range<Int>] = []
        while let field = try reader.next(in: span) {
            if field.number == number, field.type == .lengthDelimited { ranges.append(field.body) }
        }
        return self.bytes.slices(ranges).map { WireMessage($0) }
    }

    /// The last value of a length-delimited field; an empty one if there is none.
    func message(_ number: UInt32) throws(WireError) -> WireMessage {
        try self.all(number).last ?? WireMessage(ByteBuffer())
    }

    func string(_ number: UInt32) throws(WireError) -> String {
        String(buffer: try self.message(number).bytes)
    }

    func varint(_ number: UInt32) throws(WireError) -> UInt64 {
        let span = self.bytes.readableBytesUInt8Span
        return try WireReader.lastVarint(number, in: 0..<span.count, of: span)
    }

    /// Makes a request of its fields.
    static func building(_ body: (inout ByteBuffer) -> Void) -> ByteBuffer {
        var buffer = ByteBuffer()
        body(&buffer)
        return buffer
    }
}
