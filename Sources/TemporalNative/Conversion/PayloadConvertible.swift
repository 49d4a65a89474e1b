//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore

/// A value that makes its payload itself, and is made of one, with external storage and the converter at hand.
///
/// The data converter asks such a value first, in both directions. It meets payloads as they stand in the message:
/// what ``payload(in:)`` returns goes through no converter and no codec, and what ``init(payload:in:)`` is given may be a
/// storage reference that nobody has resolved, and has been through no codec.
public protocol PayloadConvertible: Sendable {
    /// Makes the payload that is sent.
    ///
    /// - Parameter context: Converter, storage, and whose payload this is.
    /// - Returns: The payload as it is to stand in the message. A reference is sent as it is (ES-W7).
    /// - Throws: Anything; the call or the activity fails with it.
    func payload(in context: PayloadContext) async throws -> Payload

    /// Takes a payload that was received.
    ///
    /// - Parameters:
    ///   - payload: The payload as it stood in the message.
    ///   - context: Converter, storage, and whose payload this is.
    /// - Throws: Anything; the call or the activity fails with it.
    init(payload: Payload, in context: PayloadContext) async throws
}

extension Optional: PayloadConvertible where Wrapped: PayloadConvertible {
    /// The payload of the value, or the null payload.
    public func payload(in context: PayloadContext) async throws -> Payload {
        guard let value = self else { return try await context.encode(values: [()])[0] }
        return try await value.payload(in: context)
    }

    /// The value, or nil if the payload is the null payload.
    public init(payload: Payload, in context: PayloadContext) async throws {
        self = payload.encoding == NullConverter().encoding ? nil : try await Wrapped(payload: payload, in: context)
    }
}
