//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import BufferTransport
import ExternalStorageCore
import ExternalStorageGRPC
import ExternalStorageWire
import NIOCore
import SwiftProtobuf

extension PayloadContext {
    /// Undoes the codecs in all payloads of a message, in one batch.
    ///
    /// References stay as they are: no codec has made them.
    ///
    /// - Parameter message: The message.
    /// - Returns: The message as converters made it.
    /// - Throws: As ``DataConverter/decode(_:)``.
    func decoded<Content: Message>(_ message: Content) async throws -> Content {
        try await self.changed(message) { try await self.converter.decode($0) }
    }

    /// Applies the codecs to all payloads of a message, in one batch.
    ///
    /// References stay as they are: what they refer to has been through the codecs.
    ///
    /// - Parameter message: The message.
    /// - Returns: The message as it is to be sent.
    /// - Throws: As ``DataConverter/encode(_:)``.
    func encoded<Content: Message>(_ message: Content) async throws -> Content {
        try await self.changed(message) { try await self.converter.encode($0) }
    }

    private func changed<Content: Message>(
        _ message: Content,
        _ change: ([Payload]) async throws -> [Payload]
    ) async throws -> Content {
        guard !self.converter.codecs.isEmpty, let type = MessageType(name: Content.protoMessageName) else {
            return message
        }
        let bytes = try (message.serializedBytes() as BufferBytes).buffer
        let scan: PayloadScan
        let splice: ([ByteBuffer?]) throws -> ByteBuffer
        do throws(WireError) {
            scan = try PayloadScanner(purpose: .offload(minimumSize: 1)).scan(bytes.readableBytesUInt8Span, as: type)
        } catch {
            throw TemporalError(code: .codecFailed, message: "a message of type \(type.name) cannot be read: \(error)")
        }
        splice = { replacements in
            try PayloadSplicer(scan: scan, replacements: replacements, sourceCount: bytes.readableBytes)
                .splice(bytes.readableBytesUInt8Span)
        }
        guard !scan.sites.isEmpty else { return message }
        let payloads = scan.sites.map { site in
            var slice = bytes
            slice.moveReaderIndex(forwardBy: site.bodyStart)
            return Payload(unchecked: slice.readSlice(length: site.count) ?? ByteBuffer())
        }
        let others = payloads.indices.filter { !self.isReference(payloads[$0]) }
        var replacements: [ByteBuffer?] = Array(repeating: nil, count: payloads.count)
        for (index, payload) in zip(others, try await change(others.map { payloads[$0] })) {
            replacements[index] = payload.serializedBytes
        }
        return try Content(serializedBytes: BufferBytes(buffer: splice(replacements)))
    }
}
