//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageWire

/// Encodes new references, and decodes marked ones (ES-W4).
struct ReferenceCodec: Sendable {
    private let codec: (any PayloadCodec)?
    private let writes: Bool

    init(_ references: ExternalStorage.Configuration.References) {
        self.codec = references.codec
        self.writes = references.writes
    }

    /// Runs the codec over new references, then marks them and gives them their sizes back.
    ///
    /// - Throws: `codecFailed`; `CancellationError`.
    func encode(_ references: [Payload]) async throws -> [Payload] {
        guard self.writes, let codec = self.codec, !references.isEmpty else { return references }
        let encoded: [Payload]
        do {
            encoded = try await codec.encode(references)
        } catch {
            try Task.checkCancellation()
            throw ExternalStorageError(
                code: .codecFailed,
                message: "the codec failed to encode storage references",
                cause: error
            )
        }
        guard encoded.count == references.count else {
            throw ExternalStorageError(
                code: .codecFailed,
                message: "the codec returned \(encoded.count) payloads for \(references.count) storage references"
            )
        }
        return zip(encoded, references).map { encoded, reference in
            var metadata = encoded.metadata
            metadata[StorageReference.marker] = Array("true".utf8)
            return Payload(
                metadata: metadata,
                data: encoded.data,
                externalPayloadSizes: reference.externalPayloadSizes
            )
        }
    }

    /// Makes plain references of marked ones.
    ///
    /// All others stay as they are.
    ///
    /// The codec sees what it once returned: the marker and the sizes are taken off before.
    ///
    /// - Throws: `undecodableReference` (`[TMPRL1106]`); `CancellationError`.
    func decode(_ references: [Payload]) async throws -> [Payload] {
        let marked = references.indices.filter { references[$0].traits.contains(.marked) }
        guard !marked.isEmpty else { return references }
        var decoded = marked.map { index in
            var metadata = references[index].metadata
            metadata[StorageReference.marker] = nil
            return Payload(metadata: metadata, data: references[index].data)
        }
        let encoded = decoded.indices.filter { !decoded[$0].traits.contains(.plainReference) }
        if let codec = self.codec, !encoded.isEmpty {
            let results = try await self.decode(encoded.map { decoded[$0] }, with: codec)
            for (index, payload) in zip(encoded, results) { decoded[index] = payload }
        }
        var result = references
        for (index, payload) in zip(marked, decoded) {
            guard payload.traits.contains(.plainReference) else { throw ExternalStorageError.undecodableReference() }
            result[index] = payload
        }
        return result
    }

    private func decode(_ payloads: [Payload], with codec: any PayloadCodec) async throws -> [Payload] {
        let decoded: [Payload]
        do {
            decoded = try await codec.decode(payloads)
        } catch {
            try Task.checkCancellation()
            throw ExternalStorageError.undecodableReference(cause: error)
        }
        guard decoded.count == payloads.count else { throw ExternalStorageError.undecodableReference() }
        return decoded
    }
}
