//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import ExternalStorageCore
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What was marked as waste in a store, and is looked at again in each later run (P29).
///
/// The lists lie in the store itself, written before the first object of each is marked, so that they are found whoever
/// collects, from whatever machine. An object of them that is referenced again loses its mark.
package struct Quarantine: Sendable {
    private static let prefix = "temporal-storage/quarantine/"
    /// A list has a page of objects, with keys of a thousand bytes.
    private static let sizeLimit = 8 * 1_048_576

    /// What became of what was marked.
    package struct Review: Sendable, Codable, Hashable {
        /// Referenced again: their marks are taken away, or would be.
        package var unmarked = 0
        /// Marked, and still referenced by nothing.
        package var waiting = 0
        /// Gone, or written again.
        package var settled = 0

        package init() {}
    }

    private let driver: any TaggingStorageDriver
    private let container: String

    package init(driver: any TaggingStorageDriver, container: String) {
        self.driver = driver
        self.container = container
    }

    /// The list that objects are written into which are about to be marked.
    ///
    /// - Parameter run: A name that no other run has.
    /// - Returns: The list; nothing is written yet.
    package func list(of run: String) -> AuditLog {
        AuditLog(prefix: Self.prefix + run, driver: self.driver, container: self.container)
    }

    /// Looks at everything that was marked, a list at a time.
    ///
    /// - Parameters:
    ///   - marks: Those of complete passes.
    ///   - lease: The right to change the store; nil to only say what would be done.
    /// - Returns: Counts.
    /// - Throws: `OperationsError` if a list cannot be read, or the right is lost; what the store throws.
    package func review(marks: MarkSet, lease: StoreLease?) async throws -> Review {
        var review = Review()
        for try await page in self.driver.pages(in: self.container, prefix: Self.prefix) {
            for list in page {
                try await lease?.hold()
                let isSettled = try await self.review(list, marks, changes: lease != nil, &review)
                if isSettled, lease != nil { try await self.driver.dispose(of: list) }
            }
        }
        return review
    }

    /// - Returns: Whether nothing of the list is marked any more.
    private func review(
        _ list: StoredObject,
        _ marks: MarkSet,
        changes: Bool,
        _ review: inout Review
    ) async throws -> Bool {
        let bytes = try await self.driver.readObject(at: list.location, sizeLimit: Self.sizeLimit)
        let lines: [AuditLog.Line]
        do {
            let decoder = JSONDecoder()
            lines = try bytes.readableBytesView.split(separator: UInt8(ascii: "\n"))
                .map { try decoder.decode(AuditLog.Line.self, from: Data($0)) }
        } catch {
            throw OperationsError(
                .store,
                "the object \(list.location.key) is not a list of what was marked; nothing is deleted as long as it is there"
            )
        }
        let referenced = try await BlockingWork.run { try lines.map { try marks.isReferenced(key: $0.key) } }
        var isSettled = true
        for (line, isReferenced) in zip(lines, referenced) {
            try Task.checkCancellation()
            let location = StoredObjectLocation(container: self.container, key: line.key)
            if isReferenced {
                // Whatever is there now, it is needed.
                let hasMark = changes ? try await self.driver.unmark(location) : try await self.isMarked(location)
                review.unmarked += hasMark ? 1 : 0
                review.settled += hasMark ? 0 : 1
                if hasMark, !changes { isSettled = false }
                continue
            }
            guard let object = try await self.driver.describeObject(at: location), object.revision == line.revision
            else {
                // A mark that hit what was written at the same moment, by somebody who then was interrupted.
                if changes { _ = try await self.driver.unmark(location) }
                review.settled += 1
                continue
            }
            review.waiting += 1
            isSettled = false
        }
        return isSettled
    }

    private func isMarked(_ location: StoredObjectLocation) async throws -> Bool {
        guard let object = try await self.driver.describeObject(at: location) else { return false }
        return try await self.driver.unreferencedSince(object) != nil
    }
}

extension MaintainableStorageDriver {
    /// Deletes what the commands themselves have written and need no more.
    ///
    /// Whoever may not delete marks it, and leaves it to the rule of the store that deletes what is marked.
    func dispose(of object: StoredObject) async throws {
        do {
            _ = try await self.deleteObject(object)
        } catch let error as ExternalStorageError where error.code == .forbidden {
            guard let driver = self as? any TaggingStorageDriver, driver.canExpireTagged,
                let time = object.lastModified
            else { throw error }
            _ = try await driver.markUnreferenced(object, since: time)
        }
    }
}
