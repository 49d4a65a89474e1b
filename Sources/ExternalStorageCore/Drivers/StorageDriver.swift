//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Keeps payloads outside of Temporal, and finds them again.
///
/// A driver is called for many payloads at once, by many tasks at once. What it must guarantee is tested by
/// `StorageDriverConformance` in the product `ExternalStorageTesting`: run it on yours.
///
/// - A payload is stored as its ``Payload/serializedBytes``, and comes back with exactly these bytes (ES-W6).
/// - Storing the same payload for the same target again yields a claim that finds it, whether or not it was there.
/// - Claims come out of workflow histories: believe nothing in them.
/// - One permit of the context's limiter is taken per request to the store, see ``StorageLimiter`` (ES-P7).
/// - Cancellation of the calling task ends the call, with `CancellationError`.
public protocol StorageDriver: Sendable {
    /// The name under which the driver is registered, and which stands in every reference it made.
    ///
    /// It must never change while a history refers to it, and must agree between all workers that share histories.
    var name: String { get }

    /// What kind of driver this is, for metrics and the worker's heartbeat; `aws.s3driver` for example.
    ///
    /// Unlike the name it is the same for every instance.
    var type: String { get }

    /// Stores payloads.
    ///
    /// Check all payloads (sizes, settings) before the first upload. Objects that were written before a failure may
    /// stay: the next attempt writes them again.
    ///
    /// - Parameters:
    ///   - payloads: What to store; never empty, no two of them equal.
    ///   - context: Whose they are, and the limiter.
    /// - Returns: One claim per payload, in order.
    /// - Throws: ``ExternalStorageError`` with the code that fits. Anything else counts as
    ///   ``ExternalStorageError/Code/driverFailed``, and its description becomes part of the message, which may end up in
    ///   a history. `CancellationError` if the task was cancelled.
    func store(_ payloads: [Payload], context: StorageDriverStoreContext) async throws -> [StorageDriverClaim]

    /// Retrieves payloads that ``store(_:context:)`` stored, here or in another SDK's driver of the same name.
    ///
    /// - Parameters:
    ///   - claims: Where to find them; never empty.
    ///   - context: The ambient namespace, and the limiter.
    /// - Returns: One payload per claim, in order.
    /// - Throws: As for ``store(_:context:)``.
    func retrieve(_ claims: [StorageDriverClaim], context: StorageDriverRetrieveContext) async throws -> [Payload]
}
