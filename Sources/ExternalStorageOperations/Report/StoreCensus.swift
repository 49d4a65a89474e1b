//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import ExternalStorageCore

/// Counts of everything in a store, from one listing.
///
/// Memory is that of a page, of the types of workflows that keys name, and of the largest objects.
package struct StoreCensus: Sendable, Codable, Hashable {
    /// Objects and their bytes.
    package struct Count: Sendable, Codable, Hashable {
        package var objects = 0
        package var bytes = 0

        package init() {}

        mutating func add(_ object: StoredObject) {
            self.objects += 1
            let (sum, overflow) = self.bytes.addingReportingOverflow(max(0, object.sizeInBytes))
            self.bytes = overflow ? .max : sum
        }
    }

    /// A class of sizes or of ages, with its upper limit.
    package struct Class: Sendable, Hashable {
        package let name: String
        let limit: Int64
    }

    package static let sizeClasses = [
        Class(name: "under 256 KiB", limit: 256 << 10), Class(name: "to 1 MiB", limit: 1 << 20),
        Class(name: "to 4 MiB", limit: 4 << 20), Class(name: "to 16 MiB", limit: 16 << 20),
        Class(name: "to 64 MiB", limit: 64 << 20), Class(name: "larger", limit: .max),
    ]
    package static let ageClasses = [
        Class(name: "a day", limit: 86_400), Class(name: "a week", limit: 7 * 86_400),
        Class(name: "30 days", limit: 30 * 86_400), Class(name: "90 days", limit: 90 * 86_400),
        Class(name: "a year", limit: 365 * 86_400), Class(name: "older", limit: .max),
    ]
    /// How many days of growth are told apart.
    package static let growthDays = 30
    private static let largestCount = 20
    private static let typeLimit = 1_000

    package var driver: String
    package var container: String
    package var all = Count()
    package var referenced = Count()
    package var orphans = Count()
    /// Of namespaces that were not read, or with keys that no driver writes.
    package var unknown = Count()
    package var bySize = [Count](repeating: Count(), count: StoreCensus.sizeClasses.count)
    package var byAge = [Count](repeating: Count(), count: StoreCensus.ageClasses.count)
    /// What was written on each of the last days and is still there, the oldest day first.
    package var growth = [Count](repeating: Count(), count: StoreCensus.growthDays)
    package var byType: [String: Count] = [:]
    package var largest: [Largest] = []

    /// One of the largest objects.
    package struct Largest: Sendable, Codable, Hashable {
        package var key: String
        package var sizeInBytes: Int
        package var isReferenced: Bool
    }

    package init(driver: String, container: String) {
        self.driver = driver
        self.container = container
    }

    /// Goes through a container once.
    ///
    /// - Parameters:
    ///   - driver: Whose store.
    ///   - container: The container.
    ///   - marks: Those of a pass; nil if it was incomplete, so that nobody knows what is referenced.
    ///   - namespaces: Those that were read.
    ///   - now: The time of the store, in seconds since 1970.
    /// - Returns: The counts.
    /// - Throws: What the store throws: then there are none.
    package static func count(
        _ driver: any MaintainableStorageDriver,
        _ container: String,
        marks: MarkSet?,
        namespaces: Set<String>,
        now: Int64
    ) async throws -> Self {
        var census = Self(driver: driver.name, container: container)
        for try await objects in driver.pages(in: container, prefix: "v0/") {
            let referenced = try await BlockingWork.run {
                try objects.map { try marks?.isReferenced(key: $0.location.key) }
            }
            for (object, isReferenced) in zip(objects, referenced) {
                census.add(object, isReferenced: isReferenced, namespaces, now)
            }
        }
        return census
    }

    mutating func add(_ object: StoredObject, isReferenced: Bool?, _ namespaces: Set<String>, _ now: Int64) {
        self.all.add(object)
        let key = StoredKey(object.location.key)
        if isReferenced == true {
            self.referenced.add(object)
        } else if isReferenced == nil || !(key.map { namespaces.contains($0.namespace) } ?? false) {
            self.unknown.add(object)
        } else {
            self.orphans.add(object)
        }
        self.bySize[Self.index(of: Int64(object.sizeInBytes), in: Self.sizeClasses)].add(object)
        if let time = object.lastModified {
            let age = max(0, now - time)
            self.byAge[Self.index(of: age, in: Self.ageClasses)].add(object)
            let day = Int(clamping: age / 86_400)
            if day < Self.growthDays { self.growth[Self.growthDays - 1 - day].add(object) }
        }
        var type = "(no workflow)"
        if case .workflow(_, _, let name) = key?.owner { type = name ?? "(type unknown)" }
        if self.byType[type] == nil, self.byType.count >= Self.typeLimit { type = "(others)" }
        self.byType[type, default: Count()].add(object)
        let entry = Largest(
            key: object.location.key,
            sizeInBytes: object.sizeInBytes,
            isReferenced: isReferenced == true
        )
        guard
            self.largest.count < Self.largestCount
                || entry.sizeInBytes > self.largest[Self.largestCount - 1].sizeInBytes
        else { return }
        let index = self.largest.firstIndex { $0.sizeInBytes < entry.sizeInBytes } ?? self.largest.count
        self.largest.insert(entry, at: index)
        if self.largest.count > Self.largestCount { self.largest.removeLast() }
    }

    private static func index(of value: Int64, in classes: [Class]) -> Int {
        classes.firstIndex { value < $0.limit } ?? classes.count - 1
    }
}
