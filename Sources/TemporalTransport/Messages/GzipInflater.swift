//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import CExternalStorageZlib
import GRPCCore
import NIOCore

/// Decompresses single messages.
struct GzipInflater {
    /// The largest result, in bytes.
    let limit: Int

    /// Decompresses a message.
    ///
    /// - Throws: `RPCError` with a text for the peer. A result beyond the limit is not completed, so a small message
    ///   cannot fill the memory.
    func inflate(_ message: ByteBuffer) throws(RPCError) -> ByteBuffer {
        var stream = unsafe z_stream()
        // 15 bits of window, and 16 for the header of gzip.
        guard unsafe CExternalStorageZlib_inflateInit(&stream, 15 + 16) == Z_OK else {
            throw RPCError(code: .internalError, message: "The decompression could not be set up.")
        }
        defer { unsafe _ = inflateEnd(&stream) }
        var result = ByteBufferAllocator().buffer(capacity: min(self.limit, max(1_024, 4 * message.readableBytes)))
        var source = message
        let status = unsafe source.withUnsafeMutableReadableBytes { input -> Int32 in
            unsafe stream.next_in = input.bindMemory(to: UInt8.self).baseAddress
            unsafe stream.avail_in = UInt32(input.count)
            while true {
                let room = min(max(result.writableBytes, 65_536), self.limit + 1 - result.readableBytes)
                var status = Z_OK
                unsafe result.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { output in
                    unsafe stream.next_out = output.bindMemory(to: UInt8.self).baseAddress
                    unsafe stream.avail_out = UInt32(room)
                    unsafe status = CExternalStorageZlib.inflate(&stream, Z_NO_FLUSH)
                    return unsafe room - Int(stream.avail_out)
                }
                guard status == Z_OK, result.readableBytes <= self.limit else { return status }
                // No progress although there is room: the input is cut off.
                if unsafe stream.avail_in == 0 && stream.avail_out > 0 { return Z_BUF_ERROR }
            }
        }
        guard result.readableBytes <= self.limit else { throw MessageTooLarge.decompressedError(limit: self.limit) }
        guard status == Z_STREAM_END else {
            throw RPCError(
                code: .internalError,
                message: "A compressed message cannot be decompressed (zlib \(status))."
            )
        }
        return result
    }
}
