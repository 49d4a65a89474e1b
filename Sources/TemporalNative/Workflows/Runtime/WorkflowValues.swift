//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import SwiftProtobuf
import TemporalAPI
import WorkflowEngine

/// Turns values of workflow code into payloads and back, at once: references are resolved and codecs undone before the
/// code runs, and the other way round after it.
struct WorkflowValues: Sendable {
    var converter: DataConverter

    func encode(values: [any Sendable]) throws -> ProtoPayloads {
        try ProtoPayloads(values.map { try self.payload(for: $0) })
    }

    /// A result; `Void` is no payload at all.
    func encode(result: some Sendable) throws -> ProtoPayloads {
        if result is Void { return ProtoPayloads() }
        return try self.encode(values: [result])
    }

    func payload(for value: any Sendable) throws -> Payload {
        guard !(value is any PayloadConvertible) else { throw Self.unsupported(type(of: value)) }
        return try self.converter.payload(for: value)
    }

    /// The first value.
    func decode<Value: Sendable>(_ payloads: ProtoPayloads, as type: Value.Type) throws -> Value {
        let payloads = try [Payload](payloads)
        if let arguments = WorkflowArguments(payloads: payloads, values: self) as? Value { return arguments }
        var rest = payloads[...]
        return try self.next(of: &rest, as: type)
    }

    /// All values, not decoded.
    func decode(_ payloads: ProtoPayloads) throws -> WorkflowArguments {
        WorkflowArguments(payloads: try [Payload](payloads), values: self)
    }

    func decode<Value: Sendable>(_ payload: ProtoPayload, as type: Value.Type) throws -> Value {
        try self.converter.value(from: Payload(payload), as: type)
    }

    func next<Value: Sendable>(of payloads: inout ArraySlice<Payload>, as type: Value.Type) throws -> Value {
        guard !(type is any PayloadConvertible.Type) else { throw Self.unsupported(type) }
        guard let payload = payloads.popFirst() else {
            if let value = () as? Value { return value }
            if let optional = type as? any OptionalValue.Type, let value = optional.missing as? Value { return value }
            throw TemporalError(
                code: .conversionFailed,
                message: "there are fewer payloads than values: a \(type) is missing"
            )
        }
        return try self.converter.value(from: payload, as: type)
    }

    private static func unsupported(_ type: Any.Type) -> TemporalError {
        TemporalError(
            code: .conversionFailed,
            message: "workflow code takes and gives plain values: \(type) is for activities and clients"
        )
    }
}

// MARK: - Failures

extension WorkflowValues {
    /// The error that workflow code gets for what the engine throws.
    func error(for error: any Error) -> any Error {
        guard let operation = error as? OperationFailure else { return error }
        do {
            return try self.failure(operation.failure)
        } catch {
            return error
        }
    }

    /// The error that stands for a failure.
    func failure(_ failure: ProtoFailure) throws -> TemporalFailure {
        try PayloadContext(converter: self.converter).plainFailure(failure)
    }

    /// The failure that stands for an error, if it is one that may fail a workflow.
    ///
    /// - Returns: Nil for an error that fails the task.
    func failure(for error: any Error) throws -> ProtoFailure? {
        switch error {
        case let error as TemporalFailure: error.original
        case let error as ApplicationFailure: try self.failure(of: error, depth: 0)
        default: nil
        }
    }

    /// The failure that stands for an error of which nothing else can be said.
    static func failure(_ error: any Error) -> ProtoFailure {
        .with { failure in
            failure.message = (error as? ApplicationFailure)?.message ?? "\(error)"
            failure.source = failureSource
            failure.applicationFailureInfo = .with { info in
                info.type = (error as? ApplicationFailure)?.type ?? "\(type(of: error))"
                info.nonRetryable = (error as? ApplicationFailure)?.isNonRetryable ?? false
            }
        }
    }

    /// The failure that stands for any error, for the answer to a query or an update, and for the report of a task.
    func anyFailure(for error: any Error) -> ProtoFailure {
        if let failure = try? self.failure(for: error) { return failure }
        return Self.failure(error)
    }

    private func failure(of error: ApplicationFailure, depth: Int) throws -> ProtoFailure {
        var failure = ProtoFailure()
        failure.message = error.message
        failure.source = failureSource
        let details = try self.encode(values: error.details)
        failure.applicationFailureInfo = .with { info in
            info.type = error.type
            info.nonRetryable = error.isNonRetryable
            if let delay = error.nextRetryDelay { info.nextRetryDelay = delay.message }
            info.category = .init(rawValue: error.category.rawValue) ?? .unspecified
            if !details.payloads.isEmpty { info.details = details }
        }
        if let cause = error.cause, depth < 20 {
            let inner = (cause as? ApplicationFailure).map { try? self.failure(of: $0, depth: depth + 1) } ?? nil
            failure.cause = inner ?? self.anyFailure(for: cause)
        }
        return failure
    }

    /// Whether an error is a cancellation, or was caused by one.
    static func isCancellation(_ error: any Error) -> Bool {
        if error is CancellationError { return true }
        guard let failure = error as? TemporalFailure else { return false }
        switch failure.kind {
        case .canceled: return true
        case .activity, .childWorkflow: return failure.cause?.kind == .canceled
        default: return false
        }
    }
}
