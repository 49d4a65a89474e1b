//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOConcurrencyHelpers

/// The attempts that run at the moment, so that a shutdown can cancel them.
final class RunningActivities: Sendable {
    private struct State: Sendable {
        var executions: [ObjectIdentifier: ActivityExecution] = [:]
        var cancelsNewOnes: ActivityCancellationReason?
    }

    private let state = NIOLockedValueBox(State())

    func insert(_ execution: ActivityExecution) {
        let reason = self.state.withLockedValue { state in
            state.executions[ObjectIdentifier(execution)] = execution
            return state.cancelsNewOnes
        }
        if let reason { execution.cancel(reason) }
    }

    func remove(_ execution: ActivityExecution) {
        self.state.withLockedValue { _ = $0.executions.removeValue(forKey: ObjectIdentifier(execution)) }
    }

    /// Cancels all that run, and all that come later.
    func cancelAll(_ reason: ActivityCancellationReason) {
        let executions = self.state.withLockedValue { state in
            state.cancelsNewOnes = state.cancelsNewOnes ?? reason
            return state.executions.values.map { $0 }
        }
        for execution in executions { execution.cancel(reason) }
    }
}
