//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import NIOCore
import TemporalTransport

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Why something on the network failed, in words for people.
enum FailureReason {
    /// The innermost cause that says something.
    static func text(_ error: any Error) -> String {
        switch error {
        case let error as ServerUnreachable: Self.text(error.cause)
        case let error as RPCError: error.cause.map { Self.text($0) } ?? error.message
        case let error as IOError: Self.text(errno: error.errnoCode)
        default: "\(error)"
        }
    }

    private static func text(errno code: Int32) -> String {
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        // The text is the system's and lasts until the next call; it is copied at once.
        return unsafe String(cString: text)
    }
}
