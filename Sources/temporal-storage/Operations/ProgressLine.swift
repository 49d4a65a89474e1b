//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageOperations
import Logging

/// Says how far a pass is: on a terminal every second in one line, elsewhere every minute in the log.
enum ProgressLine {
    /// Runs a pass, and says how far it is.
    static func showing<Result: Sendable>(
        _ progress: PassProgress,
        _ logger: Logger,
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let isTerminal = StandardStreams.errorIsTerminal
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                let start = ContinuousClock.now
                var pace = PassPace()
                // Until the group is cancelled, because the pass is done.
                while (try? await Task.sleep(for: .seconds(isTerminal ? 1 : 60))) != nil {
                    let line = pace.line(progress.snapshot, after: ContinuousClock.now - start)
                    if isTerminal {
                        StandardStreams.writeError("\r\u{1B}[K" + OperatorOutput.printable(line))
                    } else {
                        logger.info("\(line)")
                    }
                }
                if isTerminal { StandardStreams.writeError("\r\u{1B}[K") }
                return nil
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw CancellationError()
        }
    }
}
