//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import SwiftProtobuf
import TemporalAPI
import WorkflowEngine

/// Turns values of workflow code into payloads and back, at once.
///
/// What references refer to is loaded and codecs are undone before the code runs, and the other way round after it. A
/// ``Stored`` value keeps its reference.
struct WorkflowValues: Sendable {
    let references: RunReferences

    private var converter: DataConverter { self.references.context.converter }

    func encode(values: [any Sendable]) throws -> ProtoPayloads {
        try ProtoPayloads(values.map { try self.payload(for: $0) })
    }

    /// The payloads of one value that stands for all arguments: `Void` for none, ``WorkflowArguments`` for several.
    static func arguments(_ value: any Sendable) -> [any Sendable] {
        if value is Void { return [] }
        return (value as? WorkflowArguments)?.payloads ?? [value]
    }

    /// A result; `Void` is no payload at all.
    func encode(result: some Sendable) throws -> ProtoPayloads {
        if result is Void { return ProtoPayloads() }
        return try self.encode(values: [result])
    }

    func payload(for value: any Sendable) throws -> Payload {
        if let held = value as? any HeldValue {
            return try held.heldPayload ?? self.converter.payload(for: ())
        }
        guard !(value is any PayloadConvertible) else { throw Self.unsupported(type(of: value)) }
        return try self.converter.payload(for: value)
    }

    /// The first value.
    func decode<Value: Sendable>(_ payloads: ProtoPayloads, as type: Value.Type) throws -> Value {
        if type == WorkflowArguments.self, let arguments = try self.decode(payloads) as? Value { return arguments }
        var rest = try [Payload](payloads)[...]
        return try self.next(of: &rest, as: type)
    }

    /// The payloads that interceptors see, with what references refer to unless a handler takes them as they are.
    func payloads(_ payloads: ProtoPayloads, held: Bool) throws -> [Payload] {
        let payloads = try [Payload](payloads)
        return held ? payloads : self.references.contents(of: payloads)
    }

    /// All values, not decoded.
    func decode(_ payloads: ProtoPayloads) throws -> WorkflowArguments {
        WorkflowArguments(
            payloads: try [Payload](payloads).map { try self.references.content(of: $0) },
            values: self
        )
    }

    func decode<Value: Sendable>(_ payload: ProtoPayload, as type: Value.Type) throws -> Value {
        try self.converter.value(from: self.references.content(of: Payload(payload)), as: type)
    }

    func next<Value: Sendable>(of payloads: inout ArraySlice<Payload>, as type: Value.Type) throws -> Value {
        guard !(type is any PayloadConvertible.Type) || type is any HeldValue.Type else { throw Self.unsupported(type) }
        // What a result of no type is, nobody looks at.
        if let value = () as? Value { return value }
        guard let payload = payloads.popFirst() else {
            if let optional = type as? any OptionalValue.Type, let value = optional.missing as? Value { return value }
            throw TemporalError(
                code: .conversionFailed,
                message: "there are fewer payloads than values: a \(type) is missing"
            )
        }
        if let type = type as? any HeldValue.Type {
            let held: any HeldValue = type.init(held: payload, in: self.references.context)
            if let value = held as? Value { return value }
        }
        return try self.converter.value(from: self.references.content(of: payload), as: type)
    }

    private static func unsupported(_ type: Any.Type) -> TemporalError {
        TemporalError(
            code: .conversionFailed,
            message: "workflow code takes and gives plain values and Stored ones: \(type) is for activities and clients"
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
        switch error.untyped {
        case let error as TemporalFailure: error.original
        case let error as ApplicationFailure: try self.failure(of: error, depth: 0)
        default: nil
        }
    }

    /// The failure that stands for an error of which nothing else can be said.
    static func failure(_ error: any Error) -> ProtoFailure {
        let error = error.untyped
        return .with { failure in
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
}
