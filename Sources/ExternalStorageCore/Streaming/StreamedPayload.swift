//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOCore

/// A payload that is stored without ever being in memory as a whole.
///
/// Its serialized bytes are those that a ``Payload`` of the same metadata and data has: metadata in the order of its
/// keys, then the data (ES-W6). Other SDKs read it as any payload.
public struct StreamedPayload: Sendable {
    /// The largest serialized payload: protobuf has no larger messages.
    public static let sizeLimit = Int(Int32.max)

    /// What the payload says about itself; `encoding` above all.
    public let metadata: [String: [UInt8]]
    /// The size of the serialized message in bytes.
    public let sizeInBytes: Int
    /// The SHA-256 of the serialized message.
    public let digest: PayloadDigest

    /// The serialized message up to the first byte of the data.
    private let head: ByteBuffer
    private let source: any PayloadSource

    /// Hashes a payload; the source is read for the first time here, and again when it is stored.
    ///
    /// - Parameters:
    ///   - metadata: What the payload says about itself.
    ///   - data: The value.
    /// - Throws: ``ExternalStorageError/Code/payloadTooLarge`` if it would exceed ``sizeLimit``; what the source throws;
    ///   `CancellationError`.
    /// - Complexity: O(*n*) in the size, with some megabytes in memory.
    public init(metadata: [String: [UInt8]], data: any PayloadSource) async throws {
        let head = PayloadWriter.head(metadata: metadata, dataSizeInBytes: data.sizeInBytes)
        let sizeInBytes = head.readableBytes + data.sizeInBytes
        guard sizeInBytes <= Self.sizeLimit else {
            throw ExternalStorageError(
                code: .payloadTooLarge,
                message: "payload size \(sizeInBytes) exceeds \(Self.sizeLimit) bytes, the largest message of "
                    + "protobuf; split the value"
            )
        }
        self.metadata = metadata
        self.head = head
        self.source = data
        self.sizeInBytes = sizeInBytes
        self.digest = try await StreamedPayloadReader(head: head, source: data, chunkSize: 4 * 1_048_576).digest()
    }

    /// The serialized message, in chunks of a size.
    ///
    /// Throws ``ExternalStorageError/Code/corrupted`` in place of the last chunk if the source gives other bytes than it
    /// did when they were hashed: a driver that has seen the end has sent the payload that ``digest`` belongs to.
    ///
    /// - Parameter size: The size of all chunks but the last, in bytes; at least 1.
    /// - Returns: The chunks; every iteration reads the source again.
    public func chunks(ofSize size: Int) -> PayloadChunks {
        precondition(size > 0, "a chunk has at least one byte")
        let (head, source) = (self.head, self.source)
        let proof = PayloadChunks.Proof(digest: self.digest) { _ in
            ExternalStorageError(
                code: .corrupted,
                message: "the source of the payload changed while it was stored; store it again"
            )
        }
        return PayloadChunks(proof: proof) { StreamedPayloadReader(head: head, source: source, chunkSize: size) }
    }

    /// Reads the whole payload into memory, verified.
    ///
    /// - Returns: The payload.
    /// - Throws: As iterating over ``chunks(ofSize:)`` does.
    public func load() async throws -> Payload {
        let bytes = try await self.chunks(ofSize: 4 * 1_048_576).collect(sizeInBytes: self.sizeInBytes)
        return Payload(unchecked: bytes).withDigest(self.digest)
    }

    /// The payload as selectors and telemetry see it: metadata, size and digest, but no data.
    package var outline: Payload {
        Payload(outline: self.head, sizeInBytes: self.sizeInBytes, digest: self.digest)
    }
}
