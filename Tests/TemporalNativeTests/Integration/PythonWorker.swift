//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation
import Testing

/// The Python side: a process with the workflows, which ends when its standard input does, so with this process.
final class PythonWorker: Sendable {
    /// The one that all tests use.
    static let shared = Result { try PythonWorker(address: #require(LiveServices.address)) }

    /// Starts the one that all tests use, unless it runs; waits on a thread of its own until it is ready.
    static func ready() async throws {
        _ = try await offThePool { Self.shared }.get()
    }

    let taskQueue = "native-\(UUID().uuidString)"
    private let input = Pipe()

    /// Starts the process and waits until its workers poll.
    init(address: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: try #require(LiveServices.python))
        let script = LiveServices.root.appending(path: "Tests/Integration/peers/native_peer.py")
        process.arguments = [
            script.path, "--address", address, "--task-queue", self.taskQueue, "--bucket",
            LiveServices.value("S3_BUCKET") ?? "payloads",
        ]
        let output = Pipe()
        process.standardInput = self.input
        process.standardOutput = output
        try process.run()
        var text = ""
        while !text.contains("ready\n") {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else {
                throw Ended()
            }
            text += String(decoding: data, as: UTF8.self)
        }
    }

    struct Ended: Error, CustomStringConvertible {
        var description: String { "the Python worker ended before it was ready" }
    }

    /// Ends the process.
    func stop() throws {
        try self.input.fileHandleForWriting.close()
    }
}

/// Does something that blocks, on a thread that may block.
func offThePool<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { continuation in
        DispatchQueue.global().async { continuation.resume(returning: body()) }
    }
}
