//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ArgumentParser

/// Why the command ends without success: one line for people, and a code for scripts.
struct CommandError: Error {
    /// What happened and what to do about it.
    var message: String
    /// The exit code.
    var exitCode: ExitCode

    /// A wrong option, value or file: code 64.
    static func usage(_ message: String) -> Self { Self(message: message, exitCode: ExitCode(64)) }

    /// Something outside of the command that it cannot do without: code 69.
    static func unavailable(_ message: String) -> Self { Self(message: message, exitCode: ExitCode(69)) }
}
