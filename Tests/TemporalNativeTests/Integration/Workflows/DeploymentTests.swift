//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import Foundation
import NIOConcurrencyHelpers
import SwiftProtobuf
import TemporalAPI
import TemporalTransport
import Testing
import WorkflowEngine

@testable import TemporalNative

/// Notes the version at its start and at its end.
private struct Steps {
    static func run<Workflow>(_ context: WorkflowContext<Workflow>, until isFinished: @escaping @Sendable () -> Bool)
        async throws
        -> String
    {
        let first = context.currentDeploymentVersion?.buildID ?? "none"
        // What is in history, so that a replay with another version would not fit.
        try await context.sleep(for: .milliseconds(first == "1.0" ? 10 : 20))
        try await context.condition(isFinished)
        return "\(first) \(context.currentDeploymentVersion?.buildID ?? "none")"
    }
}

/// Stays on the version on which it began.
struct PinnedSteps: WorkflowDefinition {
    @WorkflowState var isFinished = false
    static let versioningBehavior = VersioningBehavior.pinned

    init(input: Void) {}

    func run(context: WorkflowContext<Self>, input: Void) async throws -> String {
        try await Steps.run(context) { self.isFinished }
    }

    static var handlers: [WorkflowHandler<Self>] {
        [.signal("finish") { workflow in { workflow.isFinished = true } }]
    }
}

/// Goes on with whichever version is current, because its worker says so.
struct UpgradingSteps: WorkflowDefinition {
    @WorkflowState var isFinished = false

    init(input: Void) {}

    func run(context: WorkflowContext<Self>, input: Void) async throws -> String {
        try await Steps.run(context) { self.isFinished }
    }

    static var handlers: [WorkflowHandler<Self>] {
        [
            .signal("finish") { workflow in { workflow.isFinished = true } },
            .update("version") { _ in
                { (context: WorkflowContext<Self>, _: Void) in context.currentDeploymentVersion?.buildID ?? "none" }
            },
        ]
    }
}

/// Begins again when a new run would be on another version, and says on which versions its runs were.
struct Successor: WorkflowDefinition {
    struct Input: Codable, Sendable {
        var takesCurrentVersion: Bool
        /// The version of the run before; nil for the first one.
        var before: String?
    }

    static let versioningBehavior = VersioningBehavior.pinned

    init(input: Input) {}

    func run(context: WorkflowContext<Self>, input: Input) async throws -> String {
        let version = context.currentDeploymentVersion?.buildID ?? "none"
        if let before = input.before { return "\(before) \(version)" }
        try await context.condition { context.isTargetDeploymentVersionChanged }
        var options = ContinueAsNewOptions()
        options.takesCurrentVersion = input.takesCurrentVersion
        let next = Input(takesCurrentVersion: input.takesCurrentVersion, before: version)
        throw try await context.makeContinueAsNewError(options: options, input: next)
    }

    static var handlers: [WorkflowHandler<Self>] {
        // What the server says comes with the next task, whatever that is for.
        [.signal("look") { _ in {} }]
    }
}

@Suite("Versions of a deployment")
struct DeploymentTests {
    @Test("A versioned worker says what it is in completions, and how each workflow takes new versions")
    func completions() async throws {
        let deployment = WorkerDeployment(
            version: .init(deploymentName: "orders", buildID: "7"),
            defaultVersioningBehavior: .autoUpgrade
        )
        for (workflow, behavior) in [("PinnedSteps", VersioningBehavior.pinned), ("UpgradingSteps", .autoUpgrade)] {
            let service = ScriptedTasks()
            let worker = try WorkflowWorker.scripted(
                service,
                workflows: [PinnedSteps.self, UpgradingSteps.self],
                deployment: deployment
            )
            await worker.process(ScriptedTasks.task(type: workflow))
            let completion = try #require(service.state.withLockedValue { $0.completions }.first)
            #expect(completion.deploymentOptions == deployment.message)
            #expect(completion.deploymentOptions.workerVersioningMode == .versioned)
            #expect(completion.versioningBehavior == behavior.message)
        }
        let service = ScriptedTasks()
        let worker = try WorkflowWorker.scripted(service, workflows: [PinnedSteps.self])
        await worker.process(ScriptedTasks.task(type: "PinnedSteps"))
        let completion = try #require(service.state.withLockedValue { $0.completions }.first)
        #expect(!completion.hasDeploymentOptions && completion.versioningBehavior == .unspecified)
    }

    @Test("A task says that there is another version: the code sees it, and its next run takes that version")
    func successor() async throws {
        let service = ScriptedTasks()
        let worker = try WorkflowWorker.scripted(service, workflows: [Successor.self])
        let input = try ScriptedTasks.payloads([Successor.Input(takesCurrentVersion: true)])
        await worker.process(ScriptedTasks.task(type: "Successor", input: input))
        let look: (inout API.Event) -> Void = { event in
            event.eventType = .workflowExecutionSignaled
            event.workflowExecutionSignaledEventAttributes = .with { $0.signalName = "look" }
        }
        await worker.process(ScriptedTasks.nextTask(type: "Successor", after: 3, [look]))
        var task = ScriptedTasks.nextTask(type: "Successor", after: 7, [look])
        task.history.events[3].workflowTaskStartedEventAttributes.targetWorkerDeploymentVersionChanged = true
        await worker.process(task)
        let state = service.state.withLockedValue { $0 }
        #expect(state.failures.map(\.failure.message) == [])
        #expect(state.completions.map(\.commands.count) == [0, 0, 1])
        let next = state.completions.last?.commands.first?.continueAsNewWorkflowExecutionCommandAttributes
        #expect(next?.initialVersioningBehavior == .autoUpgrade)
    }

    @Test("A versioned worker wants to know how each workflow takes new versions, and names that can be")
    func validation() throws {
        let version = DeploymentVersion(deploymentName: "orders", buildID: "7")
        let both: [any WorkflowDefinition.Type] = [PinnedSteps.self, UpgradingSteps.self]
        let error = #expect(throws: TemporalError.self) { try WorkerDeployment(version: version).validate(both) }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains("the workflow UpgradingSteps does not say") == true)
        try WorkerDeployment(version: version, isVersioned: false).validate(both)
        try WorkerDeployment(version: version, defaultVersioningBehavior: .pinned).validate(both)
        try WorkerDeployment(version: version).validate([PinnedSteps.self])
        for version in [("", "1"), ("orders", ""), ("orders.eu", "1")] {
            let deployment = WorkerDeployment(version: .init(deploymentName: version.0, buildID: version.1))
            #expect(throws: TemporalError.self) { try deployment.validate([]) }
        }
    }
}

@Suite(
    "Versions of a deployment on a real server",
    .enabled(if: LiveServices.isThere, LiveServices.skipped),
    .timeLimit(.minutes(6))
)
struct DeploymentServerTests {
    /// The server says that a deployment's task queues have not heard of its current version, and that does not change.
    private struct RoutingIsStuck: Error {}

    /// How long task queues may take to hear of it; where the server is well it is a second or two.
    private static let patience = Duration.seconds(40)

    /// Runs a test with two versions of a deployment, and a task queue.
    ///
    /// On a server that has just been started and has much to do, `routing_config_update_state` of a deployment may stay at
    /// "in progress" for good, whoever waits. No test can go on then: it begins again with another deployment.
    private static func withVersions(_ body: ([DeploymentVersion], _ queue: String) async throws -> Void) async throws {
        for _ in 0..<4 {
            let name = "deployment-\(UUID())"
            do {
                return try await body(
                    ["1.0", "2.0"].map { DeploymentVersion(deploymentName: name, buildID: $0) },
                    "swift-versions-\(UUID())"
                )
            } catch is RoutingIsStuck {
                print("the server left the routing of \(name) in progress for \(Self.patience)")
            }
        }
        Issue.record("the server left the routing of four deployments in progress, each for \(Self.patience)")
    }

    private static func worker(
        _ version: DeploymentVersion,
        _ client: TemporalClient,
        _ queue: String
    ) throws -> TemporalWorker {
        var configuration = TemporalWorker.Configuration()
        configuration.deployment = WorkerDeployment(version: version, defaultVersioningBehavior: .autoUpgrade)
        return try TemporalWorker(
            client: client,
            taskQueue: queue,
            workflows: [PinnedSteps.self, UpgradingSteps.self, Successor.self],
            configuration: configuration
        ) {}
    }

    /// Makes a version the current one; the server has to have seen a worker of it.
    private static func setCurrent(_ version: DeploymentVersion, _ client: TemporalClient) async throws {
        while true {
            do {
                _ = try await client.connection.call(
                    WorkflowService.SetWorkerDeploymentCurrentVersion.self,
                    .with { request in
                        request.namespace = client.connection.namespace
                        request.deploymentName = version.deploymentName
                        request.buildID = version.buildID
                        request.identity = "test"
                    }
                )
                // Task queues hear of it one after the other.
                let end = ContinuousClock.now + Self.patience
                while try await Self.info(of: version, client).routingConfigUpdateState == .inProgress {
                    guard ContinuousClock.now < end else { throw RoutingIsStuck() }
                    try await Task.sleep(for: .milliseconds(100))
                }
                return
            } catch let error as TemporalError where error.code == .notFound || error.code == .invalidArgument {
                try await Task.sleep(for: .milliseconds(200))
            }
        }
    }

    private static func info(
        of version: DeploymentVersion,
        _ client: TemporalClient
    ) async throws -> Temporal_Api_Deployment_V1_WorkerDeploymentInfo {
        try await client.connection.call(
            WorkflowService.DescribeWorkerDeployment.self,
            .with { request in
                request.namespace = client.connection.namespace
                request.deploymentName = version.deploymentName
            }
        ).workerDeploymentInfo
    }

    @Test("A pinned workflow stays on its version, another one goes on with the new one; both histories replay")
    func rollout() async throws {
        try await TemporalClient.connect(target: LiveServices.target(), logger: LiveServices.logger) { client in
            try await Self.withVersions { try await Self.rollOut($0, on: $1, client) }
        }
    }

    private static func rollOut(
        _ versions: [DeploymentVersion],
        on queue: String,
        _ client: TemporalClient
    ) async throws {
        func start(_ type: String) async throws -> WorkflowHandle<String> {
            try await client.startWorkflow(
                type,
                options: WorkflowOptions(id: "\(type)-\(UUID())", taskQueue: queue),
                returning: String.self
            )
        }
        try await Self.worker(versions[0], client, queue).running {
            try await Self.setCurrent(versions[0], client)
            let handles = try await [start("PinnedSteps"), start("UpgradingSteps")]
            for handle in handles {
                while try await WorkflowWorkerTests.history(of: handle.id).count < 8 {
                    try await Task.sleep(for: .milliseconds(50))
                }
            }
            try await Self.worker(versions[1], client, queue).running {
                try await Self.setCurrent(versions[1], client)
                for handle in handles { try await handle.signal("finish") }
                #expect(try await handles[0].result() == "1.0 1.0")
                #expect(try await handles[1].result() == "1.0 2.0")
            }
            let replayer = try WorkflowReplayer(
                workflows: [PinnedSteps.self, UpgradingSteps.self],
                logger: LiveServices.logger
            )
            for (handle, behavior) in zip(handles, [VersioningBehavior.pinned, .autoUpgrade]) {
                let events = try await WorkflowWorkerTests.history(of: handle.id)
                let completed = events.filter { $0.eventType == .workflowTaskCompleted }
                    .map(\.workflowTaskCompletedEventAttributes)
                #expect(completed.allSatisfy { $0.versioningBehavior == behavior.message })
                #expect(completed.first?.deploymentVersion.buildID == "1.0")
                #expect(completed.last?.deploymentVersion.buildID == (behavior == .pinned ? "1.0" : "2.0"))
                try await replayer.replay(.init(workflowID: handle.id, history: .with { $0.events = events }))
            }
        }
    }
}

extension DeploymentServerTests {
    @Test(
        "A client says which version takes a workflow: at its start, with a signal, with an update, and while it runs"
    )
    func overrides() async throws {
        try await TemporalClient.connect(target: LiveServices.target(), logger: LiveServices.logger) { client in
            try await Self.withVersions { try await Self.overrideVersions($0, on: $1, client) }
        }
    }

    private static func overrideVersions(
        _ versions: [DeploymentVersion],
        on queue: String,
        _ client: TemporalClient
    ) async throws {
        func options(_ override: VersioningOverride?) -> WorkflowOptions {
            var options = WorkflowOptions(id: "override-\(UUID())", taskQueue: queue)
            options.versioningOverride = override
            options.idConflictPolicy = .useExisting
            return options
        }
        try await Self.worker(versions[0], client, queue).running {
            try await Self.worker(versions[1], client, queue).running {
                // Both are known to the server; the first is the current one.
                try await Self.setCurrent(versions[1], client)
                try await Self.setCurrent(versions[0], client)
                let pinned = try await client.startWorkflow(
                    "UpgradingSteps",
                    options: options(.pinned(versions[1])),
                    returning: String.self
                )
                #expect(try await pinned.describe().versioningOverride == .pinned(versions[1]))
                try await pinned.signal("finish")
                #expect(try await pinned.result() == "2.0 2.0")

                let signalled = try await client.signalWithStart(
                    WorkflowStart("UpgradingSteps", options: options(.pinned(versions[1]))),
                    signal: "finish",
                    returning: String.self
                )
                #expect(try await signalled.result() == "2.0 2.0")

                let updated = WorkflowStart("UpgradingSteps", options: options(.pinned(versions[1])))
                let version = try await client.executeUpdateWithStart(
                    updated,
                    update: "version",
                    returning: String.self
                )
                #expect(version == "2.0")
                try await client.workflowHandle(id: updated.options.id).terminate()

                // One that is pinned by itself, moved while it runs.
                let moved = try await client.startWorkflow(
                    "PinnedSteps",
                    options: options(nil),
                    returning: String.self
                )
                while try await WorkflowWorkerTests.history(of: moved.id).count < 8 {
                    try await Task.sleep(for: .milliseconds(50))
                }
                #expect(try await moved.describe().versioningOverride == nil)
                let held = try await moved.updateOptions(versioningOverride: .autoUpgrade)
                #expect(held == .autoUpgrade)
                #expect(try await moved.describe().versioningOverride == .autoUpgrade)
                #expect(try await moved.updateOptions(versioningOverride: nil) == nil)
                #expect(try await moved.describe().versioningOverride == nil)
                try await moved.updateOptions(versioningOverride: .pinned(versions[1]))
                try await moved.signal("finish")
                #expect(try await moved.result() == "1.0 2.0")
            }
        }
    }
}

extension DeploymentServerTests {
    @Test(
        "A pinned workflow hears of a new version; its next run is on that one if it takes the current version",
        arguments: [true, false]
    )
    func successor(takesCurrentVersion: Bool) async throws {
        try await TemporalClient.connect(target: LiveServices.target(), logger: LiveServices.logger) { client in
            try await Self.withVersions { try await Self.succeed(takesCurrentVersion, $0, on: $1, client) }
        }
    }

    private static func succeed(
        _ takesCurrentVersion: Bool,
        _ versions: [DeploymentVersion],
        on queue: String,
        _ client: TemporalClient
    ) async throws {
        try await Self.worker(versions[0], client, queue).running {
            try await Self.setCurrent(versions[0], client)
            let handle = try await client.startWorkflow(
                "Successor",
                options: WorkflowOptions(id: "successor-\(UUID())", taskQueue: queue),
                input: Successor.Input(takesCurrentVersion: takesCurrentVersion),
                returning: String.self
            )
            let run = try await handle.describe().info.runID
            func history() async throws -> [Temporal_Api_History_V1_HistoryEvent] {
                try await WorkflowWorkerTests.history(of: handle.id, run: run)
            }
            // Two tasks, in which there is no other version.
            while try await history().count < 4 { try await Task.sleep(for: .milliseconds(50)) }
            try await handle.signal("look")
            while try await history().count(where: { $0.eventType == .workflowTaskCompleted }) < 2 {
                try await Task.sleep(for: .milliseconds(50))
            }
            try await Self.worker(versions[1], client, queue).running {
                try await Self.setCurrent(versions[1], client)
                while try await history().last?.eventType != .workflowExecutionContinuedAsNew {
                    // The next run may be over, and takes no signal then.
                    try? await handle.signal("look")
                    try await Task.sleep(for: .milliseconds(100))
                }
                #expect(try await handle.result() == (takesCurrentVersion ? "1.0 2.0" : "1.0 1.0"))
            }
            let events = try await history()
            let flags = events.filter { $0.eventType == .workflowTaskStarted }
                .map(\.workflowTaskStartedEventAttributes.targetWorkerDeploymentVersionChanged)
            #expect(flags.count >= 3 && flags.prefix(2) == [false, false] && flags.last == true)
            let replayer = try WorkflowReplayer(workflows: [Successor.self], logger: LiveServices.logger)
            try await replayer.replay(.init(workflowID: handle.id, history: .with { $0.events = events }))
        }
    }
}

extension WorkflowService.DescribeWorkerDeployment: UnaryMethod {}
extension WorkflowService.SetWorkerDeploymentCurrentVersion: UnaryMethod {}
