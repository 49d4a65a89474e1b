//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageGRPC
import Foundation
import GRPCNIOTransportHTTP2Posix
import Logging
import Temporal

@ActivityContainer
struct Bytes {
    @Activity
    func reverse(input: Data) -> Data { Data(input.reversed()) }
}

@Workflow
struct ReverseWorkflow {
    mutating func run(context: WorkflowContext<Self>, input: Data) async throws -> Data {
        try await context.executeActivity(
            Bytes.Activities.Reverse.self,
            options: ActivityOptions(startToCloseTimeout: .seconds(60)),
            input: input
        )
    }
}

@main
struct Example {
    static func main() async throws {
        let logger = Logger(label: "example")
        let storage = try ExternalStorage(driver: LocalDiskStorageDriver(root: "/tmp/payloads"), logger: logger)

        // The one changed line: the transport is wrapped. Client and worker each get one.
        func transport() throws -> ExternalStorageTransport<HTTP2ClientTransport.Posix> {
            ExternalStorageTransport(
                wrapping: try .http2NIOPosix(
                    target: .ipv4(address: "127.0.0.1", port: 7_233),
                    transportSecurity: .plaintext
                ),
                storage: storage,
                logger: logger
            )
        }

        let worker = try TemporalWorker(
            configuration: .init(
                namespace: "default",
                taskQueue: "reverse",
                instrumentation: .init(serverHostname: "127.0.0.1")
            ),
            transport: transport(),
            activityContainers: Bytes(),
            workflows: [ReverseWorkflow.self],
            logger: logger
        )

        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await worker.run() }
            defer { group.cancelAll() }
            try await TemporalClient.connect(
                transport: transport(),
                configuration: .init(instrumentation: .init(serverHostname: "127.0.0.1")),
                logger: logger
            ) { @Sendable client in
                let input = Data(repeating: 7, count: 5 << 20)
                let result = try await client.executeWorkflow(
                    type: ReverseWorkflow.self,
                    options: .init(id: "reverse-\(UUID())", taskQueue: "reverse"),
                    input: input
                )
                print("5 MiB there and back: \(result == input)")
            }
        }
    }
}
