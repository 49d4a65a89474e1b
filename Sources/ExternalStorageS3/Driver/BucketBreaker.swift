//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Remembers which buckets did not answer, so that not every request has to find out again.
///
/// A bucket that fell silent is left alone for half a minute. Then one request tries it, while the others go on without
/// it; if that one is answered, all is as before.
struct BucketBreaker: Sendable {
    /// How long a silent bucket is left alone, in seconds.
    static let pause: Int64 = 30

    /// When a silent bucket may be tried again.
    private var silentUntil: [String: Int64] = [:]

    /// Whether to ask a bucket; whoever asks one that was silent is the only one for the next half minute.
    mutating func mayAsk(_ bucket: String, now: Int64) -> Bool {
        guard let time = self.silentUntil[bucket] else { return true }
        // A clock that was set back must not make it last.
        guard now >= time || time - now > Self.pause else { return false }
        self.silentUntil[bucket] = now + Self.pause
        return true
    }

    mutating func failed(_ bucket: String, now: Int64) { self.silentUntil[bucket] = now + Self.pause }

    mutating func answered(_ bucket: String) { self.silentUntil[bucket] = nil }
}
