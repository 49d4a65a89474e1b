//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import NIOCore

/// A codec that wraps the serialized payload and masks its bytes; `encoded_references.py` has its twin.
///
/// It hides nothing from anybody who looks twice: what it shows is that both sides call it at the right moment.
struct MaskingCodec: PayloadCodec {
    private static let encoding = Array("binary/masked".utf8)
    private static let mask: UInt8 = 0x5A

    func encode(_ payloads: [Payload]) async throws -> [Payload] {
        payloads.map { payload in
            let bytes = payload.serializedBytes.readableBytesView.map { $0 ^ Self.mask }
            return Payload(metadata: ["encoding": Self.encoding], data: ByteBuffer(bytes: bytes))
        }
    }

    func decode(_ payloads: [Payload]) async throws -> [Payload] {
        try payloads.map { payload in
            guard payload.metadata["encoding"] == Self.encoding else { return payload }
            return try Payload(
                serializedBytes: ByteBuffer(bytes: payload.data.readableBytesView.map { $0 ^ Self.mask })
            )
        }
    }
}
