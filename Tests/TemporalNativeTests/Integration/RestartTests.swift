//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation
import Testing

@testable import TemporalNative

@Suite(
    "The server goes away in the middle",
    .enabled(if: LiveServices.isThere, LiveServices.skipped),
    .timeLimit(.minutes(3))
)
struct RestartTests {
    @Test("A server that is killed and started again loses nothing, and the client goes on by itself")
    func restart() async throws {
        try await OwnServer.run { server in
            let mode = StorageMode.standard
            let value = mode.blob()
            let worker = try await offThePool { Result { try PythonWorker(address: server.address) } }.get()
            try await mode.withClient(address: server.address) { client in
                let options = WorkflowOptions(id: "mailbox", taskQueue: "\(worker.taskQueue)-standard")
                let handle = try await client.startWorkflow(
                    "Mailbox",
                    options: options,
                    input: "first",
                    returning: [String].self
                )
                // Waits through the restart.
                async let result = handle.result()
                try await handle.signal("put", input: value)
                try await server.command("kill")
                async let sent: Void = {
                    for _ in 0..<10 { try await handle.signal("put", input: value) }
                }()
                try await server.command("up")
                try await sent
                try await handle.signal("finish")
                #expect(try await result == ["first"] + Array(repeating: "\(value.count)", count: 11))
            }
            try worker.stop()
        }
    }

    @Test("Hundreds of calls in a row on one connection: it is not dropped for the server's pings")
    func pings() async throws {
        try await StorageMode.standard.withClient({ $0.connections = 1 }) { client in
            for _ in 0..<500 {
                // One try each: a connection that is dropped is an error here.
                _ = try await client.connection.tried(
                    WorkflowService.DescribeNamespace.self,
                    .with { $0.namespace = "default" },
                    patience: .once(.seconds(20))
                )
            }
        }
    }

    @Test("More calls wait than one connection carries, and another one goes through")
    func manyPolls() async throws {
        try await StorageMode.standard.withClient { client in
            let handle = try await client.startWorkflow(
                "Mailbox",
                options: StorageMode.standard.options("mailbox"),
                input: "first",
                returning: [String].self
            )
            try await withThrowingDiscardingTaskGroup { group in
                for _ in 0..<250 {
                    group.addTask {
                        let result = try await handle.result()
                        #expect(result == ["first"])
                    }
                }
                try await handle.signal("finish")
            }
        }
    }
}

/// A development server of one test, with its data, which can be killed and started again.
struct OwnServer: Sendable {
    let directory: URL
    let address: String

    static func run(_ body: (OwnServer) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "restart-\(UUID().uuidString)")
        let name = OwnServer(directory: directory, address: "")
        do {
            try await name.command("up")
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
    func command(_ verb: String, services: Bool = true) async throws -> String {
        let arguments = ["--dir", self.directory.path, verb] + (services ? ["temporal"] : [])
        return try await offThePool {
            Result {
                let process = Process()
                process.executableURL = LiveServices.root.appending(path: "Scripts/dev-services")
                process.arguments = arguments
                let output = Pipe()
                process.standardOutput = output
                process.standardError = FileHandle.nullDevice
                try process.run()
                let text = output.fileHandleForReading.readDataToEndOfFile()
                process.waitUntilExit()
                #expect(process.terminationStatus == 0, "dev-services \(verb)")
                return String(decoding: text, as: UTF8.self)
            }
        }.get()
    }
}
