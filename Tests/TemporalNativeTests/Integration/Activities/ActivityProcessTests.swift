//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageTesting
import Foundation
import Groundwork
import Subprocess
import Testing

@testable import TemporalNative

/// Tests that end processes.
extension ActivityIntegrationTests {
    @Test(
        "A worker that is killed in the middle loses nothing: the next one goes on from the last heartbeat",
        arguments: ActivityBed.Threshold.allCases
    )
    func killed(threshold: ActivityBed.Threshold) async throws {
        try await ActivityBed.with(threshold) { bed in
            let environment = threshold == .all ? ["EXTERNAL_STORAGE_THRESHOLD": "all"] : [:]
            let (handle, first) = try await Program.nativeWorker(
                bed.taskQueue,
                environment: environment,
                end: .kill
            ) {
                let handle = try await bed.start(
                    // Slowly, so that a busy machine sees a heartbeat before the end.
                    CallSpec("count", 30, 300) { spec in
                        spec.heartbeat = 2
                        spec.startToClose = 120
                    }
                )
                try await bed.waitForHeartbeat(of: handle, atLeast: 3)
                return handle
            }
            #expect(first == .signaled(SIGKILL))
            let (outcome, second) = try await Program.nativeWorker(
                bed.taskQueue,
                environment: environment,
                end: .terminate
            ) {
                try await handle.result()
            }
            #expect(second == .exited(0))
            let value = try #require(outcome.value)
            let counted = try #require(value.wholeMatch(of: #/from (\d+) to 30 in attempt (\d+)/#))
            #expect(Int(counted.1).map { $0 >= 3 } == true)
            #expect(Int(counted.2).map { $0 >= 2 } == true)
        }
    }
}

extension ActivityBed {
    /// Returns when the server knows of a heartbeat with at least that number.
    func waitForHeartbeat(of handle: WorkflowHandle<CallOutcome>, atLeast number: Int) async throws {
        while true {
            if let details = try await handle.describe().pendingActivities.first?.heartbeatPayloads.first,
                try await self.client.connection.payloads().decode(details, as: Int.self) >= number
            {
                return
            }
            try await Task.sleep(for: .milliseconds(50))  // between two questions, not instead of them
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
