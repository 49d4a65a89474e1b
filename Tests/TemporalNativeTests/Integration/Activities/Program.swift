//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation
import NIOConcurrencyHelpers
import Testing

/// Another process.
final class Program: Sendable {
    struct Failed: Error, CustomStringConvertible {
        var description: String
    }

    private let process: NIOLockedValueBox<Process>
    private let ended: AsyncStream<Int32>

    /// Starts it, with this process' environment and what is added to it.
    init(_ path: String, _ arguments: [String], environment: [String: String] = [:], output: FileHandle? = nil) throws {
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardOutput = output ?? FileHandle.nullDevice
        process.standardError = output ?? FileHandle.nullDevice
        let (stream, continuation) = AsyncStream<Int32>.makeStream()
        process.terminationHandler = { process in
            continuation.yield(process.terminationStatus)
            continuation.finish()
        }
        try process.run()
        self.process = NIOLockedValueBox(process)
        self.ended = stream
    }

    /// Ends it with no chance to say goodbye.
    func kill() {
        self.process.withLockedValue { _ = Foundation.kill($0.processIdentifier, SIGKILL) }
    }

    /// Asks it to end.
    func terminate() {
        self.process.withLockedValue { $0.terminate() }
    }

    /// - Returns: The exit code, or the number of the signal.
    func wait() async -> Int32 {
        for await status in self.ended { return status }
        return -1
    }

    /// The command line of Temporal, on the server of the tests.
    ///
    /// A workflow that is busy, as the server says, is asked again.
    @discardableResult
    static func temporal(_ arguments: String...) async throws -> String {
        while true {
            do {
                return try await self.temporalOnce(arguments)
            } catch let error as Failed where error.description.contains("Workflow is busy") {
                continue
            }
        }
    }

    private static func temporalOnce(_ arguments: [String]) async throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(path: "output-\(UUID())")
        try Data().write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let path = LiveServices.root.appending(path: ".tools/venv/bin/temporal").path
        let address = try #require(LiveServices.address)
        let program = try Program(path, arguments + ["--address", address], output: try FileHandle(forWritingTo: file))
        let status = await program.wait()
        let text = try String(contentsOf: file, encoding: .utf8)
        guard status == 0 else { throw Failed(description: "temporal \(arguments): exit code \(status): \(text)") }
        return text
    }
}
