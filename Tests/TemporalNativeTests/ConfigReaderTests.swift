//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Configuration
import TemporalNative
import Testing

@Suite("Client and worker from configuration")
struct ConfigReaderTests {
    private static func reader(_ values: [AbsoluteConfigKey: ConfigValue]) -> ConfigReader {
        ConfigReader(provider: InMemoryProvider(values: values))
    }

    private static func list(_ texts: String...) -> ConfigValue { ConfigValue(.stringArray(texts), isSecret: false) }

    @Test("Every key of a client arrives, and what is not set keeps its default")
    func client() throws {
        let configuration = try TemporalClient.Configuration(
            configReader: Self.reader([
                "namespace": "orders", "identity": "me", "apiKey": "k", "headers": Self.list("a=b=c"), "connections": 2,
                "authority": "server",
                "callTimeout": 5, "longPollTimeout": 80,
            ])
        )
        #expect(configuration.namespace == "orders")
        #expect(configuration.identity == "me")
        #expect(configuration.apiKey != nil)
        #expect(configuration.headers.map(\.0) == ["a"] && configuration.headers.map(\.1) == ["b=c"])
        #expect(configuration.connections == 2)
        #expect(configuration.authority == "server")
        #expect(configuration.callTimeout == .seconds(5))
        #expect(configuration.longPollTimeout == .seconds(80))
        let empty = try TemporalClient.Configuration(configReader: Self.reader([:]))
        #expect(empty.namespace == "default" && empty.connections == 4 && empty.apiKey == nil)
    }

    @Test(
        "What a client cannot be is refused by name",
        arguments: [
            (["connections": 0], "connections"), (["connections": "many"], "connections"),
            (["callTimeout": "soon"], "callTimeout"), (["longPollTimeout": 0], "longPollTimeout"),
            (["headers": "a=b"], "headers"), (["headers": Self.list("=s3cret")], "headers"),
            (["headers": Self.list("authorization=x")], "authorization"), (["namespace": ""], "namespace"),
        ] as [([AbsoluteConfigKey: ConfigValue], String)]
    )
    func refusedClient(values: [AbsoluteConfigKey: ConfigValue], name: String) {
        let error = #expect(throws: TemporalError.self) {
            try TemporalClient.Configuration(configReader: Self.reader(values))
        }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains(name) == true, "\(String(describing: error))")
        #expect(error?.message.contains("s3cret") == false)
    }

    @Test("Every key of a worker arrives, and what is not set keeps its default")
    func worker() throws {
        let configuration = try TemporalWorker.Configuration(
            configReader: Self.reader([
                "maxConcurrentActivities": 1, "activityPollers": 2, "maxActivitiesPerSecond": 3.5,
                "maxTaskQueueActivitiesPerSecond": 4.5, "maxConcurrentWorkflowTasks": 5, "workflowPollers": 6,
                "maxCachedWorkflows": 0, "maxCachedWorkflowBytes": 7, "gracefulShutdownPeriod": 8,
                "maxHeartbeatThrottleInterval": 9,
                "defaultHeartbeatThrottleInterval": 10, "workerHeartbeatInterval": 0, "identity": "me",
                "disableEagerActivityExecution": true, "deploymentName": "orders", "buildID": "7",
                "versioningBehavior": "pinned",
            ])
        )
        #expect(configuration.maxConcurrentActivities == 1)
        #expect(configuration.activityPollers == 2)
        #expect(configuration.maxActivitiesPerSecond == 3.5)
        #expect(configuration.maxTaskQueueActivitiesPerSecond == 4.5)
        #expect(configuration.maxConcurrentWorkflowTasks == 5)
        #expect(configuration.workflowPollers == 6)
        #expect(configuration.maxCachedWorkflows == 0)
        #expect(configuration.maxCachedWorkflowBytes == 7)
        #expect(configuration.gracefulShutdownPeriod == .seconds(8))
        #expect(configuration.maxHeartbeatThrottleInterval == .seconds(9))
        #expect(configuration.defaultHeartbeatThrottleInterval == .seconds(10))
        #expect(configuration.workerHeartbeatInterval == nil)
        #expect(configuration.disableEagerActivityExecution)
        #expect(configuration.deployment?.version == DeploymentVersion(deploymentName: "orders", buildID: "7"))
        #expect(configuration.deployment?.defaultVersioningBehavior == .pinned)
        #expect(configuration.identity == "me")
        let empty = try TemporalWorker.Configuration(configReader: Self.reader([:]))
        #expect(empty.activityPollers == 5 && empty.workerHeartbeatInterval == .seconds(60) && empty.identity == nil)
        #expect(empty.workflowPollers == 5 && !empty.disableEagerActivityExecution)
        #expect(empty.tuner == nil)
        let tuned = try TemporalWorker.Configuration(configReader: Self.reader(["targetMemoryUsage": 0.5]))
        #expect(tuned.tuner == .resourceBased(targetMemoryUsage: 0.5))
        let scaled = try TemporalWorker.Configuration(
            configReader: Self.reader(["pollerAutoscaling": true, "activityPollers": 7, "workflowPollers": 200])
        )
        #expect(scaled.activityPollers == .autoscaling(initial: 7))
        #expect(scaled.workflowPollers == .autoscaling(initial: 200, maximum: 200))
    }

    @Test(
        "What a worker cannot be is refused by name",
        arguments: [
            (["activityPollers": 0], "activityPollers"), (["workflowPollers": 1], "workflowPollers"),
            (["targetCPUUsage": 90.0], "targetCPUUsage"),
            (["maxActivitiesPerSecond": "fast"], "maxActivitiesPerSecond"),
            (["workerHeartbeatInterval": 90], "workerHeartbeatInterval"),
            (["gracefulShutdownPeriod": -1], "gracefulShutdownPeriod"),
            (["maxCachedWorkflowBytes": 0], "maxCachedWorkflowBytes"),
        ] as [([AbsoluteConfigKey: ConfigValue], String)]
    )
    func refusedWorker(values: [AbsoluteConfigKey: ConfigValue], name: String) {
        let error = #expect(throws: TemporalError.self) {
            try TemporalWorker.Configuration(configReader: Self.reader(values))
        }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains(name) == true, "\(String(describing: error))")
    }
}
