//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageWire
import NIOCore

/// Builds messages field by field, as an encoder would.
func message(_ build: (inout ByteBuffer) -> Void) -> ByteBuffer {
    var buffer = ByteBuffer()
    build(&buffer)
    return buffer
}

/// A serialized payload with `count` bytes of data.
func payload(_ count: Int = 10, metadata: [(String, String)] = [("encoding", "json/plain")]) -> ByteBuffer {
    payload(ByteBuffer(repeating: UInt8(ascii: "x"), count: count), metadata: metadata)
}

func payload(_ data: ByteBuffer?, metadata: [(String, String)]) -> ByteBuffer {
    message { payload in
        for (key, value) in metadata {
            payload.writeField(
                1,
                bytes: message { entry in
                    entry.writeField(1, string: key)
                    entry.writeField(2, string: value)
                }
            )
        }
        if let data { payload.writeField(2, bytes: data) }
    }
}

/// The metadata of an envelope of a system Nexus operation that starts a workflow.
let envelopeMetadata = [
    ("encoding", "binary/protobuf"),
    ("messageType", "temporal.api.workflowservice.v1.StartWorkflowExecutionRequest"),
    ("__temporal_system_payload", "true"),
]

/// An `Any` that says that `value` is a `StartWorkflowExecutionRequest`.
func anyStart(_ value: ByteBuffer) -> ByteBuffer {
    message { any in
        any.writeField(1, string: "type.googleapis.com/temporal.api.workflowservice.v1.StartWorkflowExecutionRequest")
        any.writeField(2, bytes: value)
    }
}

/// Bytes that are no message of any type.
let garbage = ByteBuffer(repeating: 7, count: 300)

let reference = payload(
    40,
    metadata: [("encoding", "json/protobuf"), ("messageType", "temporal.api.sdk.v1.ExternalStorageReference")]
)

func payloads(_ elements: ByteBuffer...) -> ByteBuffer {
    message { for element in elements { $0.writeField(1, bytes: element) } }
}

/// A `StartWorkflowExecutionRequest` with `input`.
func start(_ input: ByteBuffer...) -> ByteBuffer {
    message { request in
        request.writeField(1, string: "default")
        request.writeField(2, string: "id")
        request.writeField(5, bytes: message { for element in input { $0.writeField(1, bytes: element) } })
        request.writeField(9, string: "me")
    }
}

extension ByteBuffer {
    func scan(_ scanner: PayloadScanner, as type: MessageType) throws(WireError) -> PayloadScan {
        try scanner.scan(self.readableBytesUInt8Span, as: type)
    }

    /// The bytes of each site.
    func bodies(_ scan: PayloadScan) -> [ByteBuffer] {
        scan.sites.map { site in
            var body = ByteBuffer()
            body.write(self.readableBytesUInt8Span, in: site.body)
            return body
        }
    }

    func spliced(_ scan: PayloadScan, _ replacements: [ByteBuffer?], removals: Set<Int> = []) throws -> ByteBuffer {
        try PayloadSplicer(
            scan: scan,
            replacements: replacements,
            removals: removals,
            sourceCount: self.readableBytes
        ).splice(self.readableBytesUInt8Span)
    }
}
