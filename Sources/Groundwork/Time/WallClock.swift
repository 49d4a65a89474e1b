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

/// The time of day, which signatures, expirations and ages are written in.
///
/// Everything that waits uses a `Clock` or a ``Deadline``: the time of day may be set while a program runs.
package enum WallClock {
    /// Seconds since 1970-01-01T00:00:00Z, rounded down, and the nanoseconds since then.
    package static func now() -> (seconds: Int64, nanoseconds: Int32) {
        var time = timespec()
        // The pointer is valid for the call, which fills the structure and keeps nothing. It fails for clocks that the
        // system does not have and for bad pointers alone.
        guard unsafe clock_gettime(CLOCK_REALTIME, &time) == 0 else { return (0, 0) }
        return (Int64(time.tv_sec), Int32(truncatingIfNeeded: time.tv_nsec))
    }

    /// Seconds since 1970-01-01T00:00:00Z, rounded down.
    package static func secondsSince1970() -> Int64 {
        self.now().seconds
    }
}
