//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import Synchronization

/// What is remembered of a call for logs and metrics: sizes and times, never content.
final class CallRecord: Sendable {
    private struct State {
        var requestBytes = 0
        var responseBytes = 0
    }

    let descriptor: MethodDescriptor
    let peer: String
    let start = ContinuousClock.now
    private let metadata: Metadata
    private let state = Mutex(State())

    init(descriptor: MethodDescriptor, peer: String, metadata: Metadata) {
        self.descriptor = descriptor
        self.peer = peer
        self.metadata = metadata
    }

    /// The bytes of messages so far, without framing, as they stood on the client's side.
    var bytes: (request: Int, response: Int) { self.state.withLock { ($0.requestBytes, $0.responseBytes) } }

    /// Of the client's metadata what may stand in a log line, and nothing else: the rest may be credentials.
    var loggedMetadata: [(String, String)] {
        Self.loggedKeys.flatMap { key in self.metadata[stringValues: key].map { (key, $0) } }
    }

    func addRequest(_ count: Int) {
        self.state.withLock { $0.requestBytes += count }
    }

    func addResponse(_ count: Int) {
        self.state.withLock { $0.responseBytes += count }
    }

    private static let loggedKeys = ["client-name", "client-version", "temporal-namespace"]
}
