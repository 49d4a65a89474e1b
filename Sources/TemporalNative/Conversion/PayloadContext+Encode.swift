//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore

extension PayloadContext {
    /// Makes payloads of values.
    ///
    /// The codecs are asked once, for all of them.
    ///
    /// - Parameter value: The values, each of them `Codable`, a protobuf message, bytes, `Payload`, or
    ///   ``PayloadConvertible``.
    /// - Returns: One payload per value, in order, as it is to stand in the message. Large ones are not stored yet: that
    ///   is done when the message is sent.
    /// - Throws: ``TemporalError``: `conversionFailed`, `codecFailed`. What a ``PayloadConvertible`` value throws.
    ///   `CancellationError` if cancelled.
    public func encode<each Value: Sendable>(_ value: repeat each Value) async throws -> [Payload] {
        var values: [any Sendable] = []
        for element in repeat each value { values.append(element) }
        return try await self.encode(values: values)
    }

    /// Makes payloads of values whose types are not known; see ``encode(_:)``.
    ///
    /// - Parameter values: The values.
    /// - Returns: One payload per value, in order.
    /// - Throws: As ``encode(_:)``.
    public func encode(values: [any Sendable]) async throws -> [Payload] {
        var payloads: [Payload] = []
        var coded: [Int] = []
        payloads.reserveCapacity(values.count)
        for (index, value) in values.enumerated() {
            if let value = value as? any PayloadConvertible {
                payloads.append(try await value.payload(in: self))
            } else {
                coded.append(index)
                payloads.append(try self.converter.payload(for: value))
            }
        }
        for (index, payload) in zip(coded, try await self.converter.encode(coded.map { payloads[$0] })) {
            payloads[index] = payload
        }
        return payloads
    }

    /// Stores the payloads that are large enough.
    ///
    /// - Parameter payloads: Payloads as the codecs left them.
    /// - Returns: One payload per input, in order: a reference, or the input itself. What is sent with them passes the
    ///   transport unchanged.
    /// - Throws: `ExternalStorageError`, `CancellationError`.
    func stored(_ payloads: [Payload]) async throws -> [Payload] {
        guard let externalStorage, payloads.contains(where: externalStorage.mayStore) else { return payloads }
        let context = StorageDriverSelectContext(target: self.target, namespace: self.namespace)
        // Hashing takes its time, which the thread of the connection does not have.
        return try await withTaskExecutorPreference(globalConcurrentExecutor) {
            try await externalStorage.store(payloads, context: context)
        }
    }
}
