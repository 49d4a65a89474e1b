//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

extension ExternalStorage {
    /// Resolves the references among the payloads.
    ///
    /// Exactly one level: what comes back is what was stored, even if that looks like a reference (ES-W6). The first
    /// failure cancels the other calls, waits for them, and is thrown (ES-P3).
    ///
    /// - Parameters:
    ///   - payloads: Payloads as they stand in the message.
    ///   - namespace: The namespace of the call.
    /// - Returns: One payload per input, in order: what was stored, or the input itself if it is no reference.
    /// - Throws: ``ExternalStorageError``: `invalidReference`, `undecodableReference`, `driverNotRegistered`,
    ///   `driverContract` if a driver miscounts, else the failure of the driver, classified. `CancellationError` if
    ///   cancelled.
    @concurrent
    public func retrieve(_ payloads: [Payload], namespace: String) async throws -> [Payload] {
        let indices = payloads.indices.filter { index in
            RetrievePlan.isReference(payloads[index], readsLegacy: self.configuration.readsLegacyReferences)
        }
        guard !indices.isEmpty else { return payloads }
        let retrieved = try await self.retrieve(references: indices.map { payloads[$0] }, namespace: namespace)
        var result = payloads
        for (index, payload) in zip(indices, retrieved) { result[index] = payload }
        return result
    }

    /// Resolves the references of one message: one `retrieve` per driver, all at the same time (ES-P2).
    ///
    /// - Parameters:
    ///   - references: References, all of them.
    ///   - namespace: The namespace of the call.
    ///   - sizeLimit: The most that is retrieved in all, in bytes (ES-P11). A reference that comes twice counts twice.
    /// - Returns: One payload per reference, in order; the reference itself if its driver is not registered and such
    ///   references are left to others.
    /// - Throws: As ``retrieve(_:namespace:)``; `messageTooLarge` if there is more than `sizeLimit`.
    @concurrent
    package func retrieve(
        references: [Payload],
        namespace: String,
        sizeLimit: Int = .max
    ) async throws -> [Payload] {
        let retrieval = Retrieval(limit: sizeLimit, occupied: 0, manner: [])
        let outcomes = try await self.retrieve(references: references, namespace: namespace, in: retrieval)
        return try zip(references, outcomes).map { reference, outcome in
            switch outcome {
            case .retrieved(let payload): return payload
            case .left: return reference
            case .noRoom(let error), .failed(let error): throw retrieval.failure ?? error
            case .stopped: throw retrieval.failure ?? ExternalStorageError.notRetrieved
            }
        }
    }

    /// Resolves references of one message, and says of each what became of it.
    ///
    /// - Parameters:
    ///   - references: References, all of them, in the order in which they have a claim to the room that there is.
    ///   - namespace: The namespace of the call.
    ///   - retrieval: The room that the message has, and what came for it so far.
    /// - Returns: One outcome per reference, in order.
    ///   A reference that is wrong in itself stops the others before any driver is asked, unless they survive failures.
    /// - Throws: `CancellationError` if cancelled, and nothing else.
    @concurrent
    package func retrieve(
        references: [Payload],
        namespace: String,
        in retrieval: Retrieval
    ) async throws -> [RetrievalOutcome] {
        guard !references.isEmpty else { return [] }
        let places = try await self.places(of: references, namespace: namespace, in: retrieval)
        if let error = places.lazy.compactMap(\.error).first { retrieval.failed(error) }
        var (locations, hints, credits): ([RetrievePlan.Location], [Int], [Int]) = ([], [], [])
        for (place, reference) in zip(places, references) {
            guard case .location(let location) = place else { continue }
            locations.append(location)
            hints.append(reference.declaredSize)
            credits.append(reference.sizeInBytes)
        }
        if !locations.isEmpty, !retrieval.hasStopped {
            try await self.runner.retrieve(
                locations,
                hints: hints,
                credits: credits,
                namespace: namespace,
                in: retrieval
            )
        }
        try Task.checkCancellation()
        return places.map { place in
            switch place {
            case .location(let location): retrieval.outcome(at: location)
            case .elsewhere: .left
            case .nowhere(let error): .failed(error)
            }
        }
    }

    /// Where a reference leads.
    private enum Place {
        case location(RetrievePlan.Location)
        /// To a driver that is not registered, on purpose.
        case elsewhere
        case nowhere(ExternalStorageError)

        var error: ExternalStorageError? {
            guard case .nowhere(let error) = self else { return nil }
            return error
        }
    }

    private func places(
        of references: [Payload],
        namespace: String,
        in retrieval: Retrieval
    ) async throws -> [Place] {
        let survives = retrieval.manner.contains(.survivesFailures)
        return try await self.plainReferences(references, survives: survives).map { plain in
            do throws(ExternalStorageError) {
                let location = try RetrievePlan.location(
                    of: try plain.get(),
                    in: self.registry,
                    namespace: namespace,
                    unregistered: self.configuration.unregisteredDrivers
                )
                return location.map(Place.location) ?? .elsewhere
            } catch {
                return .nowhere(error)
            }
        }
    }

    private func plainReferences(
        _ references: [Payload],
        survives: Bool
    ) async throws -> [Result<Payload, ExternalStorageError>] {
        let codec = ReferenceCodec(self.configuration.references)
        do {
            return try await codec.decode(references).map { .success($0) }
        } catch let error as ExternalStorageError {
            guard survives, references.count > 1 else { return references.map { _ in .failure(error) } }
            // Which one is to blame, each shows by itself.
            var results: [Result<Payload, ExternalStorageError>] = []
            for reference in references {
                results += try await self.plainReferences([reference], survives: true)
            }
            return results
        }
    }
}

extension Payload {
    /// How large the payload behind a reference is by what the reference says, in bytes; zero if it does not say.
    package var declaredSize: Int {
        self.externalPayloadSizes.reduce(0) { $0.addingClamped(Int(clamping: max(0, $1))) }
    }
}

extension ExternalStorageError {
    /// For what nothing else explains.
    static var notRetrieved: Self { Self(code: .driverFailed, message: "a payload was not retrieved") }
}
