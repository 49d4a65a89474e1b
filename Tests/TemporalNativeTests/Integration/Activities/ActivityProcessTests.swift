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
    @Test(
        "A worker that is killed in the middle loses nothing: the next one goes on from the last heartbeat",
        arguments: ActivityBed.Threshold.allCases
    )
    func killed(threshold: ActivityBed.Threshold) async throws {
        try await ActivityBed.with(threshold) { bed in
            func worker() throws -> Program {
                var environment: [String: String] = [:]
                if threshold == .all { environment["EXTERNAL_STORAGE_THRESHOLD"] = "all" }
                let path = ActivityPeers.value("NATIVE_WORKER") ?? ".build/debug/native-worker"
                return try Program(path, [bed.taskQueue], environment: environment)
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

/// The server goes away for a while, so these run by themselves; see `Scripts/lib/native`.
@Suite(
    "The server is restarted",
    .enabled(if: ActivityPeers.areThere && ActivityPeers.value("NATIVE_RESTARTS") != nil, ActivityPeers.skipped),
    .timeLimit(.minutes(3))
)
struct ActivityRestartTests {
    @Test("A worker goes on by itself when the server comes back, and nothing is lost")
    func restart() async throws {
        try await ActivityBed.with(.standard) { bed in
            let (started, release) = (TestCounter(), OneShot())
            let gone = TestCounter()
            try await bed.worker {
                Activity("work") { (number: String) -> String in
                    started.increment()
                    await release.wait()
                    gone.increment()
                    return number
                }
            } _: {
                var handles: [WorkflowHandle<CallOutcome>] = []
                for number in 0..<20 { handles.append(try await bed.start(CallSpec("work", .text("\(number)")))) }
                try await started.wait(for: 20)
                // Results are reported while the server is down, and polls are open.
                let services = try #require(ActivityPeers.value("NATIVE_RESTARTS"))
                let restart = try Program("Scripts/dev-services", ["--dir", services, "restart", "temporal"])
                release.fire()
                #expect(await restart.wait() == 0)
                for number in 20..<40 { handles.append(try await bed.start(CallSpec("work", .text("\(number)")))) }
                for (number, handle) in handles.enumerated() {
                    #expect(try await handle.result().value == "\(number)")
                }
            }
        }
    }
}
