//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// How many tasks of one kind a worker takes on at the same time.
public struct SlotSupplier: Hashable, Sendable {
    /// What the use of the machine is held against.
    struct Targets: Hashable, Sendable {
        var memory: Double
        var processors: Double
    }

    /// So many are taken on whatever the machine does.
    let minimum: Int
    let maximum: Int
    /// Nil if it is always the maximum.
    let targets: Targets?
    /// How far apart slots beyond the minimum are given.
    let rampThrottle: Duration

    /// Always the same number.
    ///
    /// - Parameter slots: How many tasks.
    /// - Returns: The supplier.
    public static func fixed(_ slots: Int) -> Self {
        Self(minimum: slots, maximum: slots, targets: nil, rampThrottle: .zero)
    }

    /// As many as the machine carries: a task is taken on while less memory and less of the processors' time is in use than
    /// is aimed at.
    ///
    /// Both are those of the machine, or of the container where it has a limit of memory of its own, with everything that
    /// runs there. It needs Linux.
    ///
    /// - Parameters:
    ///   - targetMemoryUsage: Up to which part of the memory tasks are taken, above 0 and up to 1.
    ///   - targetCPUUsage: Up to which part of the processors' time, as it was in the last tenth of a second.
    ///   - minimumSlots: How many tasks are taken on whatever the machine does.
    ///   - maximumSlots: How many there are at most.
    ///   - rampThrottle: How long after a task the next one is taken on at the earliest, so that it shows what each needs.
    /// - Returns: The supplier.
    public static func resourceBased(
        targetMemoryUsage: Double = 0.8,
        targetCPUUsage: Double = 0.9,
        minimumSlots: Int = 1,
        maximumSlots: Int = 500,
        rampThrottle: Duration = .milliseconds(50)
    ) -> Self {
        Self(
            minimum: minimumSlots,
            maximum: maximumSlots,
            targets: Targets(memory: targetMemoryUsage, processors: targetCPUUsage),
            rampThrottle: rampThrottle
        )
    }
}

extension SlotSupplier {
    /// The name that reports have for it.
    var kind: String { self.targets == nil ? "Fixed" : "ResourceBased" }

    /// What is wrong with it; nil if nothing is.
    var problem: String? {
        guard let targets else { return self.maximum >= 1 ? nil : "is \(self.maximum)" }
        guard self.minimum >= 1 && self.minimum <= self.maximum else {
            return "has at least \(self.minimum) and at most \(self.maximum) slots"
        }
        for (name, target) in [("targetMemoryUsage", targets.memory), ("targetCPUUsage", targets.processors)]
        where !(target > 0 && target <= 1) {
            return "has a \(name) of \(target), which has to be above 0 and not above 1"
        }
        if self.rampThrottle < .zero { return "has a negative rampThrottle" }
        return MachineLoad.isKnown ? nil : "is resource-based, and this system does not say how much is in use"
    }
}

extension TemporalWorker.Configuration {
    /// Room for each kind of task: the tuner's, or the numbers.
    var slots: WorkerTuner {
        self.tuner
            ?? WorkerTuner(
                workflowTasks: .fixed(self.maxConcurrentWorkflowTasks),
                activities: .fixed(self.maxConcurrentActivities),
                localActivities: .fixed(self.maxConcurrentLocalActivities)
            )
    }
}
