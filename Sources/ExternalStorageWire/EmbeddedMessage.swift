//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// A message that stands serialized in a bytes field of another one.
///
/// To protobuf that is a string of bytes, of which somebody says that it is a message. It may be none, and then nobody
/// can read it: it stays as it is, and what encloses it is a message all the same. Whether it is one does not depend on
/// what a scan looks for (``MessageCheck``). So what was stored in it is found in it again, and bytes that are only half
/// of a split field, and make sense when the halves are merged, are no reason to give up before that.
struct EmbeddedMessage {
    /// The field that holds it.
    let field: WireField
    let type: MessageType
    /// How many messages it stands in: one more than what holds the field.
    let depth: Int

    private init?(_ field: WireField?, _ type: MessageType?, of bytes: Span<UInt8>, depth: Int) {
        guard let field, let type, MessageCheck.isReadable(field.body, as: type, of: bytes, depth: depth) else {
            return nil
        }
        self.field = field
        self.type = type
        self.depth = depth
    }

    /// The value of an `Any` at `depth`, if its type is in the table.
    @inline(never)
    init?(inAny range: Range<Int>, of bytes: Span<UInt8>, depth: Int) throws(WireError) {
        var value: WireField?
        var url = 0..<0
        var reader = WireReader(range)
        while let part = try reader.next(in: bytes) {
            guard part.type == .lengthDelimited else { continue }
            if part.number == 1 { url = part.body }
            if part.number == 2 { value = part }
        }
        let name = bytes.string(in: url).split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        self.init(value, MessageType(name: String(name)), of: bytes, depth: depth + 1)
    }

    /// The history in a `DataBlob` at `depth` whose encoding is protobuf.
    @inline(never)
    init?(inBlob range: Range<Int>, of bytes: Span<UInt8>, depth: Int) throws(WireError) {
        var data: WireField?
        var encoding: UInt64 = 0
        var reader = WireReader(range)
        while let part = try reader.next(in: bytes) {
            if part.number == 1, part.type == .varint { encoding = part.varint }
            if part.number == 2, part.type == .lengthDelimited { data = part }
        }
        self.init(data, encoding == 1 ? .history : nil, of: bytes, depth: depth + 1)
    }

    /// The request in an envelope at `depth` of a system Nexus operation (ES-C4), if its type is in the table.
    @inline(never)
    init?(inEnvelope range: Range<Int>, of bytes: Span<UInt8>, depth: Int) throws(WireError) {
        var data: WireField?
        var type: MessageType?
        var isBinaryProtobuf = false
        var reader = WireReader(range)
        while let part = try reader.next(in: bytes) {
            guard part.type == .lengthDelimited else { continue }
            if part.number == 2 { data = part }
            guard part.number == 1, let key = try WireReader.lastBytes(1, in: part.body, of: bytes) else { continue }
            let value = try WireReader.lastBytes(2, in: part.body, of: bytes) ?? 0..<0
            if bytes.equals("messageType", in: key) { type = MessageType(name: bytes.string(in: value)) }
            if bytes.equals("encoding", in: key) { isBinaryProtobuf = bytes.equals("binary/protobuf", in: value) }
        }
        self.init(data, isBinaryProtobuf ? type : nil, of: bytes, depth: depth + 1)
    }

    /// Whether a message is a Nexus operation on the server's own endpoint, so that its input is an envelope (ES-C4).
    ///
    /// The message may stand in several parts, which are merged: the last endpoint counts.
    @inline(__always)
    static func isSystemOperation(
        _ parts: some Sequence<Range<Int>>,
        as type: MessageType,
        of bytes: Span<UInt8>,
        table: PayloadPaths.Table
    ) throws(WireError) -> Bool {
        let endpoint = table.endpointField(of: type)
        guard endpoint != 0 else { return false }
        var name: Range<Int>?
        for part in parts { name = try WireReader.lastBytes(UInt32(endpoint), in: part, of: bytes) ?? name }
        return name.map { bytes.equals("__temporal_system", in: $0) } ?? false
    }
}
