//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Where in the code of a workflow a call stands.
package struct CallPlace: Hashable, Sendable, CustomStringConvertible {
    package var function: String
    /// The module and the file, as `#fileID` has them: paths of the machine that built the worker are nobody's business.
    package var file: String
    package var line: Int

    package init(_ function: String, _ file: String, _ line: Int) {
        self.function = function
        self.file = file
        self.line = line
    }

    package var description: String { "\(self.file):\(self.line), in \(self.function)" }

    /// Has whatever waits in a closure say that it waits here.
    ///
    /// A call within the closure that names a place of its own is told as that.
    ///
    /// - Parameter body: The closure.
    /// - Returns: What it returns.
    /// - Throws: What it throws.
    package func during<Result>(_ body: () async throws -> Result) async rethrows -> Result {
        try await WorkflowRun.$place.withValue(self, operation: body)
    }
}

/// What a future is of.
enum Awaited: Sendable, CustomStringConvertible {
    case timer(id: String)
    case condition
    case activity(id: String, type: String)
    case localActivity(id: String, type: String)
    case childStart(id: String, type: String)
    case child(id: String, type: String)
    case nexusStart(operation: String, service: String)
    case nexus(operation: String, service: String)
    case signal(name: String, workflowID: String)
    case cancellation(workflowID: String)

    var description: String {
        switch self {
        case .timer(let id): "timer \(id)"
        case .condition: "condition"
        case .activity(let id, let type): "activity \(id) of type \(type)"
        case .localActivity(let id, let type): "local activity \(id) of type \(type)"
        case .childStart(let id, let type): "start of child workflow \(id) of type \(type)"
        case .child(let id, let type): "child workflow \(id) of type \(type)"
        case .nexusStart(let operation, let service): "start of Nexus operation \(operation) of the service \(service)"
        case .nexus(let operation, let service): "Nexus operation \(operation) of the service \(service)"
        case .signal(let name, let id): "signal \(name) to workflow \(id)"
        case .cancellation(let id): "request to cancel workflow \(id)"
        }
    }
}

extension WorkflowRun {
    /// Where the call stands that the current task has made of the workflow's context; nil for one that does not say.
    @TaskLocal package static var place: CallPlace?

    /// A task of the workflow that waits.
    package struct Wait: Hashable, Sendable, CustomStringConvertible {
        /// For what.
        package var subject: String
        package var place: CallPlace?

        package var description: String { self.place.map { "\(self.subject), awaited at \($0)" } ?? self.subject }
    }

    /// What the code waits for, one for each task that does: operations in the order in which they were made, conditions
    /// behind them.
    package var waits: [Wait] {
        let futures = self.futures + self.conditions.map(\.future)
        return futures.filter { !$0.isResolved }.flatMap { future in
            future.places.map { Wait(subject: future.subject.description, place: $0) }
        }
    }
}
