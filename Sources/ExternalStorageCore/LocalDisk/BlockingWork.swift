//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOPosix

/// Runs what blocks a thread, on threads that are there for it.
///
/// NIO's shared thread pool rather than its file system module: the driver needs calls that the module does not have
/// (directories opened one inside the other without following links, synchronized directories), and a pool of our own
/// would be one more thing to shut down.
package enum BlockingWork {
    /// - Throws: What `body` throws; `CancellationError` if the task is cancelled before a thread is free.
    package static func run<Output: Sendable>(_ body: @escaping @Sendable () throws -> Output) async throws -> Output {
        try await NIOThreadPool.singleton.runIfActive(body)
    }
}
