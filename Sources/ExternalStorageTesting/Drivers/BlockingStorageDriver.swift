//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore
import NIOConcurrencyHelpers

/// A driver whose calls wait until a test lets them go on.
///
/// ```swift
/// async let stored = storage.store(payloads, context: context)
/// try await driver.waitForCalls(1)      // now the call waits inside of the driver
/// driver.release()
/// _ = try await stored
/// ```
public final class BlockingStorageDriver: StorageDriver {
    /// The name to register under.
    public let name: String
    /// `blocking`.
    public let type = "blocking"

    private let base: any StorageDriver
    private let released = TestEvent()
    private let started = TestCounter()
    private let cancelled = TestCounter()

    /// Creates a driver.
    ///
    /// - Parameters:
    ///   - name: The name to register under.
    ///   - base: Does the work once a call may go on; a driver in memory if nil.
    public init(name: String = "blocking", base: (any StorageDriver)? = nil) {
        self.name = name
        self.base = base ?? InMemoryStorageDriver()
    }

    /// How many calls have begun.
    public var calls: Int { self.started.value }

    /// Whether a call was cancelled while it waited.
    public var wasCancelled: Bool { self.cancelled.value > 0 }

    /// Waits until so many calls have begun.
    ///
    /// - Parameter count: How many, since the driver was created.
    /// - Throws: `CancellationError`.
    public func waitForCalls(_ count: Int) async throws {
        try await self.started.wait(for: count)
    }

    /// Waits until so many calls were cancelled.
    ///
    /// - Parameter count: How many, since the driver was created.
    /// - Throws: `CancellationError`.
    public func waitForCancellations(_ count: Int) async throws {
        try await self.cancelled.wait(for: count)
    }

    /// Lets all calls go on, those that come later too.
    public func release() {
        self.released.fire()
    }

    /// Waits for ``release()``, then stores.
    ///
    /// - Parameters:
    ///   - payloads: What to store.
    ///   - context: Whose they are, and the limiter.
    /// - Returns: The claims.
    /// - Throws: `CancellationError` if cancelled while it waits, else what the base throws.
    public func store(_ payloads: [Payload], context: StorageDriverStoreContext) async throws -> [StorageDriverClaim] {
        try await self.block()
        return try await self.base.store(payloads, context: context)
    }

    /// Waits for ``release()``, then retrieves.
    ///
    /// - Parameters:
    ///   - claims: Where to find them.
    ///   - context: The limiter.
    /// - Returns: The payloads.
    /// - Throws: `CancellationError` if cancelled while it waits, else what the base throws.
    public func retrieve(_ claims: [StorageDriverClaim], context: StorageDriverRetrieveContext) async throws
        -> [Payload]
    {
        try await self.block()
        return try await self.base.retrieve(claims, context: context)
    }

    private func block() async throws {
        self.started.increment()
        do {
            try await self.released.wait()
        } catch {
            self.cancelled.increment()
            throw error
        }
    }
}
