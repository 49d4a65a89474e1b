//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import GRPCCore
import NIOCore

/// Finds the messages in the data of a stream: each has five bytes in front, whether it is compressed, and its length.
struct MessageReader {
    /// The largest message, in bytes, also once decompressed.
    private let limit: Int
    private let inflater: GzipInflater?
    private var data = ByteBuffer()
    /// What the prefix says of the message that is still incomplete.
    private var prefix: (isCompressed: Bool, length: Int)?

    init(limit: Int, isGzip: Bool) {
        self.limit = limit
        self.inflater = isGzip ? GzipInflater(limit: limit) : nil
    }

    /// Whether a message has begun and not ended.
    var isWithinMessage: Bool { self.prefix != nil || self.data.readableBytes > 0 }

    /// How many bytes the message has that has begun, if that is known, and how many of them are missing.
    var incomplete: (length: Int, missing: Int)? {
        self.prefix.map { ($0.length, max(0, $0.length - self.data.readableBytes)) }
    }

    /// Takes in what has arrived.
    mutating func append(_ arrived: ByteBuffer) {
        guard self.data.readableBytes > 0 else {
            self.data = arrived
            if let prefix = self.prefix, prefix.length > arrived.readableBytes {
                // Memory of its own, and once for all: the rest arrives in many pieces.
                self.data = ByteBufferAllocator().buffer(capacity: prefix.length)
                self.data.writeImmutableBuffer(arrived)
            }
            return
        }
        var arrived = arrived
        self.data.writeBuffer(&arrived)
    }

    /// The next message, if it is complete.
    ///
    /// - Throws: `RPCError` with a text for the peer: the message is too large, or compressed in a way that nobody named.
    mutating func next() throws(RPCError) -> IncomingMessage? {
        if self.prefix == nil {
            guard let flag = self.data.getInteger(at: self.data.readerIndex, as: UInt8.self),
                let length = self.data.getInteger(at: self.data.readerIndex + 1, as: UInt32.self)
            else { return nil }
            self.data.moveReaderIndex(forwardBy: 5)
            guard Int(length) <= self.limit else { throw MessageTooLarge.error(length: Int(length), limit: self.limit) }
            guard flag <= 1 else {
                throw RPCError(
                    code: .internalError,
                    message: "A message has the flag \(flag), which gRPC does not know."
                )
            }
            self.prefix = (flag == 1, Int(length))
            if self.data.readableBytes < length {
                var whole = ByteBufferAllocator().buffer(capacity: Int(length))
                whole.writeImmutableBuffer(self.data)
                self.data = whole
            }
        }
        guard let prefix = self.prefix, let message = self.data.readSlice(length: prefix.length) else { return nil }
        self.prefix = nil
        if self.data.readableBytes == 0 { self.data = ByteBuffer() }
        guard prefix.isCompressed else { return IncomingMessage(bytes: message) }
        guard let inflater = self.inflater else {
            throw RPCError(code: .internalError, message: "A message is compressed, and its encoding was not named.")
        }
        return IncomingMessage(bytes: message, inflater: inflater)
    }
}

/// How a message that is too large is told.
package enum MessageTooLarge {
    /// The beginning by which SDKs on sdk-core recognise it: they fail the task then, instead of trying for ever.
    static let prefix = "grpc: received message larger than max"

    static func error(length: Int, limit: Int) -> RPCError {
        RPCError(code: .resourceExhausted, message: "\(Self.prefix) (\(length) vs. \(limit))")
    }

    static func decompressedError(limit: Int) -> RPCError {
        RPCError(code: .resourceExhausted, message: "\(Self.prefix) (more than \(limit) once decompressed)")
    }

    /// Whether an error says that.
    package static func isTold(by error: RPCError) -> Bool {
        error.code == .resourceExhausted && error.message.hasPrefix(Self.prefix)
    }
}
