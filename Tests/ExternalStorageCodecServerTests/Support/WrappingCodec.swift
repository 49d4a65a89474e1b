//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import NIOCore

/// A codec that puts the whole payload into the data of another one, with every bit flipped, as an encrypting codec would.
struct WrappingCodec: PayloadCodec {
    struct Failure: Error {}

    /// What tells its payloads from those of others; decoding with another key fails.
    var key = "a"
    var dropsResults = false

    func encode(_ payloads: [Payload]) async throws -> [Payload] {
        let encoded = payloads.map { payload in
            Payload(
                metadata: ["encoding": Array("binary/wrapped".utf8), "key": Array(self.key.utf8)],
                data: ByteBuffer(bytes: payload.serializedBytes.readableBytesView.map { ~$0 })
            )
        }
        return self.dropsResults ? encoded.dropLast() : encoded
    }

    func decode(_ payloads: [Payload]) async throws -> [Payload] {
        let decoded = try payloads.map { payload in
            let metadata = payload.metadata
            guard metadata["encoding"] == Array("binary/wrapped".utf8) else { return payload }
            guard metadata["key"] == Array(self.key.utf8) else { throw Failure() }
            return try Payload(serializedBytes: ByteBuffer(bytes: payload.data.readableBytesView.map { ~$0 }))
        }
        return self.dropsResults ? decoded.dropLast() : decoded
    }
}
