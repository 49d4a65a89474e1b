//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore

extension TemporalClient {
    /// Stores a value, and returns what to send in its place; see ``Stored/store(_:in:)``.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - target: Whose it will be, where that is known: objects are grouped by it, nothing else.
    /// - Returns: The stored value.
    /// - Throws: As ``Stored/store(_:in:)``.
    public func store<Value: Sendable>(
        _ value: Value,
        target: StorageDriverTarget? = nil
    ) async throws -> Stored<Value> {
        try await Stored.store(value, in: self.connection.payloads(of: target))
    }

    /// Stores the content of a file, and returns what to send in its place; see ``Stored/store(contentsOf:in:)``.
    ///
    /// - Parameters:
    ///   - path: The path of a regular file.
    ///   - target: Whose it will be, where that is known: objects are grouped by it, nothing else.
    ///   - type: What the bytes are as a value.
    /// - Returns: The stored value.
    /// - Throws: As ``Stored/store(contentsOf:in:)``.
    public func store<Value: BinaryValue>(
        contentsOf path: String,
        target: StorageDriverTarget? = nil,
        as type: Value.Type
    ) async throws -> Stored<Value> {
        try await Stored.store(contentsOf: path, in: self.connection.payloads(of: target))
    }
}
