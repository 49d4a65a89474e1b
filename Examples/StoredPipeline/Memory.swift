//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What the process needed.
enum Memory {
    /// The most memory that was resident at any time, in bytes.
    static var peakInBytes: Int {
        var usage = rusage()
        // 0 is RUSAGE_SELF, whose type differs between systems. The structure is filled in during the call, and nothing keeps the pointer.
        guard unsafe getrusage(0, &usage) == 0 else { return 0 }
        #if canImport(Darwin)
        return Int(usage.ru_maxrss)
        #else
        return Int(usage.ru_maxrss) * 1_024
        #endif
    }
}
