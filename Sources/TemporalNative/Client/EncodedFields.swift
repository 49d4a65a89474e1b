//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore
import TemporalAPI

/// Named values that are decoded when they are asked for, such as the memo of a workflow.
///
/// References in them have been resolved by then; codecs are undone on access.
public struct EncodedFields: Sendable {
    /// The payloads as they came.
    public let payloads: [String: Payload]
    private let context: PayloadContext

    init(_ fields: [String: ProtoPayload], context: PayloadContext) throws {
        self.payloads = try fields.mapValues { try Payload($0) }
        self.context = context
    }

    /// The names, sorted.
    public var names: [String] { self.payloads.keys.sorted() }

    /// Decodes a value.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - type: What is wanted.
    /// - Returns: The value, or nil if there is none of that name.
    /// - Throws: ``TemporalError``: `conversionFailed`, `codecFailed`. `CancellationError` if cancelled.
    public func value<Value: Sendable>(_ name: String, as type: Value.Type = Value.self) async throws -> Value? {
        guard let payload = self.payloads[name] else { return nil }
        return try await self.context.decode(payload, as: type)
    }
}
