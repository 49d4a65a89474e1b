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

extension DataConverter {
    /// Undoes the codecs in all payloads of a message, in one batch.
    ///
    /// - Parameter message: The message; its references are resolved.
    /// - Returns: The message as converters made it.
    /// - Throws: As ``decode(_:)``.
    func decoded<Content: Message>(_ message: Content) async throws -> Content {
        try await self.changed(message) { try await self.decode($0) }
    }

    /// Applies the codecs to all payloads of a message, in one batch.
    ///
    /// - Parameter message: The message.
    /// - Returns: The message as it is to be sent.
    /// - Throws: As ``encode(_:)``.
    func encoded<Content: Message>(_ message: Content) async throws -> Content {
        try await self.changed(message) { try await self.encode($0) }
    }

    private func changed<Content: Message>(
        _ message: Content,
        _ change: ([Payload]) async throws -> [Payload]
    ) async throws -> Content {
        guard !self.codecs.isEmpty, let type = MessageType(name: Content.protoMessageName) else { return message }
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
        let changed = try await change(payloads)
        return try Content(serializedBytes: BufferBytes(buffer: splice(changed.map(\.serializedBytes))))
    }
}
