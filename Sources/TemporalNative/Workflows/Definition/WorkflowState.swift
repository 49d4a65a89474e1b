//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import WorkflowEngine

/// A variable of a workflow, which all its handlers and tasks share.
///
/// Every copy of the workflow's struct has the same one, so that no handler needs to be `mutating`. Only code of the
/// workflow may use it. What comes from elsewhere, such as a `Task { }`, fails the workflow task.
///
/// `@unchecked Sendable`: all code of a run is run by one thread at a time, and a use by another one is noted and fails the
/// task, so that nothing that came of it gets into history.
@propertyWrapper
public struct WorkflowState<Value>: @unchecked Sendable {
    private final class Box {
        var value: Value

        init(_ value: Value) {
            self.value = value
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
            WorkflowRun.current?.noteAccess()
            return self.box.value
        }
        nonmutating set {
            WorkflowRun.current?.noteAccess()
            self.box.value = newValue
        }
    }
}
