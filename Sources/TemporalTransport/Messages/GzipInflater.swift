//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import CExternalStorageZlib
import GRPCCore
import NIOCore

/// Decompresses single messages: one member of gzip, or several, one after another (RFC 1952, section 2.2).
struct GzipInflater: Sendable {
    /// The largest result, in bytes.
    let limit: Int

    private static let piece = 65_536

    /// What a message says of its size, in bytes; of the last member alone, so not more than a good guess.
    func expectedSize(of message: ByteBuffer) -> Int {
        let size = message.getInteger(at: message.writerIndex - 4, endianness: .little, as: UInt32.self) ?? 0
        return min(self.limit, max(Int(size), message.readableBytes))
    }

    /// Decompresses a message.
    ///
    /// - Throws: `RPCError` with a text for the peer. A result beyond the limit is not completed, so a small message
    ///   cannot fill the memory.
    func inflate(_ message: ByteBuffer) throws(RPCError) -> ByteBuffer {
        guard let result = try self.inflate(message, upTo: self.limit) else {
            throw MessageTooLarge.decompressedError(limit: self.limit)
        }
        return result
    }

    /// Decompresses a message, unless it is larger than a size or than the limit.
    ///
    /// - Returns: The result, or nil if it is larger.
    /// - Throws: `RPCError` with a text for the peer.
    func inflate(_ message: ByteBuffer, upTo size: Int) throws(RPCError) -> ByteBuffer? {
        // gRPC for Go writes nothing for a message of nothing.
        guard message.readableBytes > 0 else { return ByteBuffer() }
        let limit = min(size, self.limit)
        var stream = unsafe z_stream()
        // 15 bits of window, and 16 for the header of gzip.
        guard unsafe CExternalStorageZlib_inflateInit(&stream, 15 + 16) == Z_OK else {
            throw RPCError(code: .internalError, message: "The decompression could not be set up.")
        }
        defer { unsafe _ = inflateEnd(&stream) }
        var result = ByteBufferAllocator().buffer(capacity: min(limit, max(1_024, 4 * message.readableBytes)))
        var source = message
        let status = unsafe source.withUnsafeMutableReadableBytes { input -> Int32 in
            unsafe stream.next_in = input.bindMemory(to: UInt8.self).baseAddress
            unsafe stream.avail_in = UInt32(input.count)
            while true {
                // One byte beyond the limit shows that there is more.
                let room = min(max(result.writableBytes, Self.piece), limit + 1 - result.readableBytes)
                var status = Z_OK
                unsafe result.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { output in
                    unsafe stream.next_out = output.bindMemory(to: UInt8.self).baseAddress
                    unsafe stream.avail_out = UInt32(room)
                    unsafe status = CExternalStorageZlib.inflate(&stream, Z_NO_FLUSH)
                    return unsafe room - Int(stream.avail_out)
                }
                guard result.readableBytes <= limit else { return status }
                if status == Z_STREAM_END {
                    // The next member, if there is one; what is none is an error of its header.
                    guard unsafe stream.avail_in > 0 else { return status }
                    status = unsafe inflateReset(&stream)
                }
                guard status == Z_OK else { return status }
                // No progress although there is room: the input is cut off.
                if unsafe stream.avail_in == 0 && stream.avail_out > 0 { return Z_BUF_ERROR }
            }
        }
        guard result.readableBytes <= limit else { return nil }
        guard status == Z_STREAM_END else {
            throw RPCError(
                code: .internalError,
                message: "A compressed message cannot be decompressed (zlib \(status))."
            )
        }
        return result
    }
}
