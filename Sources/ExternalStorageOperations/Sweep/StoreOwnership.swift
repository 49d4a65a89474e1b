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

/// Which namespace the objects of a name belong to, as it stands in the store (P13, P25).
///
/// A staging and a production cluster may share a bucket, and have namespaces of the same name: to each of them the
/// objects of the other are orphans. A small object per name says whose they are, and whoever has another namespace of
/// that name is refused.
package struct StoreOwnership: Sendable, Codable, Hashable {
    package var namespace: String
    package var id: String

    package init(namespace: String, id: String) {
        self.namespace = namespace
        self.id = id
    }

    /// What the store says of a namespace.
    ///
    /// - Returns: Nil if it says nothing.
    package static func read(
        of namespace: String,
        from driver: any MaintainableStorageDriver,
        in container: String
    ) async throws -> Self? {
        let bytes: ByteBuffer
        do {
            bytes = try await driver.readObject(at: Self.location(namespace, container), sizeLimit: 65_536)
        } catch let error as ExternalStorageError where error.code == .notFound {
            return nil
        }
        do {
            return try JSONDecoder().decode(Self.self, from: Data(bytes.readableBytesView))
        } catch {
            throw OperationsError(.store, "the object \(Self.location(namespace, container).key) cannot be read")
        }
    }

    /// Writes it, if the store says nothing yet.
    package func claim(from driver: any MaintainableStorageDriver, in container: String) async throws {
        let bytes = ByteBuffer(bytes: try JSONEncoder().encode(self))
        let isNew = try await driver.createObject(bytes, at: Self.location(self.namespace, container))
        guard isNew else {
            throw OperationsError(.busy, "somebody else has just claimed the namespace \"\(self.namespace)\"")
        }
    }

    /// - Throws: `OperationsError` unless the store says that the objects are those of this namespace.
    package func check(in driver: any MaintainableStorageDriver, container: String) async throws {
        guard let found = try await Self.read(of: self.namespace, from: driver, in: container) else {
            throw OperationsError(
                .refused,
                """
                nothing in the bucket "\(container)" says that the objects of the namespace "\(self.namespace)" are \
                those of this cluster's (id \(self.id)). If no other cluster has a namespace of this name and this \
                bucket, say so once with --claim
                """
            )
        }
        guard found == self else {
            throw OperationsError(
                .refused,
                """
                the objects of the namespace "\(self.namespace)" in the bucket "\(container)" belong to the namespace \
                with the id \(found.id), and this one is \(self.id): another cluster, or a namespace that was deleted. \
                Nothing is deleted
                """
            )
        }
    }

    private static func location(_ namespace: String, _ container: String) -> StoredObjectLocation {
        StoredObjectLocation(
            container: container,
            key: "temporal-storage/owner/\(StorageObjectKey.escape(namespace, .file)).json"
        )
    }
}
