//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import func Glibc.pthread_self
#elseif canImport(Musl)
import func Musl.pthread_self
#endif

/// A thread, to be compared with another one.
struct ThreadIdentity: Hashable, Sendable {
    private let value: UInt

    /// The calling thread.
    static var current: Self {
        #if canImport(Glibc)
        Self(value: UInt(pthread_self()))
        #else
        Self(value: UInt(bitPattern: unsafe pthread_self()))
        #endif
    }
}
