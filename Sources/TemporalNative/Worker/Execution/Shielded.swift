//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Runs something to its end although the current task is cancelled, before or meanwhile.
///
/// For what must be said to the server in any case: how an attempt ended. The task is unstructured only so that
/// cancellation does not reach it; it is awaited here, so it cannot outlive its caller, and its calls have deadlines.
///
/// - Parameters:
///   - executor: Where it runs; nil for the global executor.
///   - body: What is run.
/// - Returns: What it returned.
func shielded<Result: Sendable>(
    on executor: (any TaskExecutor)?,
    _ body: @escaping @Sendable () async -> Result
) async -> Result {
    await Task(executorPreference: executor) { await body() }.value
}
