//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation
import SwiftProtobuf
import TemporalAPI
import Testing

@testable import TemporalNative

@Suite(
    "Connections in heavy use",
    .enabled(if: LiveServices.isThere, LiveServices.skipped),
    .timeLimit(.minutes(3))
)
struct ConnectionLoadTests {
    private static func oneConnection(_ configuration: inout TemporalClient.Configuration) {
        configuration.connections = 1
    }

    @Test("Hundreds of calls in a row on one connection: it is not dropped for the server's pings")
    func pings() async throws {
        try await StorageMode.standard.withClient(Self.oneConnection) { client in
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
