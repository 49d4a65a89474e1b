//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import NIOCore

extension FileDescriptor {
    /// Reads the whole of a regular file that nobody has read from yet.
    package func readRegularFile() throws(SystemError) -> ByteBuffer {
        guard let size = try self.sizeOfRegularFile() else { throw .notAFile }
        return try self.readBytes(size)
    }

    /// Reads the first bytes of a file that nobody has read from yet, as many as there are.
    func readBytes(_ size: Int) throws(SystemError) -> ByteBuffer {
        // No payload is larger than a protobuf message may be.
        guard size <= Int(Int32.max) else { throw .notAFile }
        var buffer = ByteBufferAllocator().buffer(capacity: size)
        while buffer.readableBytes < size {
            let count = try self.readSome(into: &buffer, atMost: size - buffer.readableBytes)
            // Somebody has cut it short: the digest will tell.
            if count == 0 { break }
        }
        return buffer
    }

    private func readSome(into buffer: inout ByteBuffer, atMost limit: Int) throws(SystemError) -> Int {
        var failure: SystemError?
        let count = unsafe buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: limit) { memory in
            do throws(SystemError) {
                return try unsafe self.readChunk(into: UnsafeMutableRawBufferPointer(rebasing: memory[..<limit]))
            } catch {
                failure = error
                return 0
            }
        }
        if let failure { throw failure }
        return count
    }

    /// Writes all bytes.
    package func writeAll(_ bytes: ByteBuffer) throws(SystemError) {
        var rest = bytes
        while rest.readableBytes > 0 {
            var failure: SystemError?
            unsafe rest.readWithUnsafeReadableBytes { memory in
                do throws(SystemError) {
                    return try unsafe self.writeChunk(from: memory)
                } catch {
                    failure = error
                    return 0
                }
            }
            if let failure { throw failure }
        }
    }
}
