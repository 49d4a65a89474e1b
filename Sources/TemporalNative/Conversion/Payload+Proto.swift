//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import BufferTransport
import ExternalStorageCore
import NIOCore
public import SwiftProtobuf
import TemporalAPI

typealias ProtoPayload = Temporal_Api_Common_V1_Payload
typealias ProtoPayloads = Temporal_Api_Common_V1_Payloads

/// Messages are made of shared buffers, and the other way round, without a copy between.
extension BufferBytes: SwiftProtobufContiguousBytes {}

extension Payload {
    /// The payload of a message.
    ///
    /// What the generated type does not know of is kept.
    init(_ message: ProtoPayload) throws {
        self.init(unchecked: try (message.serializedBytes() as BufferBytes).buffer)
    }

    /// The payload as part of a message.
    var message: ProtoPayload {
        get throws {
            try ProtoPayload(serializedBytes: BufferBytes(buffer: self.serializedBytes))
        }
    }
}

extension ProtoPayloads {
    init(_ payloads: [Payload]) throws {
        self.init()
        self.payloads = try payloads.map { try $0.message }
    }
}

extension [Payload] {
    init(_ message: ProtoPayloads) throws {
        self = try message.payloads.map { try Payload($0) }
    }
}

extension Payload {
    /// A payload with nothing but its encoding in the metadata.
    init(encoding: String, data: ByteBuffer) {
        self.init(metadata: ["encoding": Array(encoding.utf8)], data: data)
    }

    /// The value of the metadata key `encoding`.
    var encoding: String {
        self.metadata["encoding"].map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
