//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageWire
import NIOCore

/// Reads a serialized payload whose bytes come in pieces: metadata, and the data as it comes.
///
/// Pure; knows the whole wire format, as the reader of bytes in memory does. What is legal protobuf and cannot be
/// handed out before the end is known is refused: data that comes twice (the last one counts), and metadata after data.
/// No SDK writes either.
struct PayloadStreamParser {
    enum Event: Hashable, Sendable {
        /// The data begins; all metadata.
        case beginsData([String: [UInt8]])
        /// More of the data.
        case data(ByteBuffer)
    }

    enum Failure: Error, Hashable, CustomStringConvertible {
        /// The bytes are no payload; where.
        case malformed(position: Int)
        /// More metadata than is believed.
        case tooMuchMetadata
        /// Legal, but not readable front to back.
        case unordered

        var description: String {
            switch self {
            case .malformed(let position): "the bytes are not a serialized payload: wrong at byte \(position)"
            case .tooMuchMetadata: "the payload has more than \(metadataLimit) bytes of metadata"
            case .unordered:
                "the payload's data comes twice, or before its metadata, so that it cannot be read in chunks; load it "
                    + "as a whole"
            }
        }
    }

    /// The most metadata that is kept, in bytes.
    static let metadataLimit = 1_048_576
    private static let groupDepthLimit = 32

    private enum Step {
        case tag
        case varint
        case length(field: UInt64)
        case metadataEntry
        case data
        case skip
    }

    private var step = Step.tag
    private var varint: UInt64 = 0
    private var shift: UInt64 = 0
    /// How many bytes of the current field are still to come.
    private var rest = 0
    private var entry = ByteBuffer()
    private var groups: [UInt64] = []
    private var metadata: [String: [UInt8]] = [:]
    private var metadataSize = 0
    private var hasData = false
    private var position = 0

    /// Takes the next bytes.
    ///
    /// - Returns: What they hold, in order.
    mutating func feed(_ chunk: ByteBuffer) throws(Failure) -> [Event] {
        var (chunk, events): (ByteBuffer, [Event]) = (chunk, [])
        while chunk.readableBytes > 0 {
            let before = chunk.readableBytes
            try self.advance(&chunk, &events)
            self.position += before - chunk.readableBytes
        }
        return events
    }

    /// The bytes have come to their end.
    ///
    /// - Returns: That there is no data, if there was none.
    mutating func finish() throws(Failure) -> [Event] {
        guard case .tag = self.step, self.shift == 0, self.groups.isEmpty else {
            throw .malformed(position: self.position)
        }
        guard !self.hasData else { return [] }
        self.hasData = true
        return [.beginsData(self.metadata)]
    }

    private mutating func advance(_ chunk: inout ByteBuffer, _ events: inout [Event]) throws(Failure) {
        switch self.step {
        case .tag:
            if let tag = try self.readVarint(&chunk) { try self.begin(tag) }
        case .varint:
            if try self.readVarint(&chunk) != nil { self.step = .tag }
        case .length(let field):
            if let length = try self.readVarint(&chunk) { try self.begin(field, length: length, &events) }
        case .metadataEntry:
            if var part = self.take(&chunk) { self.entry.writeBuffer(&part) }
            if self.rest == 0 { try self.endMetadataEntry() }
        case .data:
            if let part = self.take(&chunk) { events.append(.data(part)) }
            if self.rest == 0 { self.step = .tag }
        case .skip:
            _ = self.take(&chunk)
            if self.rest == 0 { self.step = .tag }
        }
    }

    private mutating func begin(_ tag: UInt64) throws(Failure) {
        let number = tag >> 3
        guard number > 0, tag >> 32 == 0 else { throw .malformed(position: self.position) }
        switch tag & 7 {
        case 0: self.step = .varint
        case 1: (self.step, self.rest) = (.skip, 8)
        case 2: self.step = .length(field: number)
        case 3:
            guard self.groups.count < Self.groupDepthLimit else { throw .malformed(position: self.position) }
            self.groups.append(number)
        case 4:
            guard self.groups.popLast() == number else { throw .malformed(position: self.position) }
        case 5: (self.step, self.rest) = (.skip, 4)
        default: throw .malformed(position: self.position)
        }
    }

    private mutating func begin(_ field: UInt64, length: UInt64, _ events: inout [Event]) throws(Failure) {
        guard length <= UInt64(Int32.max) else { throw .malformed(position: self.position) }
        self.rest = Int(length)
        switch field {
        case 1 where self.groups.isEmpty:
            guard !self.hasData else { throw .unordered }
            self.metadataSize += self.rest
            guard self.metadataSize <= Self.metadataLimit else { throw .tooMuchMetadata }
            self.entry.clear()
            self.step = .metadataEntry
            if self.rest == 0 { try self.endMetadataEntry() }
        case 2 where self.groups.isEmpty:
            guard !self.hasData else { throw .unordered }
            self.hasData = true
            events.append(.beginsData(self.metadata))
            self.step = self.rest == 0 ? .tag : .data
        default:
            self.step = self.rest == 0 ? .tag : .skip
        }
    }

    private mutating func endMetadataEntry() throws(Failure) {
        self.step = .tag
        let entry = self.entry
        let bytes = entry.readableBytesUInt8Span
        do throws(WireError) {
            let key = try WireReader.lastBytes(1, in: 0..<bytes.count, of: bytes) ?? 0..<0
            let value = try WireReader.lastBytes(2, in: 0..<bytes.count, of: bytes) ?? 0..<0
            self.metadata[bytes.string(in: key)] = bytes.array(in: value)
        } catch {
            throw .malformed(position: self.position)
        }
    }

    /// The value of a varint once its last byte is there.
    private mutating func readVarint(_ chunk: inout ByteBuffer) throws(Failure) -> UInt64? {
        while let byte: UInt8 = chunk.readInteger() {
            guard self.shift < 70 else { throw .malformed(position: self.position) }
            self.varint |= UInt64(byte & 0x7F) << self.shift
            self.shift += 7
            guard byte >= 0x80 else {
                defer { (self.varint, self.shift) = (0, 0) }
                return self.varint
            }
        }
        return nil
    }

    /// As much of the current field as is there: a slice, not copied.
    private mutating func take(_ chunk: inout ByteBuffer) -> ByteBuffer? {
        let part = chunk.readSlice(length: min(self.rest, chunk.readableBytes))
        self.rest -= part?.readableBytes ?? 0
        return part
    }
}
