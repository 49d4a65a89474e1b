//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore
import NIOCore
import SwiftProtobuf

/// Protobuf messages in binary form: `binary/protobuf`, with the message's name in the metadata key `messageType`.
///
/// The standard converters read this form and write ``ProtobufJSONConverter``'s, as other SDKs do; put this one first to
/// write it.
public struct ProtobufConverter: PayloadConverter {
    /// `binary/protobuf`.
    public var encoding: String { "binary/protobuf" }

    /// Creates a converter.
    public init() {}

    /// A payload with the serialized message.
    public func payload(for value: any Sendable) throws -> Payload? {
        guard let message = value as? any Message else { return nil }
        return Payload(
            metadata: ["encoding": Array(self.encoding.utf8), "messageType": Array(message.messageName.utf8)],
            data: ByteBuffer(bytes: try message.serializedBytes() as [UInt8])
        )
    }

    /// The message, if a type of message is wanted.
    public func value<Value>(from payload: Payload, as type: Value.Type) throws -> Value? {
        guard let message = type as? any Message.Type else { return nil }
        return try message.init(serializedBytes: Array(payload.data.readableBytesView)) as? Value
    }
}
