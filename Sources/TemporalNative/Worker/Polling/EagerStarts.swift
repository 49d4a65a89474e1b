//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOConcurrencyHelpers
import WorkflowEngine

/// The workers of a client, for workflows whose first task comes with the answer to their start.
final class EagerStarts: Sendable {
    private let workers = NIOLockedValueBox<[ObjectIdentifier: WorkflowWorker]>([:])

    /// How many workers there are.
    var count: Int { self.workers.withLockedValue { $0.count } }

    /// Takes a worker in, for the time that something runs.
    func with<Result: Sendable>(_ worker: WorkflowWorker, _ body: () async -> Result) async -> Result {
        self.workers.withLockedValue { $0[ObjectIdentifier(worker)] = worker }
        defer { self.workers.withLockedValue { _ = $0.removeValue(forKey: ObjectIdentifier(worker)) } }
        return await body()
    }

    /// Reserves room for the first task of a workflow.
    ///
    /// - Parameters:
    ///   - type: The name of the workflow.
    ///   - taskQueue: The queue on which it is started.
    /// - Returns: The reservation, to be ended; nil if no worker of that queue has the workflow, and room.
    func reserve(type: String, taskQueue: String) -> EagerStart? {
        let workers = self.workers.withLockedValue { $0.values.filter { $0.taskQueue == taskQueue } }
        for worker in workers.shuffled() where worker.registry[type] != nil {
            let slots = worker.poller.reserve(upTo: 1)
            if !slots.isEmpty { return EagerStart(worker: worker, slots: slots) }
        }
        return nil
    }
}

/// A worker that has room for the first task of a workflow, and what it keeps for that.
struct EagerStart: Sendable {
    fileprivate let worker: WorkflowWorker
    fileprivate let slots: [TaskSlot]

    /// As which version of a deployment the worker takes tasks.
    var deployment: WorkerDeployment? { self.worker.identity.deployment }

    /// Ends the reservation; to be called once.
    ///
    /// - Parameter task: The task that came; nil if there was none.
    func end(with task: API.WorkflowTask?) {
        self.worker.poller.handIn(task.map { [$0] } ?? [], of: self.slots)
    }
}
