//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Hands out the permits of one driver call: 8 at a time per message, 64 per ``ExternalStorage``, by default (ES-P7).
///
/// A driver takes one permit for each request that it sends to its store, and holds it while the request lasts:
///
/// ```swift
/// try await context.limiter.withPermit { try await client.put(payload.serializedBytes, to: key) }
/// ```
///
/// Do not take a permit inside of another: with all permits out, each holder would wait for the others. Waiting is first
/// come, first served, and ends at once when the task is cancelled.
public struct StorageLimiter: Sendable {
    private let message: PermitPool
    private let instance: PermitPool
    /// Nobody looks at it unless the pipeline made the limiter.
    private let usage: LimiterUsage

    init(message: PermitPool, instance: PermitPool, usage: LimiterUsage) {
        self.message = message
        self.instance = instance
        self.usage = usage
    }

    /// A limiter of its own, for tests of a driver.
    ///
    /// - Parameter permits: How many permits are out at most; at least 1.
    public init(permits: Int) {
        self.init(message: PermitPool(permits), instance: PermitPool(permits), usage: LimiterUsage())
    }

    /// How many permits there are for one message.
    var permits: Int { self.message.permits }

    /// How many permits have been taken through this limiter.
    package var permitsTaken: Int { self.usage.totals.permits }

    /// The permits of the message.
    ///
    /// For tests.
    var messagePool: PermitPool { self.message }

    /// How many wait for a permit of the message at the moment.
    ///
    /// For tests.
    var waiting: Int { self.message.waiting }

    /// Runs `body` while holding a permit.
    ///
    /// The message's budget comes first, so that a message that waits for its own permits takes none from the others.
    ///
    /// - Parameter body: One request to the store.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws; `CancellationError` if the task is cancelled while it waits.
    public func withPermit<Result>(_ body: () async throws -> Result) async throws -> Result {
        let start = ContinuousClock.now
        let waitedForMessage = try await self.message.acquire()
        defer { self.message.release() }
        let waitedForInstance = try await self.instance.acquire()
        defer { self.instance.release() }
        let waited = waitedForMessage || waitedForInstance
        self.usage.permitTaken(waited: waited ? ContinuousClock.now - start : nil)
        return try await body()
    }
}
