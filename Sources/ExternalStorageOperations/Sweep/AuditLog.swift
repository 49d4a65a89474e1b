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

/// What was deleted or marked, and when, in the store itself (ES-G3, P35).
package struct AuditLog: Sendable {
    /// One object, and what became of it.
    package struct Line: Codable, Sendable {
        package var key: String
        package var sizeInBytes: Int
        package var lastModified: Int64?
        package var revision: String
        package var outcome: String

        package init(_ object: StoredObject, _ outcome: String) {
            self.key = object.location.key
            self.sizeInBytes = object.sizeInBytes
            self.lastModified = object.lastModified
            self.revision = object.revision
            self.outcome = outcome
        }
    }

    private let prefix: String
    private let driver: any MaintainableStorageDriver
    private let container: String

    /// - Parameters:
    ///   - prefix: What its keys begin with; of this run alone.
    ///   - driver: Whose store.
    ///   - container: One of its containers.
    package init(prefix: String, driver: any MaintainableStorageDriver, container: String) {
        self.prefix = prefix
        self.driver = driver
        self.container = container
    }

    /// Writes a part of it, which is never written again.
    ///
    /// - Parameters:
    ///   - what: `intent` before, `result` after.
    ///   - batch: The number of the part.
    ///   - lines: Its lines.
    /// - Throws: `OperationsError` if it is there already: then nothing more may be deleted.
    package func write(_ what: String, _ batch: Int, _ lines: [Line]) async throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var bytes = ByteBuffer()
        for line in lines {
            bytes.writeBytes(try encoder.encode(line))
            bytes.writeString("\n")
        }
        let location = StoredObjectLocation(container: self.container, key: "\(self.prefix)/\(batch)-\(what).jsonl")
        guard try await self.driver.createObject(bytes, at: location) else {
            throw OperationsError(.store, "the log \(location.key) is there already; nothing more is deleted")
        }
    }
}
