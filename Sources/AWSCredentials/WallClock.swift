//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The time of day, which expirations and signatures are written in.
enum WallClock {
    /// Seconds since 1970-01-01T00:00:00Z.
    static func secondsSince1970() -> Int64 {
        var time = timespec()
        // The pointer is valid for the call, which fills the structure and keeps nothing.
        guard unsafe clock_gettime(CLOCK_REALTIME, &time) == 0 else { return 0 }
        return Int64(time.tv_sec)
    }
}
