//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Runs a command that gives credentials.
package protocol CommandRunner: Sendable {
    /// Runs a command in the shell and waits for its end.
    ///
    /// - Parameters:
    ///   - command: What the shell is given.
    ///   - environment: Its environment variables.
    /// - Returns: How it ended and what it wrote to its standard output, at most 64 KiB.
    /// - Throws: Why it could not be run; `CancellationError`, and then it has been killed.
    func run(_ command: String, environment: [String: String]) async throws -> CommandResult
}

/// How a command ended.
package struct CommandResult: Sendable {
    /// The exit code; -1 if a signal ended it.
    package var exitCode: Int
    /// What it wrote to its standard output.
    package var output: [UInt8]

    package init(exitCode: Int, output: [UInt8]) {
        self.exitCode = exitCode
        self.output = output
    }
}
