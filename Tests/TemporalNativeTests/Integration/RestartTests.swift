//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
import TemporalAPI
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
}
