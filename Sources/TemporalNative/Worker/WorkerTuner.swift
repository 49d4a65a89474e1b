//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// How much a worker takes on at the same time, for each kind of task.
///
/// ```swift
/// // As much as the machine carries.
/// configuration.tuner = .resourceBased(targetMemoryUsage: 0.8, targetCPUUsage: 0.9)
/// // Workflow tasks are small; each of these activities needs a gigabyte.
/// configuration.tuner = WorkerTuner(workflowTasks: .fixed(200), activities: .fixed(4), localActivities: .fixed(50))
/// ```
public struct WorkerTuner: Hashable, Sendable {
    /// Room for workflow tasks.
    public var workflowTasks: SlotSupplier
    /// Room for activities.
    public var activities: SlotSupplier
    /// Room for local activities.
    public var localActivities: SlotSupplier

    /// Creates a tuner from a supplier for each kind of task.
    ///
    /// - Parameters:
    ///   - workflowTasks: Room for workflow tasks.
    ///   - activities: Room for activities.
    ///   - localActivities: Room for local activities.
    public init(workflowTasks: SlotSupplier, activities: SlotSupplier, localActivities: SlotSupplier) {
        self.workflowTasks = workflowTasks
        self.activities = activities
        self.localActivities = localActivities
    }

    /// As many tasks as the machine carries, with the bounds that the other SDKs have: 5 to 500 workflow tasks, 1 to 500
    /// activities and local activities, of which one more begins every 50 milliseconds.
    ///
    /// - Parameters:
    ///   - targetMemoryUsage: Up to which part of the memory tasks are taken, above 0 and up to 1.
    ///   - targetCPUUsage: Up to which part of the processors' time.
    /// - Returns: The tuner.
    public static func resourceBased(targetMemoryUsage: Double = 0.8, targetCPUUsage: Double = 0.9) -> Self {
        func supplier(_ minimum: Int, _ throttle: Duration) -> SlotSupplier {
            .resourceBased(
                targetMemoryUsage: targetMemoryUsage,
                targetCPUUsage: targetCPUUsage,
                minimumSlots: minimum,
                rampThrottle: throttle
            )
        }
        let activities = supplier(1, .milliseconds(50))
        return Self(workflowTasks: supplier(5, .zero), activities: activities, localActivities: activities)
    }
}
