//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageWire
import NIOCore

/// What is left of a page of history that was cut.
///
/// A page of a few kilobytes can be hundreds of megabytes with its payloads, more than any SDK takes in one message. It
/// ends earlier then, and its token for the next page holds the events that were left out, as the server sent them, and
/// the server's own token. Nothing is kept here: whichever process gets the token has the rest of the page in it.
struct HistoryPage: Sendable {
    /// The events that were left out, as fields of a `History`.
    var events = ByteBuffer()
    /// The server's token for what comes after them; empty if that is nothing.
    var token = ByteBuffer()

    /// In front of our tokens; the server's begin otherwise.
    private static let magic: UInt64 = 0x544D_5052_4C48_5031  // "TMPRLHP1"

    /// Where history and token stand in a response.
    private static func fields(of type: MessageType) -> (history: UInt32, token: UInt32)? {
        switch type {
        case .pollWorkflowTaskQueueResponse: (8, 9)
        case .getWorkflowExecutionHistoryResponse, .getWorkflowExecutionHistoryReverseResponse: (1, 3)
        default: nil
        }
    }
}

// MARK: - Cutting

extension HistoryPage {
    /// Where the events of a response stand; nil if it is none of history.
    static func history<Message: MessageBytes>(
        in scanned: ScannedMessage<Message>
    ) throws(WireError) -> Range<Int>? {
        guard let fields = self.fields(of: scanned.type) else { return nil }
        return try scanned.message.withSpan { bytes throws(WireError) in
            try WireReader.lastBytes(fields.history, in: 0..<bytes.count, of: bytes)
        }
    }

    /// The response with as many of its events as fit with their payloads.
    ///
    /// - Parameters:
    ///   - scanned: The response.
    ///   - limit: How large it may be with its payloads, in bytes.
    ///   - growth: How much larger it becomes by the payload at a site, in bytes; the largest number there is for one that
    ///     has no room.
    ///   - mayEndEmpty: Whether there is no page if not even the first event fits. Else the page has at least that.
    /// - Returns: The shorter response, or nil if it is none of history, or fits, or cannot be shorter.
    /// - Throws: `WireError` if the history is not protobuf.
    static func cut<Message: MessageBytes>(
        _ scanned: ScannedMessage<Message>,
        limit: Int,
        growth: [Int: Int],
        mayEndEmpty: Bool
    ) throws(WireError) -> Message? {
        guard let fields = self.fields(of: scanned.type), !growth.isEmpty else { return nil }
        let sites = growth.keys.sorted()
        guard growth.values.reduce(scanned.message.count, { $0.addingClamped($1) }) > limit else { return nil }
        return try scanned.message.withSpan { bytes throws(WireError) -> Message? in
            guard let history = try WireReader.lastBytes(fields.history, in: 0..<bytes.count, of: bytes) else {
                return nil
            }
            // What is left out stays in the message, in the token.
            var size = scanned.message.count + 64
            var next = 0
            while next < sites.count, scanned.scan.sites[sites[next]].bodyStart < history.lowerBound { next += 1 }
            for site in sites where !history.contains(scanned.scan.sites[site].bodyStart) {
                size = size.addingClamped(growth[site] ?? 0)
            }
            var end = history.lowerBound
            var reader = WireReader(history)
            while let event = try reader.next(in: bytes) {
                while next < sites.count, event.body.contains(scanned.scan.sites[sites[next]].bodyStart) {
                    size = size.addingClamped(growth[sites[next]] ?? 0)
                    next += 1
                }
                guard size <= limit || (end == history.lowerBound && !mayEndEmpty) else { break }
                end = event.bodyEnd
            }
            guard end < history.upperBound, end > history.lowerBound else { return nil }
            return try Self.response(bytes, fields, kept: history.lowerBound..<end, left: end..<history.upperBound)
        }
    }

    private static func response<Message: MessageBytes>(
        _ bytes: Span<UInt8>,
        _ fields: (history: UInt32, token: UInt32),
        kept: Range<Int>,
        left: Range<Int>
    ) throws(WireError) -> Message {
        var rest = Self()
        rest.events.write(bytes, in: left)
        var response = ByteBuffer()
        response.reserveCapacity(bytes.count + 64)
        var reader = WireReader(0..<bytes.count)
        while let field = try reader.next(in: bytes) {
            switch field.number {
            case fields.token:
                rest.token.clear()
                rest.token.write(bytes, in: field.body)
            case fields.history:
                var history = ByteBuffer()
                history.write(bytes, in: kept)
                response.writeField(fields.history, bytes: history)
            default:
                response.write(bytes, in: field.start..<field.bodyEnd)
            }
        }
        response.writeField(fields.token, bytes: rest.pageToken)
        return Message(response)
    }

    private var pageToken: ByteBuffer {
        var token = ByteBuffer()
        token.writeInteger(Self.magic)
        token.writeField(1, bytes: self.events)
        if self.token.readableBytes > 0 { token.writeField(2, bytes: self.token) }
        return token
    }
}

// MARK: - Going on

extension HistoryPage {
    /// The rest of a page that a request for history asks for; nil if its token is the server's, or none.
    init?(request bytes: Span<UInt8>) throws(WireError) {
        guard let token = try WireReader.lastBytes(4, in: 0..<bytes.count, of: bytes), token.count > 8 else {
            return nil
        }
        var magic: UInt64 = 0
        for offset in token.prefix(8) { magic = magic << 8 | UInt64(bytes[offset]) }
        guard magic == Self.magic else { return nil }
        let body = token.dropFirst(8)
        if let events = try WireReader.lastBytes(1, in: body, of: bytes) { self.events.write(bytes, in: events) }
        if let token = try WireReader.lastBytes(2, in: body, of: bytes) { self.token.write(bytes, in: token) }
    }

    /// What is asked of the server instead: one event, so that it says whether the caller may see this history, and
    /// whether that is still there.
    static func probe(_ bytes: Span<UInt8>) throws(WireError) -> ByteBuffer {
        var request = ByteBuffer()
        var reader = WireReader(0..<bytes.count)
        while let field = try reader.next(in: bytes) {
            // Neither the size of the page and its token, nor whether to wait for events, nor which of them to show.
            guard !(3...6).contains(field.number) else { continue }
            request.write(bytes, in: field.start..<field.bodyEnd)
        }
        request.writeField(3, varint: 1)
        return request
    }

    /// The response that holds the rest of the page.
    var response: ByteBuffer {
        var response = ByteBuffer()
        response.writeField(1, bytes: self.events)
        if self.token.readableBytes > 0 { response.writeField(3, bytes: self.token) }
        return response
    }
}
