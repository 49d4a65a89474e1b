//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore
import NIOCore
import SwiftProtobuf

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Protobuf messages as JSON: `json/protobuf`, with the message's name in the metadata key `messageType`.
///
/// This is what other SDKs write for messages. Unknown fields are ignored when reading.
public struct ProtobufJSONConverter: PayloadConverter {
    /// `json/protobuf`.
    public var encoding: String { "json/protobuf" }

    /// Creates a converter.
    public init() {}

    /// A payload with the message in proto3 JSON.
    public func payload(for value: any Sendable) throws -> Payload? {
        guard let message = value as? any Message else { return nil }
        return Payload(
            metadata: ["encoding": Array(self.encoding.utf8), "messageType": Array(message.messageName.utf8)],
            data: ByteBuffer(bytes: try message.jsonUTF8Bytes() as [UInt8])
        )
    }

    /// The message, if a type of message is wanted.
    public func value<Value>(from payload: Payload, as type: Value.Type) throws -> Value? {
        guard let message = type as? any Message.Type else { return nil }
        var options = JSONDecodingOptions()
        options.ignoreUnknownFields = true
        return try message.init(jsonUTF8Bytes: Array(payload.data.readableBytesView), options: options) as? Value
    }
}

extension Message {
    /// The full name of the message's type.
    var messageName: String { Self.protoMessageName }
}
