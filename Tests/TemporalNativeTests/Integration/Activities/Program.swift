//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation
import Subprocess
import Testing

/// Other processes.
///
/// Not by Foundation's `Process`: that learns of an end by a pipe, which processes that start at the same time inherit.
enum Program {
    struct Failed: Error, CustomStringConvertible {
        var description: String
    }

    /// Runs the example worker for the time of a closure, and then sends it a signal.
    ///
    /// - Returns: What the closure returned, and how the worker ended.
    static func nativeWorker<Result: Sendable>(
        _ taskQueue: String,
        environment: [String: String],
        end signal: Signal,
        _ body: () async throws -> Result
    ) async throws -> (Result, TerminationStatus) {
        // It is built into the folder of the test bundle.
        let tests = URL(filePath: try #require(CommandLine.arguments.first))
        let path = tests.deletingLastPathComponent().appending(path: "native-worker").path
        let added = environment.map { (Environment.Key(stringLiteral: $0), Optional($1)) }
        let result = try await Subprocess.run(
            // It becomes the program, which has no name in PATH.
            .name("env"),
            arguments: [path, taskQueue],
            environment: .inherit.updating(Dictionary(uniqueKeysWithValues: added)),
            input: .none,
            output: .discarded,
            error: .discarded
        ) { execution in
            let result = try await body()
            try execution.send(signal: signal)
            return result
        }
        return (result.closureResult, result.terminationStatus)
    }

    /// The command line of Temporal, on the server of the tests.
    ///
    /// A workflow that is busy, as the server says, is asked again.
    @discardableResult
    static func temporal(_ arguments: String...) async throws -> String {
        let path = LiveServices.root.appending(path: ".tools/venv/bin/temporal").path
        let address = try #require(LiveServices.address)
        while true {
            let result = try await Subprocess.run(
                .name("env"),
                arguments: Arguments([path] + arguments + ["--address", address]),
                output: .string(limit: 1_048_576),
                error: .string(limit: 1_048_576)
            )
            if case .exited(0) = result.terminationStatus { return result.standardOutput }
            let text = result.standardError
            guard text.contains("Workflow is busy") else {
                throw Failed(description: "temporal \(arguments): \(result.terminationStatus): \(text)")
            }
        }
    }
}
