//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import NIOCore

/// A codec that wraps the serialized payload and flips its bits.
struct FlippingCodec: PayloadCodec {
    struct Failure: Error {}

    var failsToEncode = false
    var dropsResults = false

    func encode(_ payloads: [Payload]) async throws -> [Payload] {
        if self.failsToEncode { throw Failure() }
        let encoded = payloads.map { payload in
            Payload(
                metadata: ["encoding": Array("binary/flipped".utf8)],
                data: .init(bytes: payload.serializedBytes.readableBytesView.map { ~$0 })
            )
        }
        return self.dropsResults ? encoded.dropLast() : encoded
    }

    func decode(_ payloads: [Payload]) async throws -> [Payload] {
        let decoded = try payloads.map { payload in
            guard payload.metadata["encoding"] == Array("binary/flipped".utf8) else { return payload }
            return try Payload(serializedBytes: .init(bytes: payload.data.readableBytesView.map { ~$0 }))
        }
        return self.dropsResults ? decoded.dropLast() : decoded
    }
}
