//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore

/// An activity as a type of its own: what `@Activity` makes, and what can be written by hand.
///
/// ```swift
/// struct Greet: ActivityDefinition {
///     func run(input: String) async throws -> String { "Hello, \(input)!" }
/// }
/// ```
///
/// A workflow calls it by its type, and has the compiler check input and result; see
/// ``WorkflowContext/executeActivity(_:options:input:function:file:line:)``. A worker takes it beside ``Activity``s.
public protocol ActivityDefinition: Sendable {
    /// What it is called with; `Void` for nothing.
    associatedtype Input: Sendable
    /// What it results in.
    associatedtype Output: Sendable

    /// Under which name it is called: the name of the type by default.
    static var name: String { get }

    /// Whether it is for every name that the worker has no other activity for: not so by default.
    ///
    /// Its input is then `[TemporalRawValue]`, all arguments as they are, and ``ActivityInfo/activityType`` says which name
    /// was called.
    static var isDynamic: Bool { get }

    /// Runs the activity.
    ///
    /// - Parameter input: What it is called with.
    /// - Returns: Its result.
    /// - Throws: What fails the attempt, as in ``Activity/init(_:_:)``.
    func run(input: Input) async throws -> Output
}

extension ActivityDefinition {
    /// The name of the type.
    public static var name: String { String(describing: Self.self) }

    /// False.
    public static var isDynamic: Bool { false }
}

/// A value that is not decoded.
public typealias TemporalRawValue = Payload

extension Activity {
    /// Creates an activity of one that is a type.
    ///
    /// - Parameter definition: The activity.
    public init<Definition: ActivityDefinition>(_ definition: Definition) {
        guard Definition.isDynamic else {
            self.init(name: Definition.name, isDynamic: false) { input, context in
                let arguments = ActivityArguments(payloads: input, context: context)
                let value = try await arguments.decoded(as: Definition.Input.self)
                return try await Self.result(definition.run(input: value), context)
            }
            return
        }
        self.init(name: Definition.name, isDynamic: true) { input, context in
            guard let values = try await context.decode(input) as? Definition.Input else {
                throw TemporalError(
                    code: .invalidConfiguration,
                    message: "the dynamic activity \(Definition.name) takes a \(Definition.Input.self), "
                        + "and has to take [TemporalRawValue]"
                )
            }
            return try await Self.result(definition.run(input: values), context)
        }
    }

    private static func result(_ output: some Sendable, _ context: PayloadContext) async throws -> [Payload] {
        if output is Void { return [] }
        return try await context.encode(output)
    }
}
