//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import ExternalStorageCore
import NIOCore

/// Copies objects from one place to another, and believes neither.
///
/// What was read is hashed and compared with the digest of the reference before it is written, and what is there already
/// is left alone: its digest is in its key, and the next `verify --deep` reads it.
package struct ObjectCopier: Sendable {
    /// What became of an object.
    package enum Outcome: Hashable, Sendable {
        case copied(sizeInBytes: Int)
        case isThere
        /// The source does not have it.
        case missing
        /// The source has other bytes.
        case corrupted
        /// It could be copied; nothing was written.
        case possible(sizeInBytes: Int)
    }

    private static let sizeLimit = 1 << 30

    private let source: any MaintainableStorageDriver
    private let destination: any MaintainableStorageDriver
    private let writes: Bool

    /// - Parameters:
    ///   - source: Whose store is read.
    ///   - destination: Whose store is written to.
    ///   - writes: Whether anything is written; if not, what could be done is told.
    package init(
        from source: any MaintainableStorageDriver,
        to destination: any MaintainableStorageDriver,
        writes: Bool
    ) {
        self.source = source
        self.destination = destination
        self.writes = writes
    }

    /// Copies one object.
    ///
    /// - Parameters:
    ///   - origin: Where it is.
    ///   - target: Where it has to be.
    ///   - digest: That of its bytes.
    ///   - replaces: Whether an object that is there and has other bytes is deleted first.
    /// - Returns: What became of it.
    /// - Throws: ``ExternalStorageError``; `CancellationError`. A copy is whole or not there.
    package func copy(
        _ origin: StoredObjectLocation,
        to target: StoredObjectLocation,
        digest: PayloadDigest,
        replacing replaces: Bool = false
    ) async throws -> Outcome {
        let present = try await self.destination.describeObject(at: target)
        if present != nil, !replaces { return .isThere }
        let bytes: ByteBuffer
        do {
            bytes = try await self.source.readObject(at: origin, sizeLimit: Self.sizeLimit)
        } catch let error as ExternalStorageError where error.code == .notFound {
            return .missing
        }
        guard PayloadDigest(hashing: bytes) == digest else { return .corrupted }
        guard self.writes else { return .possible(sizeInBytes: bytes.readableBytes) }
        if let present { _ = try await self.destination.deleteObject(present) }
        let isNew = try await self.destination.createObject(bytes, at: target)
        return isNew ? .copied(sizeInBytes: bytes.readableBytes) : .isThere
    }

    /// The digest that a claim names; nil if it names none that is known.
    package static func digest(of reference: StorageReference) -> PayloadDigest? {
        let claim = reference.claim
        guard let text = claim["hash_value"] ?? claim["hashValue"] else { return nil }
        return PayloadDigest(hexadecimal: text)
    }
}
