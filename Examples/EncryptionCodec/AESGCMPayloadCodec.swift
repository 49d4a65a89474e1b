//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import Crypto
public import ExternalStorageCore
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Encrypts payloads with AES-GCM, so that neither the server nor the store can read them.
///
/// What it writes is what the encryption samples of the other SDKs write: the encoding `binary/encrypted`, the id of the
/// key in `encryption-key-id`, and as data a nonce of 12 bytes, the encrypted payload, and a tag of 16 bytes.
///
/// - Note: Every encryption has a nonce of its own, so the same value becomes other bytes each time, and external storage
///   keeps it each time anew.
public struct AESGCMPayloadCodec: PayloadCodec {
    /// Why a payload cannot be decrypted.
    public enum Failure: Error, Hashable {
        /// It was encrypted with a key that is not here.
        case unknownKey(id: String)
    }

    private static let encoding = Array("binary/encrypted".utf8)
    private static let keyIDName = "encryption-key-id"

    private let keyID: String
    private let keys: [String: SymmetricKey]

    /// Creates a codec.
    ///
    /// - Parameters:
    ///   - keyID: The id of the key that encrypts.
    ///   - keys: Keys by their ids: the one that encrypts, and older ones that decrypt what they encrypted.
    public init(keyID: String, keys: [String: SymmetricKey]) {
        precondition(keys[keyID] != nil, "there is no key with the id \(keyID)")
        self.keyID = keyID
        self.keys = keys
    }

    /// Encrypts payloads.
    ///
    /// - Parameter payloads: Any payloads.
    /// - Returns: An encrypted payload for each.
    /// - Throws: `CryptoKitError`.
    public func encode(_ payloads: [Payload]) async throws -> [Payload] {
        guard let key = self.keys[self.keyID] else { throw Failure.unknownKey(id: self.keyID) }
        return try payloads.map { payload in
            let box = try AES.GCM.seal(Data(payload.serializedBytes.readableBytesView), using: key)
            let metadata = ["encoding": Self.encoding, Self.keyIDName: Array(self.keyID.utf8)]
            // Absent only for nonces of another size.
            return Payload(metadata: metadata, data: ByteBuffer(bytes: box.combined ?? Data()))
        }
    }

    /// Decrypts what ``encode(_:)`` made; other payloads are returned as they are.
    ///
    /// - Parameter payloads: Payloads, encrypted or not.
    /// - Returns: A payload for each.
    /// - Throws: ``Failure``; `CryptoKitError` if the data has been changed, or the key is not the one that encrypted it.
    public func decode(_ payloads: [Payload]) async throws -> [Payload] {
        try payloads.map { payload in
            let metadata = payload.metadata
            guard metadata["encoding"] == Self.encoding else { return payload }
            let keyID = String(decoding: metadata[Self.keyIDName] ?? [], as: UTF8.self)
            guard let key = self.keys[keyID] else { throw Failure.unknownKey(id: keyID) }
            let box = try AES.GCM.SealedBox(combined: Data(payload.data.readableBytesView))
            return try Payload(serializedBytes: ByteBuffer(bytes: AES.GCM.open(box, using: key)))
        }
    }
}
