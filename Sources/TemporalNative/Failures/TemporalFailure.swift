//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore
import TemporalAPI

typealias ProtoFailure = Temporal_Api_Failure_V1_Failure

/// A failure as it stands in history: what a workflow, an activity or a child workflow failed with.
///
/// Failures form a chain by their ``cause``. A failure that is thrown on is sent as it came, whatever wrote it.
///
/// ```swift
/// do {
///     _ = try await handle.result()
/// } catch let error as TemporalError where error.code == .workflowFailed {
///     let reason = error.failure?.cause ?? error.failure
///     if reason?.application?.type == "AccountMissing" { print("no such account") }
/// }
/// ```
public struct TemporalFailure: Error, Sendable {
    /// What happened.
    public let message: String
    /// The SDK that made it, such as `PythonSDK`.
    public let source: String
    /// Where it happened, if the SDK says so.
    public let stackTrace: String
    /// What kind of failure it is.
    public let kind: Kind
    /// Details of an application failure or a cancellation, or the last heartbeat's details of a timeout; references
    /// resolved and codecs undone.
    public let payloads: [Payload]

    /// The message it was decoded from.
    let original: ProtoFailure
    private let converter: DataConverter
    /// None or one: a struct cannot hold itself.
    private let causes: [TemporalFailure]

    init(
        original: ProtoFailure,
        message: String,
        stackTrace: String,
        payloads: [Payload],
        cause: TemporalFailure?,
        converter: DataConverter
    ) {
        self.original = original
        self.message = message
        self.source = original.source
        self.stackTrace = stackTrace
        self.kind = Kind(original.failureInfo)
        self.payloads = payloads
        self.causes = cause.map { [$0] } ?? []
        self.converter = converter
    }

    /// The failure underneath.
    public var cause: TemporalFailure? { self.causes.first }

    /// Decodes ``payloads``.
    ///
    /// - Parameter type: The types of the details, in order; see ``DataConverter/value(from:as:)``.
    /// - Returns: The values.
    /// - Throws: ``TemporalError/Code/conversionFailed``, also if there are fewer payloads than types.
    public func details<each Value>(as type: repeat (each Value).Type) throws -> (repeat each Value) {
        var rest = self.payloads[...]
        return (repeat try self.next(of: &rest, as: each type))
    }

    private func next<Value>(of rest: inout ArraySlice<Payload>, as type: Value.Type) throws -> Value {
        guard let payload = rest.popFirst() else {
            throw TemporalError(
                code: .conversionFailed,
                message: "the failure has \(self.payloads.count) details, which is too few"
            )
        }
        return try self.converter.value(from: payload, as: type)
    }
}

extension TemporalFailure: CustomStringConvertible {
    /// Kind and message, and those of its causes.
    public var description: String {
        let own = "\(self.kind): \(self.message)"
        return self.cause.map { "\(own); caused by \($0)" } ?? own
    }
}
