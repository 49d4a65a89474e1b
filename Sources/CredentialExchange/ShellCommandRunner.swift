//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import Subprocess

/// Runs commands with `sh -c`, each in a session of its own.
///
/// The command's standard error is this process's own; its standard input is empty. If the caller is cancelled, the
/// command and all that it has started are asked to end, and killed a second later.
package struct ShellCommandRunner: CommandRunner {
    /// The most that a command may write to its standard output, in bytes.
    private static let largestOutput = 65_536

    package init() {}

    package func run(_ command: String, environment: [String: String]) async throws -> CommandResult {
        let variables = environment.map { (Environment.Key(stringLiteral: $0), $1) }
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [.gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: .seconds(1))]
        let result = try await Subprocess.run(
            .name("sh"),
            arguments: ["-c", command],
            environment: .custom(Dictionary(uniqueKeysWithValues: variables)),
            platformOptions: options,
            output: .bytes(limit: Self.largestOutput),
            error: .currentStandardError
        )
        // One that was ended because nobody waits for it any more has not said how it would have ended.
        try Task.checkCancellation()
        guard case .exited(let code) = result.terminationStatus else {
            return CommandResult(exitCode: -1, output: [])
        }
        return CommandResult(exitCode: Int(code), output: result.standardOutput)
    }
}
