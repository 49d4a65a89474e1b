//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import ExternalStorageCore
import NIOCore

/// An object that nothing refers to, as far as complete passes tell.
package struct Orphan: Sendable, Hashable {
    package var driverName: String
    package var object: StoredObject
    package var key: StoredKey
}

/// What a search through a store found.
package struct OrphanSummary: Sendable, Codable, Hashable {
    /// Objects under the prefixes of namespaces.
    package var objects = 0
    package var bytes = 0
    package var orphans = 0
    package var orphanBytes = 0
    /// Objects that were left alone because their keys are not of our making.
    package var foreignKeys = 0
    /// Namespaces that the store has objects of, and that were not read; with how many.
    package var unreadNamespaces: [String: Int] = [:]

    package init() {}
}

/// Goes through a store in the order of its keys, and asks for each object whether anything refers to it.
///
/// One page is in memory, and of the marks a few blocks.
package struct OrphanSearch: Sendable {
    package let marks: MarkSet
    /// Those that were read completely.
    package let namespaces: Set<String>
    package let progress: PassProgress

    package init(marks: MarkSet, namespaces: Set<String>, progress: PassProgress = PassProgress()) {
        self.marks = marks
        self.namespaces = namespaces
        self.progress = progress
    }

    /// Searches one container.
    ///
    /// - Parameters:
    ///   - driver: Whose store.
    ///   - container: The container.
    ///   - visit: Is given the orphans of a page at a time, in the order of their keys.
    /// - Returns: Counts of everything.
    /// - Throws: What the store throws: then the counts say nothing.
    package func run(
        on driver: any MaintainableStorageDriver,
        in container: String,
        _ visit: ([Orphan]) async throws -> Void
    ) async throws -> OrphanSummary {
        var summary = OrphanSummary()
        var previous: String?
        for try await objects in driver.pages(in: container, prefix: "v0/ns/") {
            for object in objects {
                // Out of order means that something is missing, or comes twice.
                let key = object.location.key
                if let previous, !previous.utf8.lexicographicallyPrecedes(key.utf8) {
                    throw OperationsError(.store, "the store lists \"\(key)\" behind \"\(previous)\": that is no order")
                }
                previous = key
            }
            let marks = self.marks
            let referenced = try await BlockingWork.run {
                try objects.map { try marks.isReferenced(key: $0.location.key) }
            }
            var orphans: [Orphan] = []
            for (object, isReferenced) in zip(objects, referenced) {
                summary.objects += 1
                summary.bytes += object.sizeInBytes
                guard let key = StoredKey(object.location.key) else {
                    summary.foreignKeys += 1
                    continue
                }
                guard self.namespaces.contains(key.namespace) else {
                    summary.unreadNamespaces[key.namespace, default: 0] += 1
                    continue
                }
                guard !isReferenced else { continue }
                summary.orphans += 1
                summary.orphanBytes += object.sizeInBytes
                orphans.append(Orphan(driverName: driver.name, object: object, key: key))
            }
            self.progress.update { $0.objects += objects.count }
            if !orphans.isEmpty { try await visit(orphans) }
        }
        return summary
    }
}
