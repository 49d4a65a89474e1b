//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import ExternalStorageCore

/// At which age a store may remove objects, as far as that can be known (ES-G2, P1, P34).
///
/// Pure. An object is needed from when it was written until the retention of the last run that uses it has passed:
///
/// - The store that found it was at most the renewal margin later, because an older one is written again.
/// - From there the run goes on for as long as the longest does.
/// - Then the retention of its namespace begins. The server deletes up to half an hour later than that, and later still
///   when its queues are long; a day is for that, and another one for calls under way.
package struct ExpiryPlan: Sendable, Codable, Hashable {
    /// The days beyond what adds up.
    package static let spareDays = 2
    private static let secondsPerDay: Int64 = 86_400

    package var retentionInDays: Int
    /// The longest run that was seen, or that was told of, whichever is longer.
    package var longestRunInDays: Int
    /// Nil if objects of any age are used again: then there is no age that is safe.
    package var renewalMarginInDays: Int?
    /// Whatever makes every age unsafe, in words that say what to do.
    package var obstacles: [String] = []

    /// The least number of days that is safe if there are no obstacles.
    package var days: Int {
        self.retentionInDays + self.longestRunInDays + (self.renewalMarginInDays ?? 0) + Self.spareDays
    }

    /// - Parameters:
    ///   - surveys: Those of all namespaces of the server.
    ///   - longestRunInDays: The longest run that there may be, if somebody knows.
    ///   - renewalMargin: That of the driver.
    package init(_ surveys: [NamespaceSurvey], longestRunInDays: Int?, renewalMargin: Duration?) {
        let (retention, longest) = (
            surveys.map(\.identity.retentionInSeconds).max() ?? 0, surveys.map(\.longestInSeconds).max() ?? 0
        )
        self.retentionInDays = Self.days(retention)
        self.longestRunInDays = max(Self.days(longest), longestRunInDays ?? 0)
        self.renewalMarginInDays = renewalMargin.map { Self.days($0.components.seconds) }
        if renewalMargin == nil {
            self.obstacles.append(
                "writers use objects of any age again without writing them (P1): set --refresh-after on all of them and here"
            )
        }
        for survey in surveys {
            self.obstacles += Self.obstacles(of: survey, isToldTheLongest: longestRunInDays != nil)
        }
        if longestRunInDays == nil {
            self.obstacles.append(
                "what runs today says nothing about how long runs may take: say it with --longest-run"
            )
        }
    }

    private static func obstacles(of survey: NamespaceSurvey, isToldTheLongest: Bool) -> [String] {
        var obstacles: [String] = []
        let name = survey.identity.name
        if !survey.schedulesWithReferences.isEmpty {
            let ids = survey.schedulesWithReferences.prefix(3).map { "\"\($0)\"" }.joined(separator: ", ")
            obstacles.append(
                "\(survey.schedulesWithReferences.count) schedules of \"\(name)\" have their input in the store for as "
                    + "long as they exist (\(ids)…): keep such inputs small, or in a store of their own"
            )
        }
        if survey.chainsOfUnknownAge > 0, !isToldTheLongest {
            obstacles.append(
                "\(survey.chainsOfUnknownAge) open runs of \"\(name)\" continue others that are gone, with memos and "
                    + "inputs of an age that nobody knows: count whole chains in --longest-run"
            )
        }
        if survey.identity.archivesHistories {
            obstacles.append("\"\(name)\" archives histories, which refer to objects for as long as the archive exists")
        }
        for problem in survey.problems.prefix(3) { obstacles.append("in a schedule of \"\(name)\": \(problem.text)") }
        return obstacles
    }

    /// What is wrong with the rules that a store has: those that remove objects which may be needed.
    ///
    /// - Parameter rules: The rules of one container.
    /// - Returns: The rules that touch objects of drivers and are shorter than ``days``.
    package func shorterRules(among rules: [StoredObjectExpiryRule]) -> [StoredObjectExpiryRule] {
        rules.filter { rule in
            // What is marked could be deleted on the spot.
            rule.isEnabled && !rule.isForUnreferenced && rule.days < self.days
                && (rule.prefix.hasPrefix("v0/") || "v0/".hasPrefix(rule.prefix))
        }
    }

    /// Whole days, rounded up.
    private static func days(_ seconds: Int64) -> Int {
        Int(clamping: max(0, seconds) / Self.secondsPerDay + (seconds % Self.secondsPerDay > 0 ? 1 : 0))
    }
}
