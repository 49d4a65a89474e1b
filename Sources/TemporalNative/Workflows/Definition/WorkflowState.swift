//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import WorkflowEngine

/// A variable of a workflow, which all its handlers and tasks share.
///
/// Every copy of the workflow's struct has the same one, so that no handler needs to be `mutating`. Only code of the
/// workflow may use it. What comes from elsewhere, such as a `Task { }` or a detached one, fails the workflow task, and not
/// the process. `@Workflow` makes all variables of its struct such variables.
///
/// `@unchecked Sendable`: all code of a run is run by one thread at a time, and a use by another one is noted and fails the
/// task, so that nothing that came of it gets into history.
@propertyWrapper
public struct WorkflowState<Value>: @unchecked Sendable {
    private final class Box {
        var value: Value
        /// The run in which it was made, so that a use by a task that knows of no run is noticed too.
        private weak let run: WorkflowRun?

        init(_ value: Value) {
            self.value = value
            self.run = WorkflowRun.current
        }

        func noteAccess() {
            (self.run ?? WorkflowRun.current)?.noteAccess()
        }
    }

    private let box: Box

    /// Creates a variable.
    ///
    /// - Parameter wrappedValue: Its first value.
    public init(wrappedValue: Value) {
        self.box = Box(wrappedValue)
    }

    /// The value.
    public var wrappedValue: Value {
        get {
            self.box.noteAccess()
            return self.box.value
        }
        nonmutating set {
            self.box.noteAccess()
            self.box.value = newValue
        }
    }
}
