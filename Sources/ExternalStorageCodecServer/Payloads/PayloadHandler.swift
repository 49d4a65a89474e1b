//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import ExternalStorageCore

/// What the three routes do with payloads, whoever carries them: one payload out for each one in, in order.
struct PayloadHandler: Sendable {
    /// Where references lead; nil if this server only runs codecs.
    var storage: ExternalStorage?
    /// What SDKs run before storage.
    var before: CodecChain
    /// What a proxy behind the SDKs runs after storage.
    var after: CodecChain
    /// What new references were encoded with, if not with the codecs before storage (ES-W4).
    var referenceCodec: (any PayloadCodec)?
    /// Which references are followed.
    var policy: CodecServer.ReferencePolicy
    /// The most that one request may resolve, in bytes.
    var resolvedSizeLimit: Int

    /// Asked for memory before anything is retrieved; waits for it.
    typealias Admission = @Sendable (_ sizeInBytes: Int) async throws -> Void

    /// `/encode`: codecs before storage, storage, codecs after it.
    ///
    /// Which workflow the payloads belong to is not known here, but the namespace is, and whoever asks may write to it. So
    /// stored ones get a key of that namespace, `v0/ns/<namespace>/d/sha256/<digest>`, and ``decode`` follows the references
    /// for the same namespace. A payload that already is a reference only goes through the codecs after storage: it is
    /// never offloaded again (ES-W7).
    func encode(_ payloads: [Payload], namespace: CodecServer.Namespace) async throws -> [Payload] {
        let values = payloads.indices.filter { !payloads[$0].isReference }
        var result = payloads
        for (index, encoded) in zip(values, try await self.before.encode(values.map { payloads[$0] })) {
            result[index] = encoded
        }
        if let storage = self.storage {
            do {
                let context = StorageDriverSelectContext(
                    target: .namespace(namespace.description),
                    namespace: namespace.description
                )
                result = try await storage.store(result, context: context)
            } catch let error as ExternalStorageError {
                throw RequestFailure(error, verb: "store")
            }
        }
        return try await self.after.encode(result)
    }

    /// `/decode`: codecs after storage, references, codecs before storage.
    ///
    /// - Parameters:
    ///   - payloads: As they stand in history.
    ///   - namespace: Whose references may be followed.
    ///   - preservesReferences: Leaves references unresolved. Encoded ones are decoded all the same, and all keep their
    ///     sizes, because the Web UI recognises them by their type.
    ///   - admission: Waits for memory.
    /// - Returns: One payload per input, in order.
    /// - Throws: ``RequestFailure``; `CancellationError`.
    func decode(
        _ payloads: [Payload],
        namespace: CodecServer.Namespace,
        preservesReferences: Bool,
        admission: Admission
    ) async throws -> [Payload] {
        var result = try await self.plainReferences(try await self.unwrapped(payloads))
        let references = result.indices.filter { result[$0].isReference }
        if !preservesReferences, !references.isEmpty {
            let retrieved = try await self.retrieve(references.map { result[$0] }, namespace, admission)
            for (index, payload) in zip(references, retrieved) { result[index] = payload }
        }
        let kept = preservesReferences ? Set(references) : []
        let values = result.indices.filter { !kept.contains($0) }
        for (index, decoded) in zip(values, try await self.before.decode(values.map { result[$0] })) {
            result[index] = decoded
        }
        return result
    }

    /// `/download`: references only, plain, encoded (ES-W4), or wrapped by the codecs after storage.
    ///
    /// The Web UI sends the payload as it stands in history, whatever it is by then.
    func download(_ payloads: [Payload], namespace: CodecServer.Namespace, admission: Admission) async throws
        -> [Payload]
    {
        guard self.storage != nil else { throw RequestFailure.noStorage }
        let references = try await self.plainReferences(try await self.unwrapped(payloads))
        guard references.allSatisfy(\.isReference) else { throw RequestFailure.noReference }
        return try await self.before.decode(try await self.retrieve(references, namespace, admission))
    }

    /// Checks references, then asks the drivers.
    ///
    /// No driver hears of a reference that the policy refuses, nor of any other of the same request.
    private func retrieve(_ references: [Payload], _ namespace: CodecServer.Namespace, _ admission: Admission)
        async throws
        -> [Payload]
    {
        guard let storage = self.storage else {
            throw RequestFailure(ExternalStorageError.notConfigured(references: references.count), verb: "retrieve")
        }
        do {
            for reference in references {
                try self.policy.check(try StorageReference(payload: reference), namespace: namespace)
            }
            let sizes = references.map { $0.externalPayloadSizes.first ?? 0 }
            let expected = try self.expectedSize(sizes)
            try await admission(expected)
            let payloads = try await storage.retrieve(
                references: references,
                namespace: namespace.description,
                sizeLimit: self.sizeLimit(expecting: expected, references: references.count)
            )
            for (payload, size) in zip(payloads, sizes) where size > 0 && payload.sizeInBytes - Self.slack > size {
                throw RequestFailure.wrongSize(declared: size, actual: payload.sizeInBytes)
            }
            let sum = payloads.reduce(0) { $0 + $1.sizeInBytes }
            guard sum <= self.resolvedSizeLimit else {
                throw RequestFailure.tooMuch(sizeInBytes: sum, limit: self.resolvedSizeLimit)
            }
            return payloads
        } catch let error as ExternalStorageError where error.code == .messageTooLarge {
            throw self.tooLarge(error, references)
        } catch let error as ExternalStorageError {
            throw RequestFailure(error, verb: "retrieve")
        }
    }

    /// The most that is read, whatever the references say (ES-P11): what memory was taken for, and a little for writers
    /// that count the data alone.
    private func sizeLimit(expecting sizeInBytes: Int, references: Int) -> Int {
        min(self.resolvedSizeLimit, sizeInBytes + Self.slack + 256 * references)
    }

    /// More came than memory was taken for.
    private func tooLarge(_ error: ExternalStorageError, _ references: [Payload]) -> RequestFailure {
        let sizes = references.map { $0.externalPayloadSizes.first ?? 0 }
        // All say something, and it was not true; else it is the limit of this server.
        var failure =
            sizes.allSatisfy { $0 > 0 }
            ? RequestFailure.wrongSize(
                declared: sizes.reduce(0) { $0.addingReportingOverflow($1).partialValue },
                actual: 0
            )
            : RequestFailure.tooMuch(sizeInBytes: 0, limit: self.resolvedSizeLimit)
        failure.detail = error.message
        return failure
    }

    /// By how much a payload may exceed what its reference says, for writers that count the data alone.
    private static let slack = 64 * 1_024

    /// The memory that payloads of the declared sizes need; if one is not declared, as much as a request may have.
    private func expectedSize(_ sizes: [Int64]) throws -> Int {
        let sum = sizes.reduce(Int64(0)) { sum, size in
            let (result, overflow) = sum.addingReportingOverflow(max(0, size))
            return overflow ? .max : result
        }
        guard sum <= self.resolvedSizeLimit else {
            throw RequestFailure.tooMuch(sizeInBytes: Int(clamping: sum), limit: self.resolvedSizeLimit)
        }
        return sizes.contains { $0 <= 0 } ? self.resolvedSizeLimit : Int(sum)
    }
}
