//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation

/// The built command, as a process.
///
/// - Note: `@unchecked Sendable`: `Process` and `FileHandle` are not marked so, but nothing here is written after
///   `init`; the methods that are called from several tasks only signal, wait or read, each of its own pipe.
final class RunningCommand: @unchecked Sendable {
    private let process = Process()
    private let output = Pipe()
    private let errors = Pipe()
    private let exit: AsyncStream<Int32>

    /// Starts the command.
    ///
    /// - Parameters:
    ///   - arguments: The arguments.
    ///   - environment: The variables of the command; there are no others.
    /// - Throws: An error if there is no such program.
    init(_ arguments: [String], environment: [String: String] = [:]) throws {
        let (exit, continuation) = AsyncStream<Int32>.makeStream()
        self.exit = exit
        // The command is built next to the tests.
        let tests = URL(filePath: ProcessInfo.processInfo.arguments[0])
        self.process.executableURL = tests.deletingLastPathComponent().appending(path: "temporal-storage")
        self.process.arguments = arguments
        self.process.environment = environment
        self.process.standardOutput = self.output
        self.process.standardError = self.errors
        self.process.terminationHandler = { process in
            continuation.yield(process.terminationStatus)
            continuation.finish()
        }
        try self.process.run()
    }

    /// The next line on standard output; waits for it.
    func nextLine() async -> String {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                var line = Data()
                while let byte = try? self.output.fileHandleForReading.read(upToCount: 1), byte != Data("\n".utf8) {
                    line += byte
                }
                continuation.resume(returning: String(decoding: line, as: UTF8.self))
            }
        }
    }

    #if os(Linux)
    /// Sends SIGHUP, as soon as the command has made its arrangements for it.
    func hangUp() async throws {
        let identifier = self.process.processIdentifier
        var isExpected = false
        while !isExpected {
            let status = try String(contentsOfFile: "/proc/\(identifier)/status", encoding: .utf8)
            for line in status.split(separator: "\n") where line.hasPrefix("SigIgn") || line.hasPrefix("SigCgt") {
                // It is the lowest bit.
                let digit: Int = line.last?.hexDigitValue ?? 0
                if digit & 1 == 1 { isExpected = true }
            }
            if !isExpected { try await Task.sleep(for: .milliseconds(5)) }
        }
        kill(identifier, SIGHUP)
    }
    #endif

    /// Sends SIGTERM.
    func terminate() { self.process.terminate() }

    /// Waits for the end; both outputs have to be small.
    func end() async throws -> (code: Int32, output: String, errors: String) {
        var code: Int32 = -1
        for await status in self.exit { code = status }
        let texts = try [self.output, self.errors].map { pipe in
            String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        }
        return (code, texts[0], texts[1])
    }
}
