//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// A driver that can store and retrieve a payload without having it in memory as a whole.
///
/// Optional: of a driver without it, large values are read into memory first. Payloads stored by one way are found by
/// the other, and by the drivers of other SDKs: an object says nothing of how it came.
///
/// `StorageDriverConformance.streamingChecks` in the product `ExternalStorageTesting` tests what such a driver must
/// guarantee.
public protocol StreamingStorageDriver: StorageDriver {
    /// Stores one payload.
    ///
    /// Check size and settings first: on ``ExternalStorageError/Code/payloadTooLarge`` nothing has been sent (ES-P9).
    /// Read ``StreamedPayload/chunks(ofSize:)`` to the end before the object becomes visible: until then it is not sure
    /// that the source still is what the digest belongs to. On failure and cancellation leave nothing unfinished behind.
    ///
    /// - Parameters:
    ///   - payload: What to store.
    ///   - context: Whose it is, and the limiter: one permit per request to the store (ES-P7).
    /// - Returns: The claim; the same as for the payload in memory.
    /// - Throws: As ``StorageDriver/store(_:context:)``.
    func store(_ payload: StreamedPayload, context: StorageDriverStoreContext) async throws -> StorageDriverClaim

    /// The serialized bytes of a payload that was stored, whichever way.
    ///
    /// - Parameters:
    ///   - claim: Where to find it; not to be trusted.
    ///   - context: The ambient namespace, and the limiter: one permit per request to the store.
    /// - Returns: The chunks; nothing need be read before the first is asked for.
    /// - Throws: ``ExternalStorageError/Code/invalidClaim``; all else may as well come with the first chunk.
    func chunks(
        of claim: StorageDriverClaim,
        context: StorageDriverRetrieveContext
    ) async throws -> PayloadChunks
}
