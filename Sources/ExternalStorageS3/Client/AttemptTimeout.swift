//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// One attempt took longer than it may.
struct AttemptTimeout: Error, CustomStringConvertible {
    var limit: Duration

    var description: String { "no complete answer within \(self.limit)" }
}

/// Runs an operation with a limit.
///
/// Whoever comes second is cancelled and awaited; nothing is left running.
func withTimeout<Result: Sendable>(
    _ limit: Duration,
    clock: any Clock<Duration>,
    operation: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result.self) { group in
        group.addTask { try await operation() }
        group.addTask {
            try await clock.sleep(for: limit)
            throw AttemptTimeout(limit: limit)
        }
        defer { group.cancelAll() }
        guard let first = try await group.next() else { throw CancellationError() }
        return first
    }
}
