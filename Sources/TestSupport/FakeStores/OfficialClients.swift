//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import Foundation
internal import NIOPosix

/// The Python that the scripts install, with the official clients of the clouds.
public enum OfficialClients {
    /// A program that ended with an error; what it said stands on standard error.
    public struct Failure: Error {
        /// Its exit code.
        public var status: Int32
    }

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// Its path, or that of `EXTERNAL_STORAGE_TEST_PYTHON`; nil if there is none.
    public static let python: String? = {
        let own = Self.root.appending(path: ".tools/venv/bin/python").path
        let candidate = ProcessInfo.processInfo.environment["EXTERNAL_STORAGE_TEST_PYTHON"] ?? own
        return FileManager.default.isExecutableFile(atPath: candidate) ? candidate : nil
    }()

    /// Runs a script of `Tests/Interop` to its end, with one document in and one out.
    ///
    /// On a thread that may wait: those of Swift's concurrency are as many as there are processors, and a test that blocks
    /// one of them blocks others.
    public static func run<Answer: Decodable & Sendable>(
        _ script: String,
        _ request: some Encodable & Sendable,
        environment: [String: String]
    ) async throws -> Answer {
        try await NIOThreadPool.singleton.runIfActive {
            let process = Process()
            process.executableURL = URL(filePath: Self.python ?? "/nonexistent")
            process.arguments = [Self.root.appending(path: "Tests/Interop/\(script)").path]
            process.environment = environment
            let (input, output) = (Pipe(), Pipe())
            process.standardInput = input
            process.standardOutput = output
            try process.run()
            try input.fileHandleForWriting.write(contentsOf: JSONEncoder().encode(request))
            try input.fileHandleForWriting.close()
            let answer = try output.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            guard process.terminationStatus == 0 else { throw Failure(status: process.terminationStatus) }
            return try JSONDecoder().decode(Answer.self, from: answer)
        }
    }
}
