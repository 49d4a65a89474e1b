//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import ExternalStorageCore

extension PayloadHandler {
    /// The metadata key of a reference that a codec has encoded (ES-W4).
    private static let marker = "__temporal_external_storage_reference"

    /// Undoes the codecs after storage.
    ///
    /// What still looks like a reference has not been through them: they hide what a payload is.
    ///
    /// - Throws: ``RequestFailure``; `CancellationError`.
    func unwrapped(_ payloads: [Payload]) async throws -> [Payload] {
        let wrapped = payloads.indices.filter { !payloads[$0].isReference }
        var result = payloads
        for (index, payload) in zip(wrapped, try await self.after.decode(wrapped.map { payloads[$0] })) {
            result[index] = payload
        }
        return result
    }

    /// Makes plain references of encoded ones; all others stay as they are.
    ///
    /// The codec sees what it once returned: the marker and the sizes are taken off before, and the sizes put back.
    ///
    /// - Throws: ``RequestFailure`` with `[TMPRL1106]` if one cannot be decoded to a reference.
    func plainReferences(_ payloads: [Payload]) async throws -> [Payload] {
        let marked = payloads.indices.filter {
            payloads[$0].metadata[Self.marker].map { $0 == Array("true".utf8) } ?? false
        }
        guard !marked.isEmpty else { return payloads }
        let bare = marked.map { index in
            var metadata = payloads[index].metadata
            metadata[Self.marker] = nil
            return Payload(metadata: metadata, data: payloads[index].data)
        }
        let chain = self.referenceCodec.map { CodecChain(codecs: [$0]) } ?? self.before
        let encoded = bare.indices.filter { !bare[$0].isReference }
        var decoded = bare
        do {
            let results = try await chain.decode(encoded.map { bare[$0] })
            for (index, payload) in zip(encoded, results) { decoded[index] = payload }
        } catch let failure as RequestFailure {
            throw RequestFailure(ExternalStorageError.undecodableReference(cause: failure), verb: "decode")
        }
        var result = payloads
        for (index, payload) in zip(marked, decoded) {
            guard payload.isReference, payload.metadata[Self.marker] == nil else {
                throw RequestFailure(ExternalStorageError.undecodableReference(), verb: "decode")
            }
            let sizes = payloads[index].externalPayloadSizes
            result[index] = Payload(
                metadata: payload.metadata,
                data: payload.data,
                externalPayloadSizes: sizes.isEmpty ? payload.externalPayloadSizes : sizes
            )
        }
        return result
    }
}
