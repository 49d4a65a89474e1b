//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import Crypto
package import ExternalStorageCore
internal import ExternalStorageWire
internal import NIOConcurrencyHelpers
package import NIOCore

/// An object that arrives in several ranges at the same time.
///
/// Every byte is copied once, from the connection to its place, and hashed in order, as far as there are no gaps, mostly
/// while it is still in the cache.
package final class ObjectAssembly: Sendable {
    fileprivate struct State {
        /// The readable bytes are those that are hashed; others may already stand behind them.
        var bytes = ByteBuffer()
        var hash = SHA256()
        /// How far each range has arrived, by its beginning.
        var ends: [Int: Int] = [:]
        /// The beginning of the range that is being hashed.
        var frontier = 0
    }

    private let state = NIOLockedValueBox(State())

    package init() {}

    /// Makes room for an object of that size, in bytes, at the first call.
    package func reserve(_ size: Int) {
        self.state.withLockedValue { state in
            guard state.ends.isEmpty, state.bytes.capacity == 0, size > 0 else { return }
            state.bytes.reserveCapacity(size)
            if size >= ByteBuffer.smallestForLargePages { state.bytes.preferLargePages(size) }
        }
    }

    /// Puts bytes into their place.
    ///
    /// What is there stays: a range that is read again after a failure does not change what was hashed.
    ///
    /// - Parameters:
    ///   - chunk: The bytes.
    ///   - offset: How many bytes of the range came before them.
    ///   - start: Where the range begins; ranges begin where others end.
    package func write(_ chunk: ByteBuffer, at offset: Int, ofRangeFrom start: Int) {
        self.state.withLockedValue { state in
            let end = state.ends[start] ?? start
            var chunk = chunk
            chunk.moveReaderIndex(forwardBy: min(chunk.readableBytes, max(0, end - start - offset)))
            // Chunks of a range come in order; there is nothing to be done with what lies beyond a gap.
            guard chunk.readableBytes > 0, start + offset <= end else { return }
            state.bytes.setBuffer(chunk, at: end)
            state.ends[start] = end + chunk.readableBytes
            // More than what came: so what came out of order is caught up with, and nobody holds the lock for long.
            state.digest(atMost: 2 * chunk.readableBytes)
        }
    }

    /// How many bytes have arrived.
    package var count: Int { self.state.withLockedValue { $0.ends.reduce(0) { $0 + $1.value - $1.key } } }

    /// How many bytes from the beginning have arrived without a gap, and their SHA-256; nothing may come after that.
    ///
    /// - Returns: The bytes and their digest.
    package func finish() -> (ByteBuffer, PayloadDigest) {
        self.state.withLockedValue { state in
            state.digest(atMost: .max)
            let (bytes, hash) = (state.bytes, state.hash)
            state = State()
            var whole = bytes
            whole.moveReaderIndex(to: 0)
            return (whole, PayloadDigest(hash.finalize()))
        }
    }
}

extension ObjectAssembly.State {
    /// Hashes what is there and not hashed yet, in order.
    fileprivate mutating func digest(atMost limit: Int) {
        var left = limit
        while left > 0, let end = self.ends[self.frontier] {
            let hashed = self.bytes.writerIndex
            guard hashed < end else {
                guard self.ends[end] != nil, end > self.frontier else { return }
                self.frontier = end
                continue
            }
            let count = min(left, end - hashed)
            self.bytes.moveReaderIndex(to: hashed)
            self.bytes.moveWriterIndex(to: hashed + count)
            unsafe self.bytes.withUnsafeReadableBytes { unsafe self.hash.update(bufferPointer: $0) }
            left -= count
        }
    }
}
