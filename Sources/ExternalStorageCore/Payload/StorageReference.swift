//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageWire
import NIOCore

/// What stands in history in place of a stored payload: the name of the driver, and its claim.
public struct StorageReference: Hashable, Sendable {
    /// The registered name of the driver.
    public var driverName: String
    /// Where the driver finds the payload.
    public var claim: StorageDriverClaim

    /// Creates a reference.
    ///
    /// - Parameters:
    ///   - driverName: The registered name of the driver.
    ///   - claim: What the driver returned.
    public init(driverName: String, claim: StorageDriverClaim) {
        self.driverName = driverName
        self.claim = claim
    }

    /// The `messageType` of a reference.
    static let messageType = "temporal.api.sdk.v1.ExternalStorageReference"
    /// The `encoding` of a reference.
    static let encoding = "json/protobuf"
    /// The metadata key of a reference that a codec has encoded (ES-W4).
    static let marker = "__temporal_external_storage_reference"

    /// Reads a reference that no codec has encoded (ES-W1, ES-W3).
    ///
    /// - Parameter payload: A payload with the encoding and message type of a reference.
    /// - Throws: ``ExternalStorageError/Code/invalidReference``, which names the field that is wrong.
    public init(payload: Payload) throws(ExternalStorageError) {
        if payload.traits.contains(.plainReference), let reference = ReferenceReader.reference(payload.data) {
            self = reference
            return
        }
        let metadata = payload.metadata
        try Self.expect(Self.encoding, for: "encoding", in: metadata)
        try Self.expect(Self.messageType, for: "messageType", in: metadata)
        try self.init(json: payload.data)
    }

    /// The payload that replaces a stored one.
    ///
    /// The reference is plain, as every released SDK reads it (ES-W4).
    ///
    /// - Parameter sizeInBytes: The serialized size of what was handed to the driver; the server adds these up.
    /// - Returns: A payload with the encoding, the message type and the size of ES-W1.
    public func payload(forStored sizeInBytes: Int) -> Payload {
        ReferenceWriter.payload(self, forStored: sizeInBytes)
    }

    private static func expect(
        _ expected: String,
        for key: String,
        in metadata: [String: [UInt8]]
    ) throws(ExternalStorageError) {
        let value = metadata[key].map { String(decoding: $0, as: UTF8.self) }
        guard value != expected else { return }
        throw .invalidReference(
            "its \(key) is \(value.map { "\"\($0)\"" } ?? "missing"), where a reference has \"\(expected)\""
        )
    }
}

extension ExternalStorageError {
    static func invalidReference(_ reason: String) -> Self {
        Self(code: .invalidReference, message: "the payload is not a storage reference: \(reason)")
    }
}
