//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore

extension PayloadContext {
    /// Makes a value of a payload as it stands in a message.
    ///
    /// - Parameters:
    ///   - payload: The payload; a reference is resolved, unless the type wants it as it is.
    ///   - type: What is wanted; see ``DataConverter/value(from:as:)``.
    /// - Returns: The value.
    /// - Throws: As ``decode(_:as:)-([Payload],_)``.
    public func decode<Value: Sendable>(_ payload: Payload, as type: Value.Type) async throws -> Value {
        try await self.decode([payload], as: type)
    }

    /// Makes values of payloads as they stand in a message.
    ///
    /// References are resolved in one batch, and the codecs are asked once. A type that is ``PayloadConvertible`` is
    /// given its payload as it is. If there are fewer payloads than types, optionals and `Void` come out empty; if there
    /// are more, the rest is ignored, as in the other SDKs.
    ///
    /// - Parameters:
    ///   - payloads: The payloads.
    ///   - type: The types, in order.
    /// - Returns: The values, in order.
    /// - Throws: ``TemporalError``: `conversionFailed`, `codecFailed`. `ExternalStorageError` if a reference cannot be
    ///   resolved. What a ``PayloadConvertible`` type throws. `CancellationError` if cancelled.
    public func decode<each Value: Sendable>(
        _ payloads: [Payload],
        as type: repeat (each Value).Type
    ) async throws -> (repeat each Value) {
        var keep: [Bool] = []
        for type in repeat each type { keep.append(type is any PayloadConvertible.Type) }
        var arguments = Arguments(payloads: try await self.decoded(payloads.prefix(keep.count), except: keep))
        return (repeat try await self.next(of: &arguments, as: each type))
    }

    /// Resolves references and undoes the codecs, in one batch each, so that converters can read the payloads.
    ///
    /// - Parameter payloads: Payloads as they stand in a message.
    /// - Returns: One payload per input, in order.
    /// - Throws: As ``decode(_:as:)-([Payload],_)``.
    public func decode(_ payloads: [Payload]) async throws -> [Payload] {
        try await self.decoded(payloads[...], except: Array(repeating: false, count: payloads.count))
    }

    private func decoded(_ payloads: ArraySlice<Payload>, except keep: [Bool]) async throws -> [Payload] {
        var result = Array(payloads)
        let indices = result.indices.filter { !keep[$0] }
        guard !indices.isEmpty else { return result }
        var batch = indices.map { result[$0] }
        batch = try await self.resolved(batch)
        for (index, payload) in zip(indices, try await self.converter.decode(batch)) { result[index] = payload }
        return result
    }

    /// Resolves what was received as a reference (ES-P8).
    func resolved(_ payloads: [Payload]) async throws -> [Payload] {
        if let externalStorage {
            return try await externalStorage.retrieve(payloads, namespace: self.namespace)
        }
        let references = payloads.count { $0.isReference }
        guard references == 0 else { throw ExternalStorageError.notConfigured(references: references) }
        return payloads
    }

    private struct Arguments {
        var payloads: [Payload]
        var position = 0
    }

    private func next<Value: Sendable>(of arguments: inout Arguments, as type: Value.Type) async throws -> Value {
        let position = arguments.position
        arguments.position += 1
        guard position < arguments.payloads.count else {
            if let value = () as? Value { return value }
            // A workflow without a result, of which somebody wants the payload.
            if let value = try self.converter.payload(for: ()) as? Value { return value }
            if let optional = type as? any OptionalValue.Type, let value = optional.missing as? Value { return value }
            throw TemporalError(
                code: .conversionFailed,
                message: "value \(position + 1), a \(type), is missing: there are \(arguments.payloads.count) payloads"
            )
        }
        let payload = arguments.payloads[position]
        if let type = type as? any PayloadConvertible.Type {
            let value: any PayloadConvertible = try await type.init(payload: payload, in: self)
            if let value = value as? Value { return value }
        }
        return try self.converter.value(from: payload, as: type)
    }
}
