//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Changes to a store under a lease, each of which stands in the log before and after it is made (ES-G3).
package struct LoggedChanges: Sendable {
    package let lease: StoreLease
    package let log: AuditLog

    package init(lease: StoreLease, log: AuditLog) {
        self.lease = lease
        self.log = log
    }

    /// Makes a batch of changes, one after the other; the lease is made sure of before the first and every hundred.
    ///
    /// - Parameters:
    ///   - changes: The objects, and what is about to be done with each.
    ///   - batch: The number of the batch, for the log.
    ///   - line: What stands in the log before it is done.
    ///   - change: Does it; returns what became of the object, in words for the log.
    /// - Throws: `OperationsError` if nothing more may be changed; what `change` and the store throw. Whatever was done
    ///   until then stands in the log.
    package func make<Change: Sendable>(
        _ changes: [Change],
        batch: Int,
        line: (Change) -> AuditLog.Line,
        _ change: (Change) async throws -> String
    ) async throws {
        guard !changes.isEmpty else { return }
        try await self.lease.hold()
        let intents = changes.map(line)
        try await self.log.write("intent", batch, intents)
        var done: [AuditLog.Line] = []
        do {
            for (index, one) in changes.enumerated() {
                try Task.checkCancellation()
                if index > 0, index.isMultiple(of: 100) { try await self.lease.hold() }
                var entry = intents[index]
                entry.outcome = try await change(one)
                done.append(entry)
            }
        } catch {
            // What has been done stands in the log, whatever else happens; the error is what the caller has to know.
            let lines = done
            try? await uncancelled { try await self.log.write("result", batch, lines) }
            throw error
        }
        try await self.log.write("result", batch, done)
    }

    /// Runs what needs the right to change a store, and gives the right back, however it ends.
    ///
    /// A lease that cannot be given back after an error ends by itself, a quarter of an hour later.
    package static func holding<Result: Sendable>(
        _ lease: StoreLease?,
        _ body: () async throws -> Result
    ) async throws -> Result {
        let result: Result
        do {
            result = try await body()
        } catch {
            try? await uncancelled { try await lease?.release() }
            throw error
        }
        try await lease?.release()
        return result
    }
}
