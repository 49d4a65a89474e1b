//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import TemporalNative
import TemporalProfiles

// snippet.begin
/// Has an activity say a text louder.
struct Shout: WorkflowDefinition {
    init(input: String) {}

    func run(context: WorkflowContext<Self>, input: String) async throws -> String {
        try await context.executeActivity(
            "louder",
            options: ActivityOptions(startToCloseTimeout: .seconds(30)),
            input: input
        )
    }
}

@main
struct GettingStarted {
    static func main() async throws {
        let driver = try LocalDiskStorageDriver(root: "payloads")

        try await TemporalClient.connect(
            profile: .load(),
            externalStorage: ExternalStorage(driver: driver)
        ) { client in
            let worker = try TemporalWorker(client: client, taskQueue: "getting-started", workflows: [Shout.self]) {
                Activity("louder") { (text: String) in text.uppercased() }
            }
            try await worker.running {
                let text = try await client.executeWorkflow(
                    "Shout",
                    options: WorkflowOptions(id: "shout-1", taskQueue: "getting-started"),
                    input: String(repeating: "hello ", count: 500_000),
                    returning: String.self
                )
                print(text.prefix(11), "and so on,", text.count, "characters")
            }
        }
    }
}
// snippet.end
