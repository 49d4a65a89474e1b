//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import Synchronization

/// An attempt took longer than it may.
struct AttemptTimeout: Error, CustomStringConvertible {
    var limit: Duration
    /// What had not come.
    var awaited = "no complete answer"

    var description: String { "\(self.awaited) within \(self.limit)" }
}

/// How far an attempt has come.
final class AttemptProgress: Sendable {
    private let begun = Atomic(false)

    var hasAnswer: Bool { self.begun.load(ordering: .relaxed) }

    /// The head of the answer is there.
    func answerBegins() { self.begun.store(true, ordering: .relaxed) }
}

/// Runs an operation for a limited time; it is cancelled and awaited when the time is over.
///
/// - Parameters:
///   - limit: How long it may take.
///   - firstByte: How long the answer may take to begin; nil for as long as all of it.
///   - clock: Measures the time. Limits have a tolerance, which delays do not have.
///   - operation: The operation; tells when the answer begins.
/// - Returns: What it returns.
/// - Throws: What it throws; ``AttemptTimeout``; `CancellationError`.
func withTimeout<Result: Sendable>(
    _ limit: Duration,
    firstByte: Duration? = nil,
    clock: any Clock<Duration>,
    operation: @escaping @Sendable (AttemptProgress) async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result.self) { group in
        let progress = AttemptProgress()
        group.addTask { try await operation(progress) }
        group.addTask {
            var left = limit
            if let firstByte, firstByte < limit {
                try await clock.sleep(for: firstByte, tolerance: .zero)
                guard progress.hasAnswer else {
                    throw AttemptTimeout(limit: firstByte, awaited: "no first byte of an answer")
                }
                left -= firstByte
            }
            try await clock.sleep(for: left, tolerance: .zero)
            throw AttemptTimeout(limit: limit)
        }
        defer { group.cancelAll() }
        guard let first = try await group.next() else { throw CancellationError() }
        return first
    }
}
