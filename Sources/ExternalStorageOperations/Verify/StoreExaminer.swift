//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import ExternalStorageCore
import NIOCore
import Synchronization

/// Looks whether references resolve: is there an object, has it the size that the reference tells, and if asked, are its
/// bytes those that the claim names.
///
/// What was looked at lately is not looked at again: the memo of a chain of runs is one object.
package final class StoreExaminer: ReferenceExaminer {
    private enum Known: Sendable {
        case object(sizeInBytes: Int)
        case bad(ReferenceFinding.Kind, String)
    }

    /// How many locations are remembered.
    private static let memory = 20_000

    private let storage: ExternalStorage
    private let locator: ReferenceLocator
    private let readsAll: Bool
    /// By the digest of the reference as it stands there: the references themselves would be most of the memory.
    private let known = Mutex<[PayloadDigest: Known]>([:])
    private let limiter: StorageLimiter

    /// - Parameters:
    ///   - storage: The drivers.
    ///   - readsAll: Whether objects are read and hashed, and not only asked for.
    ///   - requests: How many requests are under way at the store at most.
    package init(storage: ExternalStorage, readsAll: Bool, requests: Int = 16) {
        self.storage = storage
        self.locator = ReferenceLocator(storage: storage)
        self.readsAll = readsAll
        self.limiter = StorageLimiter(permits: max(1, requests))
    }

    package func examine(
        _ sighting: ReferenceSighting,
        in item: RootItem,
        _ kind: RootKind,
        at location: StoredObjectLocation?,
        namespace: String
    ) async throws -> ReferenceFinding? {
        let known: Known
        let digest = PayloadDigest(hashing: sighting.payload.serializedBytes)
        if let earlier = self.known.withLock({ $0[digest] }) {
            known = earlier
        } else {
            guard let found = try await self.look(at: sighting, location, namespace) else { return nil }
            known = found
            self.known.withLock { known in
                if known.count >= Self.memory { known.removeAll(keepingCapacity: true) }
                known[digest] = found
            }
        }
        let (problem, text): (ReferenceFinding.Kind, String)
        switch known {
        case .bad(let kind, let words): (problem, text) = (kind, words)
        case .object(let size):
            guard let claimed = sighting.claimedSizeInBytes, claimed != size else { return nil }
            (problem, text) = (.wrongSize, "the object has \(size) bytes, and the reference says \(claimed)")
        }
        return ReferenceFinding(
            kind: problem,
            root: kind,
            item: item,
            place: sighting.place,
            driver: sighting.reference.driverName,
            key: location?.key ?? sighting.reference.claim["key"],
            container: location?.container ?? sighting.reference.claim["bucket"],
            text: text
        )
    }

    /// Looks at a reference anew the next time.
    func forget(_ sighting: ReferenceSighting) {
        let digest = PayloadDigest(hashing: sighting.payload.serializedBytes)
        _ = self.known.withLock { $0.removeValue(forKey: digest) }
    }

    /// - Returns: Nil for a driver that is not registered, of which the pass says all there is to say.
    private func look(
        at sighting: ReferenceSighting,
        _ location: StoredObjectLocation?,
        _ namespace: String
    ) async throws -> Known? {
        let name = sighting.reference.driverName
        guard self.storage.drivers.contains(where: { $0.name == name }) else { return nil }
        do {
            if let location, let driver = self.locator.driver(of: sighting.reference) {
                let object = try await self.limiter.withPermit { try await driver.describeObject(at: location) }
                guard let object else {
                    return .bad(.missing, "the store has no such object: it was deleted, or never written")
                }
                guard self.readsAll else { return .object(sizeInBytes: object.sizeInBytes) }
            }
            // A store that cannot be looked around in is asked for the payload itself.
            let payloads = try await self.limiter.withPermit {
                try await self.storage.retrieve(references: [sighting.payload], namespace: namespace)
            }
            return .object(sizeInBytes: payloads[0].sizeInBytes)
        } catch let error as ExternalStorageError {
            try Task.checkCancellation()
            switch error.code {
            case .notFound: return .bad(.missing, error.message)
            case .corrupted, .malformedPayload: return .bad(.corrupted, error.message)
            default: return .bad(.unknown, "\(error)")
            }
        }
    }
}
