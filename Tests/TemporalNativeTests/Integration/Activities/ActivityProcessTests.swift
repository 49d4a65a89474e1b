//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageTesting
import Foundation
import Testing

@testable import TemporalNative

/// Tests that end processes.
extension ActivityIntegrationTests {
    /// The example, which is built into the folder of the test bundle.
    private static func nativeWorker() throws -> String {
        let tests = URL(filePath: try #require(CommandLine.arguments.first))
        return tests.deletingLastPathComponent().appending(path: "native-worker").path
    }

    @Test(
        "A worker that is killed in the middle loses nothing: the next one goes on from the last heartbeat",
        arguments: ActivityBed.Threshold.allCases
    )
    func killed(threshold: ActivityBed.Threshold) async throws {
        try await ActivityBed.with(threshold) { bed in
            func worker() throws -> Program {
                var environment: [String: String] = [:]
                if threshold == .all { environment["EXTERNAL_STORAGE_THRESHOLD"] = "all" }
                return try Program(try Self.nativeWorker(), [bed.taskQueue], environment: environment)
            }
            let first = try worker()
            let handle = try await bed.start(
                CallSpec("count", 30) { spec in
                    spec.heartbeat = 2
                    spec.startToClose = 120
                }
            )
            // Until it has got somewhere, and the server knows.
            while true {
                if let details = try await handle.describe().pendingActivities.first?.heartbeatPayloads.first,
                    try await bed.client.connection.payloads().decode(details, as: Int.self) >= 3
                {
                    break
                }
                try await Task.sleep(for: .milliseconds(50))  // between two questions, not instead of them
            }
            first.kill()
            #expect(await first.wait() == SIGKILL)
            let second = try worker()
            let outcome = try await handle.result()
            second.terminate()
            #expect(await second.wait() == 0)
            let value = try #require(outcome.value)
            let counted = try #require(value.wholeMatch(of: #/from (\d+) to 30 in attempt (\d+)/#))
            #expect(Int(counted.1).map { $0 >= 3 } == true)
            #expect(Int(counted.2).map { $0 >= 2 } == true)
        }
    }
}

@Suite(
    "The server of a worker is restarted",
    .enabled(if: LiveServices.isThere, LiveServices.skipped),
    .timeLimit(.minutes(5))
)
struct ActivityRestartTests {
    @Test("A worker goes on by itself when the server comes back, and nothing is lost")
    func restart() async throws {
        try await OwnServer.run { server in
            let workflows = try await offThePool { Result { try PythonWorkflows(address: server.address) } }.get()
            try await ActivityBed.with(.standard, workflows: workflows, address: server.address) { bed in
                let (started, release) = (TestCounter(), OneShot())
                try await bed.worker {
                    Activity("work") { (number: String) -> String in
                        started.increment()
                        await release.wait()
                        return number
                    }
                } _: {
                    var handles: [WorkflowHandle<CallOutcome>] = []
                    for number in 0..<20 { handles.append(try await bed.start(CallSpec("work", .text("\(number)")))) }
                    try await started.wait(for: 20)
                    // Results are reported while the server is down, and polls are open.
                    try await server.command("kill")
                    release.fire()
                    try await server.command("up")
                    for number in 20..<40 { handles.append(try await bed.start(CallSpec("work", .text("\(number)")))) }
                    for (number, handle) in handles.enumerated() {
                        #expect(try await handle.result().value == "\(number)")
                    }
                }
            }
            try workflows.stop()
        }
    }
}
