//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
import TemporalAPI
import Testing

@testable import TemporalNative

@Suite("A client says which versions of a deployment go on with a run")
struct VersioningOverrideTests {
    private typealias Message = Temporal_Api_Workflow_V1_VersioningOverride
    private typealias Update = WorkflowService.UpdateWorkflowExecutionOptions

    private static let pinned = VersioningOverride.pinned(DeploymentVersion(deploymentName: "orders", buildID: "7"))
    private static let pinnedMessage = Message.with { message in
        message.pinned = .with {
            $0.behavior = .pinned
            $0.version.deploymentName = "orders"
            $0.version.buildID = "7"
        }
    }

    @Test("Both kinds go over the wire and come back; a kind that is not known is none")
    func messages() {
        let automatic = Message.with { $0.autoUpgrade = true }
        #expect(Self.pinned.message == Self.pinnedMessage)
        #expect(VersioningOverride.autoUpgrade.message == automatic)
        #expect(VersioningOverride(Self.pinnedMessage) == Self.pinned)
        #expect(VersioningOverride(automatic) == .autoUpgrade)
        #expect(VersioningOverride(Message()) == nil)
        #expect(VersioningOverride(.with { $0.autoUpgrade = false }) == nil)
    }

    @Test("It stands in starts, those with a signal too, and nothing does where nobody said so")
    func starts() async throws {
        var options = WorkflowOptions(id: "flow", taskQueue: "queue")
        let channel = ScriptedChannel([
            .success(WorkflowService.StartWorkflowExecution.Output.with { $0.runID = "run" }),
            .success(WorkflowService.StartWorkflowExecution.Output.with { $0.runID = "run" }),
            .success(WorkflowService.SignalWithStartWorkflowExecution.Output.with { $0.runID = "run" }),
        ])
        let client = TemporalClient(connection: channel.connection())
        try await client.startWorkflow("Flow", options: options)
        options.versioningOverride = Self.pinned
        try await client.startWorkflow("Flow", options: options)
        let start = WorkflowStart("Flow", options: options)
        _ = try await client.signalWithStart(start, signal: "go", returning: Void.self)
        let starts = channel.calls.compactMap { $0.request as? WorkflowService.StartWorkflowExecution.Input }
        #expect(starts.map(\.hasVersioningOverride) == [false, true])
        #expect(starts.last?.versioningOverride == Self.pinnedMessage)
        let signal = channel.calls.last?.request as? WorkflowService.SignalWithStartWorkflowExecution.Input
        #expect(signal?.versioningOverride == Self.pinnedMessage)
    }

    @Test(
        "A change of a run names the one field that changes, and gives what holds then",
        arguments: [Self.pinned, VersioningOverride.autoUpgrade, nil]
    )
    func update(_ override: VersioningOverride?) async throws {
        let held = Update.Output.with { response in
            response.workflowExecutionOptions.versioningOverride = Self.pinnedMessage
        }
        let channel = ScriptedChannel([.success(held), .success(Update.Output())])
        let handle = TemporalClient(connection: channel.connection()).workflowHandle(id: "flow", runID: "run")
        #expect(try await handle.updateOptions(versioningOverride: override) == Self.pinned)
        #expect(try await handle.updateOptions(versioningOverride: override) == nil)
        let request = try #require(channel.calls.first?.request as? Update.Input)
        #expect(request.workflowExecution.workflowID == "flow" && request.workflowExecution.runID == "run")
        #expect(request.updateMask.paths == ["versioning_override"])
        #expect(request.workflowExecutionOptions.hasVersioningOverride == (override != nil))
        #expect(VersioningOverride(request.workflowExecutionOptions.versioningOverride) == override)
    }

    @Test("The description of a run has it")
    func description() async throws {
        let run = WorkflowService.DescribeWorkflowExecution.Output.with { response in
            response.workflowExecutionInfo.execution.workflowID = "flow"
            response.workflowExecutionInfo.versioningInfo.versioningOverride = Self.pinnedMessage
        }
        let channel = ScriptedChannel([.success(run), .success(WorkflowService.DescribeWorkflowExecution.Output())])
        let handle = TemporalClient(connection: channel.connection()).workflowHandle(id: "flow")
        #expect(try await handle.describe().versioningOverride == Self.pinned)
        #expect(try await handle.describe().versioningOverride == nil)
    }
}
