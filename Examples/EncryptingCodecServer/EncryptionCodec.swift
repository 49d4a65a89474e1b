//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Crypto
import ExternalStorageCore
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Encrypts payloads with AES-GCM, in the format of Temporal's own encryption samples.
///
/// The data of an encrypted payload is a nonce of 12 bytes, the ciphertext of the whole serialized payload, and a tag of
/// 16 bytes. Its metadata is `encoding` = `binary/encrypted`, and the name of the key.
struct EncryptionCodec: PayloadCodec {
    struct UnknownKey: Error {
        var name: String
    }

    private static let encoding = Array("binary/encrypted".utf8)

    /// The name of the key, which everybody may read.
    var keyName: String
    var key: SymmetricKey

    func encode(_ payloads: [Payload]) async throws -> [Payload] {
        try payloads.map { payload in
            let box = try AES.GCM.seal(Data(payload.serializedBytes.readableBytesView), using: self.key)
            return Payload(
                metadata: ["encoding": Self.encoding, "encryption-key-id": Array(self.keyName.utf8)],
                data: ByteBuffer(bytes: box.combined ?? Data())
            )
        }
    }

    func decode(_ payloads: [Payload]) async throws -> [Payload] {
        try payloads.map { payload in
            let metadata = payload.metadata
            guard metadata["encoding"] == Self.encoding else { return payload }
            let name = String(decoding: metadata["encryption-key-id"] ?? [], as: UTF8.self)
            guard name == self.keyName else { throw UnknownKey(name: name) }
            let box = try AES.GCM.SealedBox(combined: Data(payload.data.readableBytesView))
            return try Payload(serializedBytes: ByteBuffer(bytes: AES.GCM.open(box, using: self.key)))
        }
    }
}
