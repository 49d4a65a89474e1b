//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import ExternalStorageCore
import NIOCore

/// Where references lead, and the marks that stand for it.
package struct ReferenceLocator: Sendable {
    private let drivers: [String: any StorageDriver]

    package init(storage: ExternalStorage) {
        self.drivers = Dictionary(storage.drivers.map { ($0.name, $0) }) { first, _ in first }
    }

    /// Where the object of a reference is.
    ///
    /// - Returns: Nil if the driver is not registered, or its store cannot be looked around in.
    /// - Throws: `invalidClaim`.
    package func location(of reference: StorageReference) throws(ExternalStorageError) -> StoredObjectLocation? {
        guard let driver = self.drivers[reference.driverName] as? any MaintainableStorageDriver else { return nil }
        return try driver.location(of: reference.claim)
    }

    /// The driver of a reference, if its store can be looked around in.
    package func driver(of reference: StorageReference) -> (any MaintainableStorageDriver)? {
        self.drivers[reference.driverName] as? any MaintainableStorageDriver
    }

    /// The mark of a key.
    ///
    /// Of the key alone, on purpose: a bucket has several names (an alias, the ARN of an access point), and a driver may
    /// have had another one. A mark too many keeps an object; a mark under another name would not.
    package static func mark(ofKey key: String) -> PayloadDigest {
        PayloadDigest(hashing: ByteBuffer(string: key))
    }

    /// The mark of something that was read.
    static func mark(of item: RootItem, _ kind: RootKind) -> PayloadDigest {
        PayloadDigest(hashing: ByteBuffer(string: "\(kind.rawValue)\u{0}\(item.id)\u{0}\(item.runID)"))
    }

    /// The mark of a run of a workflow that was read.
    static func mark(ofRun runID: String, ofWorkflow id: String) -> PayloadDigest {
        Self.mark(of: RootItem(id: id, runID: runID), .workflows)
    }
}
