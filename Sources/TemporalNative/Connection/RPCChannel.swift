//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import SwiftProtobuf

/// Makes calls over some transport, whose type is nobody's business here.
protocol RPCChannel: Sendable {
    /// Makes one call, once.
    ///
    /// - Throws: `RPCError`; `CancellationError` if cancelled.
    func call<Method: UnaryMethod>(
        _ method: Method.Type,
        _ request: Method.Input,
        metadata: Metadata,
        options: CallOptions
    ) async throws -> Method.Output

    /// Keeps the connections until they are shut down.
    func run() async throws

    /// Refuses new calls and lets those under way finish; then ``run()`` returns.
    func beginGracefulShutdown()
}
