//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import Foundation
import NIOCore
import Synchronization

/// A store on disk with a clock of its own, that does not delete everything it is told to.
final class OddStore: MaintainableStorageDriver {
    private let base: LocalDiskStorageDriver
    private let root: String
    private let ahead: Mutex<Int64>
    private let refusal: @Sendable (StoredObjectLocation) -> ExternalStorageError?
    private let listing: @Sendable (StoredObjectPage) -> StoredObjectPage

    /// - Parameters:
    ///   - base: Keeps the objects.
    ///   - root: The directory of the bed, with the store in it.
    ///   - ahead: How many seconds its clock is ahead of this machine's.
    ///   - refusal: What deleting an object fails with; nil if it does not.
    ///   - listing: What becomes of a page of a listing.
    init(
        _ base: LocalDiskStorageDriver,
        root: String,
        ahead: Int64 = 0,
        refusal: @escaping @Sendable (StoredObjectLocation) -> ExternalStorageError? = { _ in nil },
        listing: @escaping @Sendable (StoredObjectPage) -> StoredObjectPage = { $0 }
    ) {
        self.base = base
        self.root = root
        self.ahead = Mutex(ahead)
        self.listing = listing
        self.refusal = refusal
    }

    /// Lets time go by in the store, and nowhere else.
    func advance(by seconds: Int64) { self.ahead.withLock { $0 += seconds } }

    private var now: Int64 { Int64(Date().timeIntervalSince1970) + self.ahead.withLock { $0 } }

    var name: String { self.base.name }
    var type: String { self.base.type }
    var renewalMargin: Duration? { self.base.renewalMargin }

    func store(_ payloads: [Payload], context: StorageDriverStoreContext) async throws -> [StorageDriverClaim] {
        try await self.base.store(payloads, context: context)
    }

    func retrieve(_ claims: [StorageDriverClaim], context: StorageDriverRetrieveContext) async throws -> [Payload] {
        try await self.base.retrieve(claims, context: context)
    }

    func containers() throws(ExternalStorageError) -> [String] { try self.base.containers() }

    func location(of claim: StorageDriverClaim) throws(ExternalStorageError) -> StoredObjectLocation {
        try self.base.location(of: claim)
    }

    func keyPrefix(ofNamespace namespace: String) -> String { self.base.keyPrefix(ofNamespace: namespace) }

    func listObjects(in container: String, prefix: String, continuation: String?) async throws -> StoredObjectPage {
        self.listing(try await self.base.listObjects(in: container, prefix: prefix, continuation: continuation))
    }

    func describeObject(at location: StoredObjectLocation) async throws -> StoredObject? {
        try await self.base.describeObject(at: location)
    }

    func readObject(at location: StoredObjectLocation, sizeLimit: Int) async throws -> ByteBuffer {
        try await self.base.readObject(at: location, sizeLimit: sizeLimit)
    }

    func createObject(_ bytes: ByteBuffer, at location: StoredObjectLocation) async throws -> Bool {
        guard try await self.base.createObject(bytes, at: location) else { return false }
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: TimeInterval(self.now))],
            ofItemAtPath: "\(self.root)/store/\(location.key)"
        )
        return true
    }

    func deleteObject(_ object: StoredObject) async throws -> StoredObjectDeletion {
        if let error = self.refusal(object.location) { throw error }
        return try await self.base.deleteObject(object)
    }

    func currentTime(in container: String) async throws -> Int64 { self.now }
}
