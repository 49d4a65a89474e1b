//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation
import Testing

/// A development server of one test, with its data, which can be killed and started again.
struct OwnServer: Sendable {
    let directory: URL
    let address: String

    /// Runs a server with further options of `Scripts/dev-services` for the time of a closure.
    static func run(_ options: [String] = [], _ body: (OwnServer) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "restart-\(UUID().uuidString)")
        let name = OwnServer(directory: directory, address: "")
        do {
            try await name.command("up", options)
            let environment = try await name.command("env", services: false)
            let line = environment.split(separator: "\n").first { $0.contains("TEMPORAL_ADDRESS=") }
            let address = try #require(line?.split(separator: "=").last)
            try await body(OwnServer(directory: directory, address: String(address)))
        } catch {
            try await name.command("down")
            throw error
        }
        try await name.command("down")
        try FileManager.default.removeItem(at: directory)
    }

    /// Runs `Scripts/dev-services`, and gives what it prints.
    @discardableResult
    func command(_ verb: String, _ options: [String] = [], services: Bool = true) async throws -> String {
        let arguments = ["--dir", self.directory.path] + options + [verb] + (services ? ["temporal"] : [])
        return try await offThePool {
            Result {
                let process = Process()
                process.executableURL = LiveServices.root.appending(path: "Scripts/dev-services")
                process.arguments = arguments
                // A file and no pipe: the server would keep the pipe open for as long as it runs.
                let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
                try Data().write(to: file)
                defer { try? FileManager.default.removeItem(at: file) }
                process.standardOutput = try FileHandle(forWritingTo: file)
                process.standardError = FileHandle.nullDevice
                try process.run()
                process.waitUntilExit()
                #expect(process.terminationStatus == 0, "dev-services \(verb)")
                return String(decoding: try Data(contentsOf: file), as: UTF8.self)
            }
        }.get()
    }
}
