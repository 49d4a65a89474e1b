//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Where one stream from the store is fast, so that ranges at the same time would only cost more.
///
/// A stream whose bytes are hashed as they arrive costs less than ranges, which arrive out of order. Ranges pay where one
/// stream is slow, because the store is far away or limits it. Only a read that had the store for itself says which it is:
/// streams that share a fast connection are all slow.
struct StreamPace: Sendable {
    /// From this rate on, in bytes per second, one stream is fast; those of AWS have a half to two thirds of it.
    static let fast: Double = 150 * 1024 * 1024
    /// Reads of fewer bytes say more about the time to the first of them.
    static let smallestSample = 8 * 1024 * 1024

    /// A read that has begun.
    struct Read {
        fileprivate var bucket: String
        fileprivate var number: Int
        fileprivate var isAlone: Bool
    }

    /// The buckets whose last stream that said something was fast: buckets that are there, and so not many.
    private var fastBuckets: Set<String> = []
    private var begun = 0
    private var underWay = 0

    /// Whether a stream from a bucket is known to be fast.
    func isFast(_ bucket: String) -> Bool { self.fastBuckets.contains(bucket) }

    mutating func begin(_ bucket: String) -> Read {
        self.begun += 1
        self.underWay += 1
        return Read(bucket: bucket, number: self.begun, isAlone: self.underWay == 1)
    }

    /// A read has ended.
    ///
    /// - Parameters:
    ///   - read: What ``begin(_:)`` gave.
    ///   - sizeInBytes: How many bytes have arrived; 0 if it failed.
    ///   - duration: The time since it began.
    mutating func end(_ read: Read, sizeInBytes: Int, after duration: Duration) {
        self.underWay -= 1
        guard read.isAlone, read.number == self.begun, sizeInBytes >= Self.smallestSample else { return }
        if Double(sizeInBytes) >= Self.fast * (duration / .seconds(1)) {
            self.fastBuckets.insert(read.bucket)
        } else {
            self.fastBuckets.remove(read.bucket)
        }
    }
}
