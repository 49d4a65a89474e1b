//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore

/// The input of a workflow that takes several values, or any.
///
/// <!-- not compiled: a part of a workflow -->
/// ```swift
/// func run(context: WorkflowContext<Self>, input: WorkflowArguments) async throws -> String {
///     let (name, count) = try input.values(as: String.self, Int.self)
/// ```
public struct WorkflowArguments: Sendable {
    /// The payloads; references resolved and codecs undone.
    public let payloads: [Payload]
    let values: WorkflowValues

    /// Decodes the arguments.
    ///
    /// - Parameter type: The types, in order. An optional is nil if there are fewer arguments.
    /// - Returns: The values.
    /// - Throws: ``TemporalError/Code/conversionFailed``.
    public func values<each Value: Sendable>(as type: repeat (each Value).Type) throws -> (repeat each Value) {
        var rest = self.payloads[...]
        return (repeat try self.values.next(of: &rest, as: each type))
    }
}
