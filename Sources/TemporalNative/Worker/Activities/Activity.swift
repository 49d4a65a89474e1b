//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore

/// An activity that a worker offers: a name and what runs under it.
///
/// Any function is an activity, with any number of inputs:
///
/// ```swift
/// let activities = [
///     Activity("greet") { (name: String) in "Hello, \(name)!" },
///     Activity("charge", orders.charge),
/// ]
/// ```
///
/// Inputs and output are `Codable`, protobuf messages, bytes, `Payload`, or ``PayloadConvertible``; an input that is
/// optional may be missing. Inside, ``ActivityContext/current`` tells about the attempt and takes heartbeats.
public struct Activity: Sendable {
    /// Under which name workflows call it.
    public let name: String
    /// Whether it is for every name that the worker has no other activity for.
    public let isDynamic: Bool

    /// Decodes the input, runs the activity, and encodes what it returned.
    let run: @Sendable (_ input: [Payload], _ context: PayloadContext) async throws -> [Payload]

    /// Creates an activity of a function.
    ///
    /// What the function throws fails the attempt, and the retry policy decides whether there is another one:
    /// ``ApplicationFailure`` says more than an error of your own, of which the type's name and the description are
    /// reported. A `CancellationError` after a cancellation ends the activity as cancelled.
    ///
    /// - Parameters:
    ///   - name: Under which name workflows call it.
    ///   - body: The function. It runs in a task of its own, which is cancelled when the activity is; it must not block
    ///     its thread for long.
    public init<each Input: Sendable, Output: Sendable>(
        _ name: String,
        // `@concurrent`, as it runs in a task of its own anyway; Swift 6.3.1 crashes on most closures here without it.
        _ body: @escaping @concurrent @Sendable (repeat each Input) async throws -> Output
    ) {
        self.name = name
        self.isDynamic = false
        self.run = { input, context in
            let output = try await Self.output(of: body, ActivityArguments(payloads: input, context: context))
            if output is Void { return [] }
            return try await context.encode(output)
        }
    }

    /// Calls a function with decoded arguments, which are gone when it returns: they may be as large as what it returns,
    /// of which a copy may be made next.
    private static func output<each Input: Sendable, Output: Sendable>(
        of body: @concurrent @Sendable (repeat each Input) async throws -> Output,
        _ arguments: ActivityArguments
    ) async throws -> Output {
        let values = try await arguments.decoded(as: repeat (each Input).self)
        return try await body(repeat each values)
    }

    /// Creates an activity that works on payloads itself.
    ///
    /// - Parameters:
    ///   - name: Under which name workflows call it.
    ///   - body: Is given the payloads of the input with references resolved and codecs undone, and returns the payloads
    ///     of the result, to which the codecs are then applied.
    public init(name: String, payloads body: @escaping @concurrent @Sendable ([Payload]) async throws -> [Payload]) {
        self.name = name
        self.isDynamic = false
        self.run = { input, context in
            let input = try await context.decode(input)
            return try await context.encode(values: try await body(input))
        }
    }

    init(
        name: String,
        isDynamic: Bool,
        run: @escaping @Sendable (_ input: [Payload], _ context: PayloadContext) async throws -> [Payload]
    ) {
        self.name = name
        self.isDynamic = isDynamic
        self.run = run
    }
}
