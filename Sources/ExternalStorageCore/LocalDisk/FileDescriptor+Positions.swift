//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import NIOCore

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

extension FileDescriptor {
    /// Opens a file of the user's, following links.
    ///
    /// Does not wait for somebody to write, if it turns out to be a pipe.
    package init(openingFileAtPath path: String) throws(SystemError) {
        self.init(raw: try Self.check("open") { unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) })
    }

    /// Reads bytes from a position, whatever else is being read from this descriptor.
    ///
    /// - Returns: The bytes, fewer than asked for at the end of the file.
    package func readBytes(_ count: Int, at position: Int) throws(SystemError) -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: count)
        while buffer.readableBytes < count {
            let (rest, start) = (count - buffer.readableBytes, position + buffer.readableBytes)
            var failure: SystemError?
            let found = unsafe buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: rest) { memory in
                do throws(SystemError) {
                    return try unsafe self.readChunk(
                        into: UnsafeMutableRawBufferPointer(rebasing: memory[..<rest]),
                        start
                    )
                } catch {
                    failure = error
                    return 0
                }
            }
            if let failure { throw failure }
            if found == 0 { break }
        }
        return buffer
    }

    private func readChunk(into buffer: UnsafeMutableRawBufferPointer, _ position: Int) throws(SystemError) -> Int {
        try Self.check("read") { unsafe pread(self.raw, buffer.baseAddress, buffer.count, off_t(position)) }
    }
}
