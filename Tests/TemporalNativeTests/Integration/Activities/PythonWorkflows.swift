//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation
import Testing

/// The process with the Python workflows that call activities; it ends when its standard input does, so with this one.
final class PythonWorkflows: Sendable {
    private static let shared = Result { try PythonWorkflows(address: #require(LiveServices.address)) }

    /// The one that all tests use but those with a server of their own; started with the first.
    static func ready() async throws -> PythonWorkflows {
        try await offThePool { Self.shared }.get()
    }

    let taskQueue = "calls-\(UUID())"
    private let input = Pipe()

    /// Starts the process and waits until its workers poll; blocks its thread.
    init(address: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: try #require(LiveServices.python))
        let script = LiveServices.root.appending(path: "Tests/Integration/peers/native_activities.py")
        process.arguments = [script.path, "--server", address, "--task-queue", self.taskQueue]
        let output = Pipe()
        process.standardInput = self.input
        process.standardOutput = output
        try process.run()
        var text = ""
        while !text.contains("ready\n") {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { throw PythonWorker.Ended() }
            text += String(decoding: data, as: UTF8.self)
        }
    }

    /// Ends the process.
    func stop() throws {
        try self.input.fileHandleForWriting.close()
    }
}
