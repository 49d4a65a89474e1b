//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// What somebody may have meant by a name that does not exist.
package enum NearestName {
    /// The end of an error's message: `; did you mean "bucket"?`, or nothing if no known name is near.
    package static func hint(for name: String, among known: some Sequence<String>) -> String {
        let known = Set(known)
        if Self.of(name, among: known) != nil { return Self.nearest(to: name, among: known) }
        return known.isEmpty ? "" : "; known are \(known.sorted().joined(separator: ", "))"
    }

    /// The nearest name for a message, as with ``hint(for:among:)``; nothing if none is near.
    package static func nearest(to name: String, among known: some Sequence<String>) -> String {
        Self.of(name, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
    }

    /// The known name that differs least; nil if all differ by more than a third.
    ///
    /// Case, dashes, underscores and dots make no difference here: `expected-bucket-owner` is near `expectedBucketOwner`.
    package static func of(_ name: String, among known: some Sequence<String>) -> String? {
        let letters = Self.letters(name)
        let ranked = known.map { (name: $0, distance: Self.distance(letters, Self.letters($0))) }
            .min { ($0.distance, $0.name) < ($1.distance, $1.name) }
        guard let ranked, ranked.distance <= max(1, letters.count / 3) else { return nil }
        return ranked.name
    }

    private static func letters(_ name: String) -> [UInt8] {
        name.lowercased().utf8.filter { !"-_.".utf8.contains($0) }
    }

    /// How many letters have to be added, taken away, replaced, or swapped with the next.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for (row, letter) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                var best = min(last[column] + (letter == other ? 0 : 1), last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}
