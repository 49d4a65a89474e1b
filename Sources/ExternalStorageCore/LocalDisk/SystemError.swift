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

/// A system call that failed.
package struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    enum Kind: Hashable, Sendable {
        case missing
        case forbidden
        case full
        case notADirectory
        case link
        case notAFile
        case nameTooLong
        case other
    }

    let call: String
    /// The `errno`, or 0 if it was not the system that refused.
    let number: Int32
    let kind: Kind

    init(_ call: String, number: Int32) {
        self.call = call
        self.number = number
        self.kind =
            switch number {
            case ENOENT: .missing
            case EACCES, EPERM, EROFS: .forbidden
            case ENOSPC, EDQUOT: .full
            case ENOTDIR: .notADirectory
            case ELOOP: .link
            case EISDIR: .notAFile
            case ENAMETOOLONG: .nameTooLong
            default: .other
            }
    }

    private init(_ call: String, kind: Kind) {
        self.call = call
        self.number = 0
        self.kind = kind
    }

    /// Whoever was called back gave up, for reasons of its own.
    package static let abandoned = Self("write", kind: .other)

    /// What was opened is a directory, a pipe, a device.
    static let notAFile = Self("fstat", kind: .notAFile)

    package var isMissing: Bool { self.kind == .missing }

    package var description: String {
        guard self.number != 0 else { return self.kind == .other ? "given up" : "not a regular file" }
        let text = unsafe strerror(self.number).map { unsafe String(cString: $0) } ?? "unknown error"
        return "\(self.call): \(text)"
    }
}
