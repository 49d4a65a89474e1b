//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

extension CodecServer {
    /// How many requests one caller may send: a subject where there are tokens, else an address.
    public struct RateLimit: Hashable, Sendable {
        /// The requests that a caller may send per second in the long run; greater than 0.
        public var requestsPerSecond: Double
        /// The requests that a caller may send at once after a pause; at least 1.
        public var burst: Int

        /// A limit for every caller.
        ///
        /// - Parameters:
        ///   - requestsPerSecond: In the long run.
        ///   - burst: At once after a pause.
        public init(requestsPerSecond: Double, burst: Int) {
            self.requestsPerSecond = requestsPerSecond
            self.burst = burst
        }
    }
}

/// A bucket of tokens per caller.
///
/// Pure: the time is an argument.
struct RateLimiter: Sendable {
    private struct Bucket {
        var tokens: Double
        var time: Duration
    }

    /// How many callers are remembered.
    ///
    /// If there are more, those with full buckets are forgotten, which changes nothing for them.
    static let callerLimit = 10_000

    private let limit: CodecServer.RateLimit
    private var buckets: [CallerKey: Bucket] = [:]

    init(_ limit: CodecServer.RateLimit) {
        self.limit = limit
    }

    /// Counts a request.
    ///
    /// - Parameters:
    ///   - caller: Who sends it.
    ///   - time: Since any fixed moment.
    /// - Returns: Nil if it may go ahead, else after what time to try again.
    mutating func take(_ caller: CallerKey, at time: Duration) -> Duration? {
        var bucket = self.buckets[caller] ?? Bucket(tokens: Double(self.limit.burst), time: time)
        bucket.tokens = self.tokens(bucket, at: time)
        bucket.time = time
        guard bucket.tokens >= 1 else {
            self.buckets[caller] = bucket
            return .seconds((1 - bucket.tokens) / self.limit.requestsPerSecond)
        }
        bucket.tokens -= 1
        if self.buckets[caller] == nil, self.buckets.count >= Self.callerLimit { self.forget(at: time) }
        self.buckets[caller] = bucket
        return nil
    }

    private func tokens(_ bucket: Bucket, at time: Duration) -> Double {
        min(Double(self.limit.burst), bucket.tokens + (time - bucket.time) / .seconds(1) * self.limit.requestsPerSecond)
    }

    private mutating func forget(at time: Duration) {
        self.buckets = self.buckets.filter { self.tokens($0.value, at: time) < Double(self.limit.burst) }
        // All of them are busy: the one that waits longest goes.
        if self.buckets.count >= Self.callerLimit, let oldest = self.buckets.min(by: { $0.value.time < $1.value.time })
        {
            self.buckets[oldest.key] = nil
        }
    }
}
