//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// A string of bytes to look for, by Horspool's method: most bytes are never looked at.
struct ByteNeedle: Sendable {
    private let bytes: [UInt8]
    private let shifts: [Int]

    init(_ bytes: [UInt8]) {
        precondition(!bytes.isEmpty, "nothing is found everywhere")
        self.bytes = bytes
        var shifts = Array(repeating: bytes.count, count: 256)
        for (index, byte) in bytes.dropLast().enumerated() { shifts[Int(byte)] = bytes.count - 1 - index }
        self.shifts = shifts
    }

    /// Where it begins, each time that it is there.
    func positions(in haystack: Span<UInt8>) -> [Int] {
        var found: [Int] = []
        let last = self.bytes.count - 1
        var end = last
        while end < haystack.count {
            let byte = haystack[end]
            if byte == self.bytes[last], self.isThere(at: end - last, in: haystack) { found.append(end - last) }
            end += self.shifts[Int(byte)]
        }
        return found
    }

    private func isThere(at start: Int, in haystack: Span<UInt8>) -> Bool {
        for index in self.bytes.indices where haystack[start + index] != self.bytes[index] { return false }
        return true
    }
}
