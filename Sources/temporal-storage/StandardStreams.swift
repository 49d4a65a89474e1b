//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Whole lines to the standard streams, at once and without a buffer in between.
enum StandardStreams {
    /// Whether somebody looks at the standard output.
    static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Whether somebody types the standard input.
    static var inputIsTerminal: Bool { isatty(STDIN_FILENO) == 1 }

    /// Whether somebody looks at the standard error.
    static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    static func write(_ text: String) { Self.write(Array(text.utf8), to: STDOUT_FILENO) }

    static func write(_ bytes: [UInt8]) { Self.write(bytes, to: STDOUT_FILENO) }

    static func writeError(_ text: String) { Self.write(Array(text.utf8), to: STDERR_FILENO) }

    /// Reads standard input to its end, or as far as asked for; blocks the thread.
    static func read(atMost count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let wanted = min(65_536, count - bytes.count)
            var got = 0
            let piece = unsafe [UInt8](unsafeUninitializedCapacity: wanted) { buffer, initialized in
                // The pointer is used within the call only.
                #if canImport(Darwin)
                got = unsafe Darwin.read(STDIN_FILENO, buffer.baseAddress, wanted)
                #elseif canImport(Musl)
                got = unsafe Musl.read(STDIN_FILENO, buffer.baseAddress, wanted)
                #else
                got = unsafe Glibc.read(STDIN_FILENO, buffer.baseAddress, wanted)
                #endif
                initialized = max(0, got)
            }
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { break }
            bytes += piece
        }
        return bytes
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var bytes = bytes[...]
        while !bytes.isEmpty {
            // The pointer is used within the call only.
            #if canImport(Darwin)
            let count = unsafe bytes.withUnsafeBytes { unsafe Darwin.write(descriptor, $0.baseAddress, $0.count) }
            #elseif canImport(Musl)
            let count = unsafe bytes.withUnsafeBytes { unsafe Musl.write(descriptor, $0.baseAddress, $0.count) }
            #else
            let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            #endif
            if count < 0, errno == EINTR { continue }
            // Nobody reads; there is nowhere to say so.
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}
