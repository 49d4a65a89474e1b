//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageWire
public import NIOCore

/// A `temporal.api.common.v1.Payload`, as a view over its serialized bytes.
///
/// Identity and size of a payload are its bytes: what is stored is exactly what would have stood in the message (ES-W6).
/// ``metadata`` and ``data`` are read out of the bytes when they are asked for.
public struct Payload: Sendable {
    /// The serialized message, or all of it but the data: a message of its own, too, unless it is an outline's.
    let fields: ByteBuffer
    /// The data, if it is not part of ``fields``; never empty.
    private let separateData: ByteBuffer?
    /// The digest, if somebody has computed it; copies of the payload share it.
    private var knownDigest: PayloadDigest?
    /// The size of the whole, if the bytes are only an outline: what comes before the data.
    private var outlinedSize: Int?

    /// Takes over a serialized payload, after one walk through its structure.
    ///
    /// - Parameter serializedBytes: The serialized message; shared, not copied.
    /// - Throws: ``ExternalStorageError/Code/malformedPayload`` if the bytes are not a payload.
    public init(serializedBytes: ByteBuffer) throws(ExternalStorageError) {
        do throws(WireError) {
            try Self.check(serializedBytes.readableBytesUInt8Span)
        } catch {
            throw ExternalStorageError(
                code: .malformedPayload,
                message: "the bytes are not a serialized payload: wrong at byte \(error.offset) of "
                    + "\(serializedBytes.readableBytes)"
            )
        }
        self.init(unchecked: serializedBytes)
    }

    /// Takes over bytes that stood in a message as a payload.
    ///
    /// If they are malformed all the same, they travel as they are, and the accessors return what can be read.
    package init(unchecked serializedBytes: ByteBuffer) {
        self.fields = serializedBytes
        self.separateData = nil
    }

    /// Stands for a payload whose data is elsewhere, where its size, digest and metadata are asked for.
    ///
    /// Never part of a plan: what is stored has its bytes.
    init(outline head: ByteBuffer, sizeInBytes: Int, digest: PayloadDigest) {
        self.fields = head
        self.separateData = nil
        self.outlinedSize = sizeInBytes
        self.knownDigest = digest
    }

    /// Makes a payload of its parts.
    ///
    /// Metadata is written in the order of its keys: equal payloads have equal bytes.
    ///
    /// - Parameters:
    ///   - metadata: What the payload says about itself; `encoding` above all.
    ///   - data: The value; copied if it is small, else shared.
    ///   - externalPayloadSizes: For a reference: the sizes of what was stored, in bytes.
    public init(metadata: [String: [UInt8]], data: ByteBuffer, externalPayloadSizes: [Int64] = []) {
        let isSeparate = data.readableBytes >= Self.smallestSeparateData && externalPayloadSizes.isEmpty
        self.fields = PayloadWriter.serialize(
            metadata: metadata,
            data: isSeparate ? ByteBuffer() : data,
            externalPayloadSizes: externalPayloadSizes
        )
        self.separateData = isSeparate ? data : nil
    }

    /// Below this, in bytes, a copy costs less than data of its own.
    private static let smallestSeparateData = 65_536

    /// The serialized message.
    ///
    /// - Complexity: O(1) for what was received or retrieved; O(*n*) in the size, at every call, for a payload that was
    ///   made of metadata and much data.
    public var serializedBytes: ByteBuffer {
        ByteBuffer(joining: self.pieces)
    }

    /// The serialized message in one piece or several, none of them copied.
    package var pieces: [ByteBuffer] {
        guard let separateData else { return [self.fields] }
        return [PayloadWriter.head(fields: self.fields, dataSizeInBytes: separateData.readableBytes), separateData]
    }

    /// The size of the serialized message: what the threshold is compared with.
    public var sizeInBytes: Int {
        if let outlinedSize { return outlinedSize }
        let fields = self.fields.readableBytes
        return self.separateData.map { fields + PayloadWriter.size(ofField: $0.readableBytes) } ?? fields
    }

    /// The value: not copied.
    public var data: ByteBuffer { self.separateData ?? self.dataField }

    /// The SHA-256 of ``serializedBytes``.
    ///
    /// Computed on the caller's thread if the pipeline has not done it before.
    ///
    /// - Complexity: O(*n*) in the size, or O(1) if it is known already.
    public var digest: PayloadDigest { self.knownDigest ?? PayloadDigest(hashing: self.pieces) }

    /// The same payload, its digest computed.
    package func withDigest() -> Self {
        var payload = self
        payload.knownDigest = self.digest
        return payload
    }

    /// The same payload, with a digest that somebody else has computed over the same bytes.
    package func withDigest(_ digest: PayloadDigest) -> Self {
        var payload = self
        payload.knownDigest = digest
        return payload
    }

    /// Whether ``digest`` costs nothing.
    package var hasDigest: Bool { self.knownDigest != nil }

    private static func check(_ bytes: Span<UInt8>) throws(WireError) {
        var fields = WireReader(0..<bytes.count)
        while let field = try fields.next(in: bytes) {
            guard field.type == .lengthDelimited, field.number == 1 || field.number == 3 else { continue }
            var inner = WireReader(field.body)
            while try inner.next(in: bytes) != nil {}
        }
    }
}

extension Payload: Hashable {
    /// Compares the bytes, and nothing but the bytes.
    ///
    /// - Parameters:
    ///   - left: A payload.
    ///   - right: Another one.
    /// - Returns: Whether they are the same.
    public static func == (left: Self, right: Self) -> Bool {
        guard left.sizeInBytes == right.sizeInBytes else { return false }
        // Fields are messages: what is the same in parts is the same as a whole, and the other way round.
        if let leftData = left.separateData, let rightData = right.separateData {
            return left.fields == right.fields && leftData == rightData
        }
        return left.serializedBytes == right.serializedBytes
    }

    /// Hashes the bytes.
    ///
    /// - Parameter hasher: The hasher to feed.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(self.serializedBytes)
    }
}

extension Payload: CustomStringConvertible {
    /// The size and the encoding; never the data, so that it may be logged.
    public var description: String {
        let encoding = self.metadata["encoding"].map { String(decoding: $0, as: UTF8.self) } ?? "no encoding"
        return "Payload(\(self.sizeInBytes) bytes, \(encoding))"
    }
}

extension ByteBuffer {
    /// The bytes of all pieces; a single one is not copied.
    package init(joining pieces: [ByteBuffer]) {
        guard pieces.count != 1 else {
            self = pieces[0]
            return
        }
        self = ByteBufferAllocator().buffer(capacity: pieces.reduce(0) { $0 + $1.readableBytes })
        for piece in pieces { self.writeImmutableBuffer(piece) }
    }
}
