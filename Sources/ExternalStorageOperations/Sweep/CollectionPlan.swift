//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import ExternalStorageCore

/// When an object may be deleted (ES-G2).
///
/// Pure.
///
/// A payload is stored before its reference is in a history, and a store that finds the object there may leave its time
/// as it is (P1, P14). So that nobody's upload is taken from under them:
///
/// - Two complete passes saw no reference, and the second began at least the grace after the first ended.
/// - The object was written before the first pass began.
/// - Whoever stores an object that is older than the margin writes it again, and then it has changed and stays. Whoever
///   found it younger than that did so at the latest when it was as old as the margin; the grace later, the reference is
///   in a history, or its call has failed. The second pass began after that and has looked there.
package struct CollectionPlan: Sendable, Hashable {
    /// The shortest grace: a day, and the hour for which processes remember what they stored (P15).
    package static let shortestGrace: Duration = .seconds(25 * 3_600)

    /// The stores whose times are meant, by driver and container.
    package var stores: Set<String>
    package var firstBegan: Int64
    package var firstEnded: Int64
    package var secondBegan: Int64
    package var secondEnded: Int64
    package var graceInSeconds: Int64
    /// How old an object may be that is used again without being written again; nil if nobody says.
    package var renewalMarginInSeconds: Int64?

    package init(
        first: ClusterPass.Record,
        second: ClusterPass.Record,
        grace: Duration,
        renewalMargin: Duration?
    ) throws(OperationsError) {
        guard first.isComplete, second.isComplete, let firstBegan = first.begin, let firstEnded = first.end,
            let secondBegan = second.begin, let secondEnded = second.end
        else {
            throw OperationsError(.refused, "one of the two passes is not complete; nothing is deleted")
        }
        guard first.reader == ClusterPass.Record.reader, second.reader == first.reader else {
            throw OperationsError(
                .refused,
                "one of the two passes was made by another version of this command, which may not have looked everywhere; "
                    + "nothing is deleted"
            )
        }
        guard first.identities == second.identities, first.namespaces == second.namespaces else {
            throw OperationsError(
                .refused,
                "the two passes are not of the same namespaces; nothing is deleted. Begin afresh in another directory"
            )
        }
        self.stores = Set(first.began.keys)
        guard self.stores == Set(second.began.keys) else {
            throw OperationsError(.refused, "the two passes are not of the same stores; nothing is deleted")
        }
        guard grace > .zero, renewalMargin.map({ $0 >= .zero }) ?? true else {
            throw OperationsError(.refused, "the grace and the margin have to be positive times")
        }
        self.firstBegan = firstBegan
        self.firstEnded = firstEnded
        self.secondBegan = secondBegan
        self.secondEnded = secondEnded
        // Up to a second is lost by the clocks of stores, each time.
        self.graceInSeconds = grace.components.seconds + 1
        self.renewalMarginInSeconds = renewalMargin.map { $0.components.seconds + 1 }
        guard firstBegan <= firstEnded, secondBegan <= secondEnded else {
            throw OperationsError(.refused, "the clock of the store went backwards during a pass; nothing is deleted")
        }
        let (earliest, overflow) = firstEnded.addingReportingOverflow(self.graceInSeconds)
        guard !overflow, secondBegan >= earliest else {
            throw OperationsError(.refused, "the passes are less than the grace apart; nothing is deleted")
        }
    }

    /// Whether an object that neither pass saw referenced may go.
    package func mayDelete(_ object: StoredObject) -> Bool {
        guard let lastModified = object.lastModified, lastModified > 0, lastModified < self.firstBegan,
            let margin = self.renewalMarginInSeconds
        else { return false }
        let (used, first) = lastModified.addingReportingOverflow(margin)
        let (known, second) = used.addingReportingOverflow(self.graceInSeconds)
        return !first && !second && known <= self.secondBegan
    }
}
