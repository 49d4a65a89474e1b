//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Dispatch
package import NIOCore

/// Puts other bytes in the place of payloads and corrects every enclosing length.
///
/// Made in two steps, so that the result can be written once, into memory of the right size: `init` works out
/// the new lengths, ``write(_:into:)`` copies. What is not replaced is copied as it stands (ES-C3).
package struct PayloadSplicer: Sendable {
    /// Where the bytes of the result differ from the source: `replaced` goes, a length and `content` come.
    private struct Step {
        var replaced: Range<Int>
        var length: Int?
        var content: ByteBuffer?
    }

    private let steps: [Step]
    private let suffix: ByteBuffer
    /// The size of the result in bytes.
    package let count: Int

    /// Works out what changes.
    ///
    /// - Parameters:
    ///   - scan: What was found in the message.
    ///   - replacements: For each site, in order, what to put there; nil leaves it as it is.
    ///   - removals: Frames to leave out, with all that is in them.
    ///   - suffix: Fields to add at the end of the message.
    ///   - sourceCount: The size of the message in bytes.
    /// - Throws: ``WireError`` if there are not as many replacements as sites, or if the result would exceed 2 GiB.
    package init(
        scan: PayloadScan,
        replacements: [ByteBuffer?],
        removals: Set<Int> = [],
        suffix: ByteBuffer = ByteBuffer(),
        sourceCount: Int
    ) throws(WireError) {
        guard replacements.count == scan.sites.count else { throw WireError(.unknownSite, at: replacements.count) }
        // How much each frame grows, and the root behind them.
        var growth = [Int](repeating: 0, count: scan.frames.count + 1)
        func slot(_ frame: Int32) -> Int { frame < 0 ? scan.frames.count : Int(frame) }
        let removed = Self.closure(of: removals, in: scan)
        var steps: [Step] = []
        for (site, replacement) in zip(scan.sites, replacements) {
            guard let replacement, site.frame < 0 || !removed[Int(site.frame)] else { continue }
            let count = replacement.readableBytes
            growth[slot(site.frame)] += Varint.byteCount(forLength: count) + count - (site.bodyEnd - site.lengthStart)
            steps.append(Step(replaced: site.lengthStart..<site.bodyEnd, length: count, content: replacement))
        }
        // Outer frames stand before inner ones, so going backwards meets every frame after all that is in it.
        for (index, frame) in scan.frames.enumerated().reversed() {
            if removals.contains(index), frame.parent < 0 || !removed[Int(frame.parent)] {
                growth[slot(frame.parent)] -= frame.bodyEnd - frame.start
                steps.append(Step(replaced: frame.start..<frame.bodyEnd))
            }
            // A length that stays the same stays as it was written, however it was written.
            guard !removed[index], growth[index] != 0 else { continue }
            let count = frame.bodyEnd - frame.bodyStart + growth[index]
            growth[slot(frame.parent)] +=
                growth[index] + Varint.byteCount(forLength: count) - (frame.bodyStart - frame.lengthStart)
            steps.append(Step(replaced: frame.lengthStart..<frame.bodyStart, length: count))
        }
        self.suffix = suffix
        self.count = sourceCount + growth[scan.frames.count] + suffix.readableBytes
        guard self.count <= Int(Int32.max) else { throw WireError(.tooLarge, at: self.count) }
        self.steps = steps.sorted { $0.replaced.lowerBound < $1.replaced.lowerBound }
    }

    /// Which frames go: the removed ones and all inside them.
    private static func closure(of removals: Set<Int>, in scan: PayloadScan) -> [Bool] {
        var removed = [Bool](repeating: false, count: scan.frames.count)
        guard !removals.isEmpty else { return removed }
        for (index, frame) in scan.frames.enumerated() {
            removed[index] = removals.contains(index) || (frame.parent >= 0 && removed[Int(frame.parent)])
        }
        return removed
    }

    /// Writes the result.
    ///
    /// A large one is written by all cores: the memory of a new buffer is made page by page, when it is first written to,
    /// and that takes longer than copying.
    ///
    /// - Parameters:
    ///   - source: The message that was scanned.
    ///   - destination: Memory of exactly ``count`` bytes.
    package func write(_ source: Span<UInt8>, into destination: UnsafeMutableRawBufferPointer) {
        precondition(destination.count == self.count, "the destination has the size that was announced")
        let chunks = self.count / Self.chunkSize
        unsafe source.withUnsafeBufferPointer { source in
            // Unchecked, because all chunks are written before this returns: both memories outlive the threads' use of
            // them, the source is only read, and no byte of the destination is in two chunks.
            nonisolated(unsafe) let (source, destination) = unsafe (UnsafeRawBufferPointer(source), destination)
            guard chunks > 1 else { return unsafe self.write(0..<self.count, of: source, into: destination) }
            // The caller's own thread writes some of them: no other thread has to be free.
            DispatchQueue.concurrentPerform(iterations: chunks) { chunk in
                let range = self.count * chunk / chunks..<self.count * (chunk + 1) / chunks
                unsafe self.write(range, of: source, into: destination)
            }
        }
    }

    /// How much of a result is worth a thread, in bytes.
    private static let chunkSize = 2_097_152

    /// Writes the bytes in `range` of the result, and no others.
    private func write(
        _ range: Range<Int>,
        of source: UnsafeRawBufferPointer,
        into destination: UnsafeMutableRawBufferPointer
    ) {
        var (read, written) = (0, 0)
        func append(_ bytes: UnsafeRawBufferPointer) {
            let start = written
            written += bytes.count
            let part = range.clamped(to: start..<written)
            guard !part.isEmpty else { return }
            let target = unsafe UnsafeMutableRawBufferPointer(rebasing: destination[part])
            unsafe target.copyMemory(
                from: UnsafeRawBufferPointer(rebasing: bytes[part.lowerBound - start..<part.upperBound - start])
            )
        }
        for step in self.steps {
            guard written < range.upperBound else { return }
            unsafe append(UnsafeRawBufferPointer(rebasing: source[read..<step.replaced.lowerBound]))
            if let length = step.length {
                Varint.write(UInt64(length)) { byte in
                    if range.contains(written) { unsafe destination[written] = byte }
                    written += 1
                }
            }
            if let content = step.content {
                unsafe content.withUnsafeReadableBytes { unsafe append($0) }
            }
            read = step.replaced.upperBound
        }
        unsafe append(UnsafeRawBufferPointer(rebasing: source[read...]))
        unsafe self.suffix.withUnsafeReadableBytes { unsafe append($0) }
    }

    /// The result in a buffer of its own.
    package func splice(_ source: Span<UInt8>) -> ByteBuffer {
        var result = ByteBufferAllocator().buffer(capacity: self.count)
        if self.count >= ByteBuffer.smallestForLargePages { result.preferLargePages(self.count) }
        unsafe result.writeWithUnsafeMutableBytes(minimumWritableBytes: self.count) { memory in
            unsafe self.write(source, into: UnsafeMutableRawBufferPointer(rebasing: memory.prefix(self.count)))
            return self.count
        }
        return result
    }
}
