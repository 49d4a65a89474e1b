//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// What one part of a pass found; kept, so that an interrupted pass goes on behind it.
package struct PartResult: Sendable, Codable {
    /// References and bytes of one type of workflow or activity.
    package struct Tally: Sendable, Codable, Hashable {
        package var references = 0
        /// As the references tell, where they do.
        package var bytes = 0

        mutating func add(_ other: Self) {
            self.references += other.references
            self.bytes = Self.sum(self.bytes, other.bytes)
        }

        mutating func count(bytes: Int?) {
            self.references += 1
            self.bytes = Self.sum(self.bytes, max(0, bytes ?? 0))
        }

        /// What references tell may be anything.
        private static func sum(_ left: Int, _ right: Int) -> Int {
            let (sum, overflow) = left.addingReportingOverflow(right)
            return overflow ? .max : sum
        }
    }

    package var items = 0
    /// Things that were listed, and gone when they were to be read.
    package var goneItems = 0
    package var references = 0
    package var tallies: [String: Tally] = [:]
    package var problemCount = 0
    /// The first of them.
    package var problems: [FoundProblem] = []
    package var findingCount = 0
    package var findings: [ReferenceFinding] = []
    /// The SHA-256 of the list of things that were read.
    package var itemsDigest: String?
    /// Whether calls failed that may go better in another attempt: then the part is read again.
    package var isWorthRepeating = false

    /// How many problems and findings are kept by name; all are counted.
    static let nameLimit = 1_000

    package init() {}

    mutating func add(_ problem: ReadingProblem, in item: RootItem?, _ kind: RootKind) {
        self.problemCount += 1
        if problem.kind == .failedCall { self.isWorthRepeating = true }
        guard self.problems.count < Self.nameLimit else { return }
        self.problems.append(FoundProblem(problem: problem, item: item, kind: kind))
    }

    mutating func add(_ finding: ReferenceFinding) {
        self.findingCount += 1
        guard self.findings.count < Self.nameLimit else { return }
        self.findings.append(finding)
    }

    package mutating func add(_ other: Self) {
        self.items += other.items
        self.goneItems += other.goneItems
        self.references += other.references
        for (type, tally) in other.tallies { self.tallies[type, default: Tally()].add(tally) }
        self.problemCount += other.problemCount
        self.problems += other.problems.prefix(max(0, Self.nameLimit - self.problems.count))
        self.findingCount += other.findingCount
        self.findings += other.findings.prefix(max(0, Self.nameLimit - self.findings.count))
    }
}

/// A problem, and in what it is.
package struct FoundProblem: Sendable, Codable, Hashable {
    package var problem: ReadingProblem
    package var item: RootItem?
    package var kind: RootKind
}

/// Something that is wrong with a reference, or with what the server says of them.
package struct ReferenceFinding: Sendable, Codable, Hashable {
    package enum Kind: String, Sendable, Codable, Hashable {
        /// The store says that there is no object.
        case missing
        /// The object has another size than the reference tells.
        case wrongSize
        /// The object's bytes are not those that the claim names.
        case corrupted
        /// The store did not say whether there is an object.
        case unknown
        /// The server counted more payloads outside than were found (P23).
        case fewerThanCounted
    }

    package var kind: Kind
    package var root: RootKind
    package var item: RootItem
    package var place: ReferencePlace?
    package var driver: String?
    package var key: String?
    package var container: String?
    package var text: String
}
