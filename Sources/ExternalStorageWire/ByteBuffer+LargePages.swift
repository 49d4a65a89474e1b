//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

extension ByteBuffer {
    /// From this size on, in bytes, the first touch of every small page costs more than asking for large ones.
    package static var smallestForLargePages: Int { 4 * 1_048_576 }

    /// Asks the system for large pages behind the first so many writable bytes; it may ignore that.
    ///
    /// A page of 4 KiB costs about two microseconds when it is touched first, which for 50 MiB is half as much as hashing.
    package mutating func preferLargePages(_ count: Int) {
        #if os(Linux)
        unsafe self.withUnsafeMutableWritableBytes { memory in
            // Whole pages only, and none that belongs to anybody else.
            let page = Int(sysconf(Int32(_SC_PAGESIZE)))
            guard let start = memory.baseAddress, page > 0 else { return }
            let skipped = (page - Int(bitPattern: start) % page) % page
            let length = (min(count, memory.count) - skipped) / page * page
            guard length > 0 else { return }
            _ = unsafe madvise(start + skipped, length, Int32(MADV_HUGEPAGE))
        }
        #endif
    }
}
