//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Runs what has to be done whether or not the task is cancelled: to write down what was deleted, to give a lease back.
///
/// The task is unstructured only so that the cancellation does not reach it; it is awaited here, so nothing outlives this
/// call.
///
/// - Parameter body: What is done; its requests have limits of their own.
/// - Returns: What it returned.
/// - Throws: What it throws.
package func uncancelled<Result: Sendable>(
    _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await Task { try await body() }.value
}
