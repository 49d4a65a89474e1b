//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import ExternalStorageCore
import Synchronization

/// Copies what a pass finds referenced to another place.
package final class CopyingExaminer: ReferenceExaminer {
    /// Counts of all that was found.
    package struct Tally: Sendable, Codable, Hashable {
        package var copied = 0
        package var copiedBytes = 0
        /// There already.
        package var present = 0
        package var failed = 0
        /// References of other drivers or containers, which are left as they are.
        package var elsewhere = 0
    }

    private let driverName: String
    private let container: String
    private let target: String
    private let copier: ObjectCopier
    private let limiter: StorageLimiter
    private let state = Mutex((tally: Tally(), done: Set<PayloadDigest>()))

    /// How many keys are remembered, so that a memo of many runs is asked for once.
    private static let memory = 20_000

    /// - Parameters:
    ///   - driverName: The driver whose references are followed.
    ///   - container: The container whose objects are copied.
    ///   - target: The container of the destination.
    ///   - copier: Copies.
    ///   - requests: How many objects are on their way at most; so many are in memory.
    package init(
        driverName: String,
        container: String,
        target: String,
        copier: ObjectCopier,
        requests: Int = 8
    ) {
        self.driverName = driverName
        self.container = container
        self.target = target
        self.copier = copier
        self.limiter = StorageLimiter(permits: max(1, requests))
    }

    package var tally: Tally { self.state.withLock { $0.tally } }

    package func examine(
        _ sighting: ReferenceSighting,
        in item: RootItem,
        _ kind: RootKind,
        at location: StoredObjectLocation?,
        namespace: String
    ) async throws -> ReferenceFinding? {
        guard sighting.reference.driverName == self.driverName, let location, location.container == self.container,
            let digest = ObjectCopier.digest(of: sighting.reference)
        else {
            self.state.withLock { $0.tally.elsewhere += 1 }
            return nil
        }
        let mark = ReferenceLocator.mark(ofKey: location.key)
        guard !self.state.withLock({ $0.done.contains(mark) }) else { return nil }
        let problem: (ReferenceFinding.Kind, String)
        do {
            let target = StoredObjectLocation(container: self.target, key: location.key)
            let outcome = try await self.limiter.withPermit {
                try await self.copier.copy(location, to: target, digest: digest)
            }
            guard let found = self.count(outcome, mark) else { return nil }
            problem = found
        } catch let error as ExternalStorageError {
            try Task.checkCancellation()
            problem = (.unknown, "\(error)")
        }
        self.state.withLock { $0.tally.failed += 1 }
        return ReferenceFinding(
            kind: problem.0,
            root: kind,
            item: item,
            place: sighting.place,
            driver: self.driverName,
            key: location.key,
            container: location.container,
            text: problem.1
        )
    }

    private func count(_ outcome: ObjectCopier.Outcome, _ mark: PayloadDigest) -> (ReferenceFinding.Kind, String)? {
        self.state.withLock { state in
            switch outcome {
            case .copied(let size), .possible(let size):
                state.tally.copied += 1
                state.tally.copiedBytes += size
            case .isThere: state.tally.present += 1
            case .missing: return (.missing, "the store has no such object, so that there is nothing to copy")
            case .corrupted:
                return (.corrupted, "the object's bytes are not those that the reference names; not copied")
            }
            if state.done.count >= Self.memory { state.done.removeAll(keepingCapacity: true) }
            state.done.insert(mark)
            return nil
        }
    }
}

/// Puts back from a replica what another examiner finds missing or corrupted (P36).
package struct RepairingExaminer: ReferenceExaminer {
    private let base: StoreExaminer
    private let copiers: [String: ObjectCopier]
    private let replica: String?

    /// - Parameters:
    ///   - base: Finds what is wrong.
    ///   - copiers: By the name of their driver, from the replica to the driver's store.
    ///   - replica: The container of the replica; nil for the same as the object's.
    package init(_ base: StoreExaminer, copiers: [String: ObjectCopier], replica: String?) {
        self.base = base
        self.copiers = copiers
        self.replica = replica
    }

    package func examine(
        _ sighting: ReferenceSighting,
        in item: RootItem,
        _ kind: RootKind,
        at location: StoredObjectLocation?,
        namespace: String
    ) async throws -> ReferenceFinding? {
        let found = try await self.base.examine(sighting, in: item, kind, at: location, namespace: namespace)
        guard var finding = found, [.missing, .corrupted, .wrongSize].contains(finding.kind), let location,
            let copier = self.copiers[sighting.reference.driverName],
            let digest = ObjectCopier.digest(of: sighting.reference)
        else { return found }
        let origin = StoredObjectLocation(container: self.replica ?? location.container, key: location.key)
        do {
            // The look of a moment ago may have been a glance at the size alone: only bytes that are wrong are replaced.
            let outcome = try await copier.copy(
                origin,
                to: location,
                digest: digest,
                replacing: finding.kind == .corrupted
            )
            switch outcome {
            case .copied:
                self.base.forget(sighting)
                return try await self.base.examine(sighting, in: item, kind, at: location, namespace: namespace)
            case .possible: finding.text += "; the replica has it: --apply puts it back"
            case .missing: finding.text += "; the replica does not have it either"
            case .corrupted: finding.text += "; what the replica has is corrupted too"
            case .isThere: break
            }
        } catch let error as ExternalStorageError {
            try Task.checkCancellation()
            finding.text += "; it could not be put back: \(error)"
        }
        return finding
    }
}
