//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore

/// Holds the response side of a call until the request side is done.
///
/// A request that cannot be stored is never sent, and its caller has to get our status: throwing from the writer would
/// come out as a broken stream, UNAVAILABLE, and be retried.
final class RequestGate: Sendable {
    private let outcomes: AsyncStream<RPCError?>
    private let continuation: AsyncStream<RPCError?>.Continuation

    init() {
        (self.outcomes, self.continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1))
    }

    /// Lets the response through.
    ///
    /// The first call of ``open()`` or ``close(_:)`` counts.
    func open() {
        self.continuation.yield(nil)
        self.continuation.finish()
    }

    /// Ends the call with `error`.
    func close(_ error: RPCError) {
        self.continuation.yield(error)
        self.continuation.finish()
    }

    /// Waits for the request side.
    ///
    /// - Returns: The error to end the call with, or nil to go on. Also nil if the task is cancelled: the transport
    ///   below then ends the call.
    func outcome() async -> RPCError? {
        for await outcome in self.outcomes { return outcome }
        return nil
    }
}
