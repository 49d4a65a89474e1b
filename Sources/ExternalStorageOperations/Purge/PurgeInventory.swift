//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import ExternalStorageCore
import Synchronization

/// What a purge is about: the objects of one workflow, on all drivers.
package struct PurgeInventory: Sendable, Codable, Hashable {
    /// One object of it.
    package struct Entry: Sendable, Codable, Hashable {
        package var driver: String
        package var container: String
        package var key: String
    }

    package var namespace: String
    package var workflowID: String
    /// Objects that its runs refer to, wherever they lie: what a child gave back lies with the parent, what was sent to
    /// another workflow with that one (P6).
    package var referenced: Set<Entry> = []

    package init(namespace: String, workflowID: String) {
        self.namespace = namespace
        self.workflowID = workflowID
    }

    /// Adds what one of its runs refers to.
    package mutating func add(_ reading: NamespaceReader.Reading, by locator: ReferenceLocator) {
        for sighting in reading.sightings {
            guard let location = try? locator.location(of: sighting.reference) else { continue }
            self.referenced.insert(
                Entry(driver: sighting.reference.driverName, container: location.container, key: location.key)
            )
        }
    }

    /// Whether an object lies with the workflow.
    package func owns(_ key: StoredKey) -> Bool {
        guard key.namespace == self.namespace, case .workflow(let id, _, _) = key.owner else { return false }
        return id == self.workflowID
    }

    /// Whether an object belongs to the workflow: by its key, or because it was referred to.
    package func contains(_ object: StoredObject, _ key: StoredKey, ofDriver driver: String) -> Bool {
        if self.owns(key) { return true }
        return self.referenced.contains(
            Entry(driver: driver, container: object.location.container, key: object.location.key)
        )
    }
}

/// Notes who refers to what lies with a workflow, or was referred to by it, while a pass reads everything.
///
/// Of keys, in whatever bucket, as marks are: a holder too many keeps an object.
package final class HolderExaminer: ReferenceExaminer {
    /// Somebody who refers to an object.
    package struct Holder: Sendable, Codable, Hashable {
        package var namespace: String
        package var kind: RootKind
        package var id: String
        package var runID: String
    }

    private let inventory: PurgeInventory
    private let keys: Set<String>
    private let holders = Mutex<[String: Set<Holder>]>([:])
    private let ownRuns = Mutex<Set<String>>([])

    /// How many are named for each object.
    private static let nameLimit = 5

    package init(_ inventory: PurgeInventory) {
        self.inventory = inventory
        self.keys = Set(inventory.referenced.map(\.key))
    }

    package func examine(
        _ sighting: ReferenceSighting,
        in item: RootItem,
        _ kind: RootKind,
        at location: StoredObjectLocation?,
        namespace: String
    ) async throws -> ReferenceFinding? {
        let isItself =
            namespace == self.inventory.namespace && item.id == self.inventory.workflowID
            && [.workflows, .systemWorkflows].contains(kind)
        guard !isItself else {
            self.ownRuns.withLock { _ = $0.insert(item.runID) }
            return nil
        }
        // In the spelling of any driver, as marks are.
        let names = [location?.key].compactMap(\.self) + sighting.reference.claim.objectNames
        for key in Set(names) where self.isOfInterest(key) {
            let holder = Holder(namespace: namespace, kind: kind, id: item.id, runID: item.runID)
            self.holders.withLock { holders in
                if holders[key, default: []].count < Self.nameLimit { holders[key, default: []].insert(holder) }
            }
        }
        return nil
    }

    /// The runs of the workflow itself that were read and refer to something, sorted.
    package var runsOfItself: [String] { self.ownRuns.withLock { $0.sorted() } }

    /// Who else refers to an object, a few of them.
    package func holders(ofKey key: String) -> [Holder] {
        self.holders.withLock { $0[key] ?? [] }.sorted {
            ($0.namespace, $0.id, $0.runID) < ($1.namespace, $1.id, $1.runID)
        }
    }

    private func isOfInterest(_ key: String) -> Bool {
        if self.keys.contains(key) { return true }
        return StoredKey(key).map { self.inventory.owns($0) } ?? false
    }
}

/// Whether an object of a workflow that is gone may be deleted.
///
/// Pure. What another thing refers to stays. So does what lies under another namespace than the one that was named:
/// whether the bucket's objects of that name are this server's is not known. What is younger than calls may be under way
/// stays too: its reference may be on its way to a history that has been read already (P14). And where somebody is left
/// who stores, an object may be used again without being written, as long as it is younger than the margin (P1). With
/// another workflow that is always so; with the workflow itself as long as one of its children is open, since what a child
/// gives back is stored with its parent (P6), be that gone or not. Not seen is a workflow that goes on sending signals to
/// one that is gone, with a value that it had sent in a run whose history is gone too.
package enum PurgeVerdict: String, Sendable, Codable, Hashable {
    case deletable
    case heldByOthers
    case tooYoung
    case reusable
    case ofAnotherNamespace

    /// - Parameters:
    ///   - object: The object.
    ///   - holders: How many others refer to it.
    ///   - mayBeStoredAgain: Whether somebody is left who stores where it lies.
    ///   - isOfNamespace: Whether it lies under the namespace that was named.
    ///   - began: When the pass began, by the clock of the store.
    ///   - graceInSeconds: How long a call may be under way.
    ///   - renewalMargin: How old an object may be that is used again without being written; nil if of any age.
    package init(
        of object: StoredObject,
        holders: Int,
        mayBeStoredAgain: Bool,
        isOfNamespace: Bool,
        began: Int64,
        graceInSeconds: Int64,
        renewalMargin: Duration?
    ) {
        guard holders == 0 else {
            self = .heldByOthers
            return
        }
        guard isOfNamespace else {
            self = .ofAnotherNamespace
            return
        }
        guard let lastModified = object.lastModified, lastModified > 0,
            case (let known, false) = lastModified.addingReportingOverflow(graceInSeconds), known < began
        else {
            self = .tooYoung
            return
        }
        guard mayBeStoredAgain else {
            self = .deletable
            return
        }
        guard let renewalMargin,
            case (let unused, false) = known.addingReportingOverflow(renewalMargin.components.seconds + 1),
            unused < began
        else {
            self = .reusable
            return
        }
        self = .deletable
    }
}
