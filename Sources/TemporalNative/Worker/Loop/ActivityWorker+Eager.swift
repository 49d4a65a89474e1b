//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Activities that come with the answer to a workflow task, without a poll: their start is written with their schedule.
extension ActivityWorker {
    /// How many are asked for with one answer at most, as in the other SDKs.
    static let eagerLimit = 3

    /// Reserves slots for activities that come without a poll; see ``TaskPoller/reserve(upTo:)``.
    ///
    /// None if there is a limit in time: the server would not count these activities.
    ///
    /// - Parameter wanted: How many would be of use.
    /// - Returns: The slots, at most three; to be handed in to ``poller``.
    func reserveEager(_ wanted: Int) -> [TaskSlot] {
        guard !self.configuration.disableEagerActivityExecution,
            self.configuration.maxActivitiesPerSecond == nil,
            self.configuration.maxTaskQueueActivitiesPerSecond == nil
        else { return [] }
        return self.poller.reserve(upTo: min(wanted, Self.eagerLimit))
    }
}
