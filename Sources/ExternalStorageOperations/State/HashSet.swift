//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import ExternalStorageCore
import NIOCore

/// Sorted hashes of 32 bytes in a file: what of many things is there, in memory that does not grow with them.
///
/// Why not a database: a mark is 32 bytes and is written once, in order, and asked for once. A file of nothing else has
/// no overhead, needs no library, and is looked up with a read or two, because hashes are spread evenly: where one would
/// stand is known before anything is read.
///
/// The end of the file says how many there are: a file that was cut short, wherever, or is empty, is none. One mark less
/// would be an object that is deleted.
package final class HashSetFile: Sendable {
    static let hashSize = 32
    /// As many hashes as are read at a time.
    private static let blockCount = 128

    private let file: ExternalStorageCore.FileDescriptor
    package let count: Int

    /// Opens a file that ``HashSetBuilder`` wrote.
    ///
    /// - Throws: `OperationsError` if there is none, or it is damaged.
    package init(_ name: String, in directory: StateDirectory) throws(OperationsError) {
        self.file = try directory.open(name)
        let size: Int
        do throws(SystemError) {
            size = try self.file.sizeOfRegularFile() ?? -1
        } catch {
            throw OperationsError(.state, "the file \(directory.path)/\(name) cannot be read: \(error)")
        }
        self.count = size / Self.hashSize - 1
        guard size >= Self.hashSize, size.isMultiple(of: Self.hashSize),
            try self.block(from: self.count, to: self.count + 1) == [Self.end(after: self.count)[...]]
        else {
            throw OperationsError(
                .state,
                "the file \(directory.path)/\(name) is damaged, or of an earlier version: its \(size) bytes do not end "
                    + "with how many marks there are. Begin afresh in another directory"
            )
        }
    }

    /// What stands behind the last hash, as long as one.
    static func end(after count: Int) -> [UInt8] {
        Array("temporal-storage marks 1".utf8)
            + stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: count >> $0) }
    }

    /// Whether a hash is in the file.
    ///
    /// Blocks the thread.
    ///
    /// - Throws: `OperationsError` if the file cannot be read: then nothing is known of the hash.
    package func contains(_ hash: PayloadDigest) throws(OperationsError) -> Bool {
        let wanted = hash.bytes
        var (low, high) = (0, self.count)
        // Evenly spread: the first eight bytes tell about where it has to be.
        let leading = wanted[..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        var guess = Int(Double(leading) / 0x1p64 * Double(self.count))
        // About: of a million hashes some hundreds off. From there in steps that double, until it is between two of them.
        var step = Self.blockCount
        while low < high {
            let start = max(low, min(guess - Self.blockCount / 2, high - Self.blockCount))
            let block = try self.block(from: start, to: min(start + Self.blockCount, high))
            guard let first = block.first, let last = block.last else {
                throw OperationsError(.state, "a file of marks was cut short while it was read")
            }
            let middle: Int
            if wanted.lexicographicallyPrecedes(first) {
                high = start
                middle = high - step / 2
            } else if last.lexicographicallyPrecedes(wanted) {
                low = start + block.count
                middle = low + step / 2
            } else {
                return block.contains { $0.elementsEqual(wanted) }
            }
            guess = low < middle && middle < high ? middle : (low + high) / 2
            step *= 2
        }
        return false
    }

    /// The hashes from one index to another.
    func block(from start: Int, to end: Int) throws(OperationsError) -> [ArraySlice<UInt8>] {
        let count = (end - start) * Self.hashSize
        let buffer: ByteBuffer
        do throws(SystemError) {
            buffer = try self.file.readBytes(count, at: start * Self.hashSize)
        } catch {
            throw OperationsError(.state, "a file of marks cannot be read: \(error)")
        }
        guard buffer.readableBytes == count else {
            throw OperationsError(.state, "a file of marks was cut short while it was read")
        }
        let bytes = Array(buffer.readableBytesView)
        return stride(from: 0, to: count, by: Self.hashSize).map { bytes[$0..<$0 + Self.hashSize] }
    }
}

/// Makes files of sorted hashes.
package enum HashSetBuilder {
    /// How many files are merged at a time, and how many hashes of each are in memory.
    private static let (fanIn, chunk) = (64, 1_024)

    /// Writes a file.
    ///
    /// - Parameters:
    ///   - hashes: In any order; those that come twice are written once.
    ///   - name: The name of the file.
    ///   - directory: Where to write it.
    /// - Throws: `OperationsError`; then there is no such file, or the one that was there.
    package static func write(
        _ hashes: some Sequence<PayloadDigest>,
        to name: String,
        in directory: StateDirectory
    ) throws(OperationsError) {
        let sorted = hashes.map(\.bytes).sorted { $0.lexicographicallyPrecedes($1) }
        var buffer = ByteBuffer()
        var (previous, count): ([UInt8]?, Int) = (nil, 0)
        for hash in sorted where hash != previous {
            buffer.writeBytes(hash)
            previous = hash
            count += 1
        }
        buffer.writeBytes(HashSetFile.end(after: count))
        try directory.write(buffer, to: name)
    }

    /// Makes one file of many, which stay as they are.
    ///
    /// - Parameters:
    ///   - names: The files.
    ///   - name: The name of the result.
    ///   - directory: Where all of them are.
    /// - Throws: `OperationsError`; then there is no such file, or the one that was there.
    package static func merge(
        _ names: [String],
        to name: String,
        in directory: StateDirectory
    ) throws(OperationsError) {
        var (names, round) = (names, 0)
        var intermediate: [String] = []
        while names.count > Self.fanIn {
            var merged: [String] = []
            for start in stride(from: 0, to: names.count, by: Self.fanIn) {
                let part = "\(name).merge-\(round)-\(start)"
                try self.mergeOnce(Array(names[start..<min(start + Self.fanIn, names.count)]), to: part, in: directory)
                merged.append(part)
            }
            intermediate += merged
            (names, round) = (merged, round + 1)
        }
        try self.mergeOnce(names, to: name, in: directory)
        for part in intermediate { try directory.remove(part) }
    }

    private static func mergeOnce(
        _ names: [String],
        to name: String,
        in directory: StateDirectory
    ) throws(OperationsError) {
        var cursors: [Cursor] = []
        for name in names { cursors.append(try Cursor(HashSetFile(name, in: directory))) }
        var failure: OperationsError?
        do throws(OperationsError) {
            try directory.replace(name) { file throws(SystemError) in
                do throws(OperationsError) {
                    try Self.write(merging: &cursors, to: file)
                } catch {
                    // Half of the marks must never look like all of them.
                    failure = error
                    throw .abandoned
                }
            }
        } catch {
            throw failure ?? error
        }
    }

    private static func write(
        merging cursors: inout [Cursor],
        to file: borrowing ExternalStorageCore.FileDescriptor
    ) throws(OperationsError) {
        var buffer = ByteBuffer()
        var (previous, count): (ArraySlice<UInt8>?, Int) = (nil, 0)
        while let smallest = Self.smallest(of: cursors) {
            if let head = cursors[smallest].head, head != previous {
                buffer.writeBytes(head)
                previous = head
                count += 1
            }
            try cursors[smallest].advance()
            if buffer.readableBytes >= 65_536 { try Self.flush(&buffer, to: file) }
        }
        buffer.writeBytes(HashSetFile.end(after: count))
        try Self.flush(&buffer, to: file)
    }

    private static func flush(_ buffer: inout ByteBuffer, to file: borrowing ExternalStorageCore.FileDescriptor)
        throws(OperationsError)
    {
        do throws(SystemError) {
            try file.writeAll(buffer)
        } catch {
            throw OperationsError(.state, "a file of marks cannot be written: \(error)")
        }
        buffer.clear()
    }

    private static func smallest(of cursors: [Cursor]) -> Int? {
        var best: Int?
        for (index, cursor) in cursors.enumerated() {
            guard let head = cursor.head else { continue }
            if let current = best, let other = cursors[current].head, !head.lexicographicallyPrecedes(other) {
                continue
            }
            best = index
        }
        return best
    }

    /// A position in a file that is merged.
    private struct Cursor {
        private let file: HashSetFile
        private var block: [ArraySlice<UInt8>] = []
        private var index = 0
        private var next = 0

        init(_ file: HashSetFile) throws(OperationsError) {
            self.file = file
            try self.fill()
        }

        var head: ArraySlice<UInt8>? { self.index < self.block.count ? self.block[self.index] : nil }

        mutating func advance() throws(OperationsError) {
            self.index += 1
            if self.index == self.block.count { try self.fill() }
        }

        private mutating func fill() throws(OperationsError) {
            let end = min(self.next + HashSetBuilder.chunk, self.file.count)
            self.block = try self.file.block(from: self.next, to: end)
            (self.index, self.next) = (0, end)
        }
    }
}
