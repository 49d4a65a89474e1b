//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOCore

/// Computes the digests of payloads on as many cores as there are.
enum PayloadHashing {
    /// Below this, in all, a change of thread costs more than it saves.
    static let smallestForTasks = 131_072

    /// The same payloads, their digests computed.
    ///
    /// - Throws: `CancellationError`, between two payloads.
    static func hash(_ payloads: [Payload]) async throws -> [Payload] {
        let unknown = payloads.indices.filter { !payloads[$0].hasDigest }
        let sizeInBytes = unknown.reduce(0) { $0 + payloads[$1].sizeInBytes }
        let tasks = min(unknown.count, System.coreCount)
        guard tasks > 1, sizeInBytes >= Self.smallestForTasks else {
            return try payloads.map { payload in
                try Task.checkCancellation()
                return payload.withDigest()
            }
        }
        return try await withThrowingTaskGroup(of: [(Int, PayloadDigest)].self) { group in
            for share in Self.shares(of: unknown, sizes: payloads.map(\.sizeInBytes), among: tasks) {
                group.addTask {
                    try share.map { index in
                        try Task.checkCancellation()
                        return (index, payloads[index].digest)
                    }
                }
            }
            var result = payloads
            for try await digests in group {
                for (index, digest) in digests { result[index] = payloads[index].withDigest(digest) }
            }
            return result
        }
    }

    /// Deals the payloads out, the largest first, each to whoever has the least: no core hashes much longer than the
    /// others.
    ///
    /// Pure.
    static func shares(of indices: [Int], sizes: [Int], among count: Int) -> [[Int]] {
        var shares: [[Int]] = Array(repeating: [], count: count)
        var loads = Array(repeating: 0, count: count)
        for index in indices.sorted(by: { sizes[$0] > sizes[$1] }) {
            let least = loads.indices.min { loads[$0] < loads[$1] } ?? 0
            shares[least].append(index)
            loads[least] += sizes[index]
        }
        return shares.filter { !$0.isEmpty }
    }
}
