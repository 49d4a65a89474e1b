//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// A workflow that is to be started: by a schedule, or together with a signal or an update.
///
/// ```swift
/// let start = WorkflowStart("Order", options: .init(id: "order-1", taskQueue: "orders"), input: order)
/// ```
public struct WorkflowStart: Sendable {
    /// The name of the workflow.
    public var type: String
    /// How it is started.
    public var options: WorkflowOptions
    /// Its arguments, in order.
    public var input: [any Sendable]

    /// Describes a start.
    ///
    /// - Parameters:
    ///   - type: The name of the workflow.
    ///   - options: How it is started.
    ///   - input: Its arguments, in order.
    public init<each Input: Sendable>(_ type: String, options: WorkflowOptions, input: repeat each Input) {
        self.type = type
        self.options = options
        self.input = []
        for value in repeat each input { self.input.append(value) }
    }
}
