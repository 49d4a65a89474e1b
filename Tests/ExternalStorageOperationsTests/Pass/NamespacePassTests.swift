//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageOperations
import Foundation
import GRPCCore
import NIOCore
import SwiftProtobuf
import Synchronization
import TemporalAPI
import Testing

@Suite("Reading a namespace")
struct NamespacePassTests {
    private typealias Workflow = FakeCluster.Workflow

    /// Reads a cluster once, and gives the summary and whether each name was marked.
    private func marked(
        _ names: [String],
        _ configure: (inout FakeCluster.State) -> Void
    ) async throws -> (NamespaceSummary, [Bool]) {
        let cluster = FakeCluster(configure)
        return try await Samples.withStorage { storage, _, root in
            let (summary, directory) = try await Samples.pass(over: cluster, state: "\(root)/state", storage: storage)
            return (summary, try names.map { try directory.marks($0) })
        }
    }

    @Test("ES-G1 all runs of all pages are read, open and closed, all pages of their histories")
    func histories() async throws {
        let names = (0..<5).map { "input-\($0)" } + ["late"]
        let (summary, marks) = try await self.marked(names + ["nobody's"]) { state in
            state.workflows = (0..<5).map { number in
                Workflow(id: "order-\(number)", runID: "run-\(number)", pages: [[.started("input-\(number)")]])
            }
            state.workflows[4].pages.append([.activityCompleted(7, "late")])
        }
        #expect(summary.isComplete)
        #expect(summary.result.items == 5)
        #expect(marks == [true, true, true, true, true, true, false])
    }

    @Test("ES-G1 P2 P3 references of other runs and other workflows count wherever their keys lead")
    func keysOfOthers() async throws {
        // Every key of the samples names the workflow order-1; a reset run, a next run, a parent hold them.
        let (summary, marks) = try await self.marked(["memo", "copied"]) { state in
            var next = Event.started("copied")
            next.workflowExecutionStartedEventAttributes.memo.fields["note"] = .reference("memo")
            state.workflows = [Workflow(id: "another", runID: "run", pages: [[next]])]
        }
        #expect(summary.isComplete && marks == [true, true])
    }

    @Test("ES-G1 P4 P5 runs that the server made by itself, and earlier runs of an id that is used again, are read")
    func runsOfOneID() async throws {
        // The server copied the input of the first run to the third; nobody stored it there. The id has no run now that
        // anybody could ask for without naming it.
        let (summary, marks) = try await self.marked(["input", "earlier", "gone"]) { state in
            state.workflows = [
                Workflow(id: "again", runID: "closed", pages: [[.started("earlier")]]),
                Workflow(id: "again", runID: "deleted", pages: [[.started("gone")]], isListed: false, isDeleted: true),
                Workflow(id: "retried", runID: "first", isListed: false, isDeleted: true),
                Workflow(id: "retried", runID: "third", pages: [[.started("input")]]),
            ]
        }
        #expect(summary.isComplete && marks == [true, true, false])
    }

    @Test("ES-G5 marks are written before they become many, and none is lost: one history, many references")
    func manyReferences() async throws {
        let (pages, size) = (20, 1_000)
        let names = (0..<pages * size).map { "value-\($0)" }
        let cluster = FakeCluster { state in
            let events = names.enumerated().map { Event.activityCompleted(Int64($0.offset + 1), $0.element) }
            state.workflows = [
                Workflow(
                    id: "large",
                    runID: "run",
                    pages: (0..<pages).map { Array(events[$0 * size..<($0 + 1) * size]) }
                )
            ]
        }
        try await Samples.withStorage { storage, _, root in
            let (summary, directory) = try await Samples.pass(over: cluster, state: "\(root)/state", storage: storage)
            #expect(summary.isComplete && summary.result.references == pages * size)
            let files = try directory.fileNames().filter { $0.hasPrefix("marks-a-workflows-0") }
            #expect(files.count > 1)
            for name in files { #expect(try HashSetFile(name, in: directory).count < pages * size) }
            let marks = try HashSetFile("marks", in: directory)
            #expect(marks.count == pages * size)
            for name in names { #expect(try marks.contains(ReferenceLocator.mark(ofKey: Samples.key(name)))) }
        }
    }

    @Test("ES-G1 P10 P16 what is pending is read: heartbeats stand in no history")
    func pending() async throws {
        let (summary, marks) = try await self.marked(["beat", "failure"]) { state in
            var workflow = Workflow(id: "order", runID: "run")
            workflow.description.pendingActivities = [
                .with { activity in
                    activity.heartbeatDetails = .of(.reference("beat"))
                    activity.lastFailure.encodedAttributes = .reference("failure")
                }
            ]
            state.workflows = [workflow]
        }
        #expect(summary.isComplete && marks == [true, true])
    }

    @Test("ES-G1 P16 a reference that moves into the history while one reads is seen")
    func moves() async throws {
        let (summary, marks) = try await self.marked(["beat"]) { state in
            var workflow = Workflow(id: "order", runID: "run", pages: [[.started("input")]])
            workflow.description.pendingActivities = [.with { $0.heartbeatDetails = .of(.reference("beat")) }]
            state.workflows = [workflow]
            state.before = { method, state in
                // Between the two calls the activity times out; whoever reads the history first sees it in neither.
                let seen = state.calls.filter {
                    ["DescribeWorkflowExecution", "GetWorkflowExecutionHistory"].contains($0)
                }
                if seen.count == 2 {
                    state.workflows[0].description.pendingActivities = []
                    state.workflows[0].pages[0].append(.activityCompleted(7, "beat"))
                }
                return nil
            }
        }
        #expect(summary.isComplete && marks == [true])
    }

    @Test("ES-G1 P9 schedules are read, paused ones too")
    func schedules() async throws {
        let (summary, marks) = try await self.marked(["scheduled", "memo"]) { state in
            state.schedules["nightly"] = .with { schedule in
                schedule.schedule.state.paused = true
                schedule.schedule.action.startWorkflow.input = .of(.reference("scheduled"))
                schedule.schedule.action.startWorkflow.memo.fields["note"] = .reference("memo")
            }
        }
        #expect(summary.isComplete && marks == [true, true])
    }

    @Test("ES-G1 P10 standalone activities and Nexus operations are read, with everything that has to be asked for")
    func standalone() async throws {
        let (summary, marks) = try await self.marked(["input", "beat", "failure", "result", "nexus"]) { state in
            state.activities["activity"] = .with { activity in
                activity.input = .of(.reference("input"))
                activity.info.heartbeatDetails = .of(.reference("beat"))
                activity.info.lastFailure.encodedAttributes = .reference("failure")
                activity.outcome.result = .of(.reference("result"))
            }
            state.nexusOperations["operation"] = .with { $0.input = .reference("nexus") }
        }
        #expect(summary.isComplete && marks == [true, true, true, true, true])
    }

    @Test("ES-G1 P11 the server's own workflows are read: batch jobs, schedulers")
    func systemWorkflows() async throws {
        let (summary, marks) = try await self.marked(["batch"]) { state in
            state.workflows = [
                Workflow(id: "temporal-sys-batcher", runID: "run", pages: [[.started("batch")]], isSystem: true)
            ]
        }
        #expect(summary.isComplete && marks == [true])
    }

    @Test("ES-G1 P11 versions of worker deployments are read, with their metadata")
    func deployments() async throws {
        let (summary, marks) = try await self.marked(["note"]) { $0.deployments["orders"] = .reference("note") }
        #expect(summary.isComplete && marks == [true])
    }

    @Test("ES-G1 P17 what is listed only at the end is read too")
    func listedLate() async throws {
        let (summary, marks) = try await self.marked(["early", "late"]) { state in
            state.workflows = [
                Workflow(id: "early", runID: "run", pages: [[.started("early")]]),
                Workflow(id: "late", runID: "run", pages: [[.started("late")]], isListed: false),
            ]
            state.before = { method, state in
                if method == "GetWorkflowExecutionHistory" { state.workflows[1].isListed = true }
                return nil
            }
        }
        #expect(summary.isComplete && marks == [true, true])
    }

    @Test("ES-G1 P3 P17 what is gone when it is read at the end may have a successor, which is looked for")
    func successor() async throws {
        // "second" is listed at the end only, gone when it is read, and "third" has its memo by then.
        let (summary, marks) = try await self.marked(["memo"]) { state in
            state.workflows = [
                Workflow(id: "first", runID: "1", pages: [[.started("x")]]),
                Workflow(id: "chain", runID: "2", pages: [[.started("memo")]], isListed: false),
                Workflow(id: "chain", runID: "3", pages: [[.started("memo")]], isListed: false),
            ]
            state.before = { method, state in
                let lists = state.calls.filter { $0 == "ListWorkflowExecutions" }.count
                if method == "GetWorkflowExecutionHistory" { state.workflows[1].isListed = true }
                if method == "DescribeWorkflowExecution", lists >= 3, state.workflows[1].isListed {
                    state.workflows[1].isListed = false
                    state.workflows[1].isDeleted = true
                    state.workflows[2].isListed = true
                }
                return nil
            }
        }
        #expect(summary.isComplete && marks == [true])
    }

    @Test("ES-G1 P17 what is gone when it is to be read is no problem")
    func gone() async throws {
        let (summary, _) = try await self.marked([]) { state in
            state.workflows = [Workflow(id: "gone", runID: "run", isDeleted: true)]
            state.schedules = [:]
        }
        #expect(summary.isComplete && summary.result.goneItems == 1 && summary.result.items == 1)
    }

    @Test("ES-G1 P17 a workflow that is being deleted is read as far as it is there: its history, what is listed of it")
    func halfGone() async throws {
        let (summary, marks) = try await self.marked(["input", "memo"]) { state in
            var listed = Workflow(id: "gone", runID: "run", isDeleted: true)
            listed.description.workflowExecutionInfo.memo.fields["note"] = .reference("memo")
            state.workflows = [Workflow(id: "half", runID: "run", pages: [[.started("input")]]), listed]
            state.before = { method, _ in method == "DescribeWorkflowExecution" ? FakeCluster.notFound : nil }
        }
        #expect(summary.isComplete && summary.result.goneItems == 1 && marks == [true, true])
    }

    @Test("ES-G1 P21 a memo that visibility alone has, and that cannot be decoded, makes the pass incomplete")
    func listedMemo() async throws {
        let (summary, _) = try await self.marked([]) { state in
            var listed = Workflow(id: "gone", runID: "run", isDeleted: true)
            listed.description.workflowExecutionInfo.memo.fields["note"] = .with { payload in
                payload.metadata["encoding"] = Data("binary/encrypted".utf8)
                payload.metadata["__temporal_external_storage_reference"] = Data("true".utf8)
            }
            state.workflows = [listed]
        }
        #expect(!summary.isComplete && Set(summary.result.problems.map(\.problem.kind)) == [.undecodable])
    }

    @Test("ES-G1 P21 one reference that cannot be decoded, or is of another driver, makes the pass incomplete")
    func undecodable() async throws {
        let encoded = APIPayload.with { payload in
            payload.metadata["encoding"] = Data("binary/encrypted".utf8)
            payload.metadata["__temporal_external_storage_reference"] = Data("true".utf8)
        }
        let wrong: [(APIPayload, ReadingProblem.Kind)] = [
            (encoded, .undecodable), (.reference("x", driver: "another"), .unregisteredDriver),
        ]
        for (payload, kind) in wrong {
            let (summary, marks) = try await self.marked(["input"]) { state in
                let events = [Event.started("input"), .activityCompleted(5, payload)]
                state.workflows = [Workflow(id: "order", runID: "run", pages: [events])]
            }
            #expect(!summary.isComplete && summary.result.problems.map(\.problem.kind) == [kind] && marks == [true])
        }
    }

    @Test("ES-G1 P21 a claim of which its driver can make nothing makes the pass incomplete, and keeps what it names")
    func invalidClaim() async throws {
        let (summary, marks) = try await self.marked(["input"]) { state in
            let claim: StorageDriverClaim = ["key": Samples.key("input"), "hash_algorithm": "md5"]
            state.workflows = [Workflow(id: "order", runID: "run", pages: [[.activityCompleted(5, .reference(claim))]])]
        }
        #expect(summary.result.problems.map(\.problem.kind) == [.invalidClaim] && marks == [true])
    }

    @Test("ES-G1 P20 a page of the listing that fails makes the pass incomplete, and it is tried again")
    func failingPage() async throws {
        let failing = Mutex(true)
        let cluster = FakeCluster { state in
            state.workflows = (0..<5).map { Workflow(id: "order-\($0)", runID: "run", pages: [[.started("\($0)")]]) }
            state.before = { method, state in
                let pages = state.calls.filter { $0 == "ListWorkflowExecutions" }.count
                guard method == "ListWorkflowExecutions", pages >= 2, failing.withLock({ $0 }) else { return nil }
                return RPCError(code: .invalidArgument, message: "the page token has expired")
            }
        }
        try await Samples.withStorage { storage, _, root in
            let first = try await Samples.pass(over: cluster, state: "\(root)/state", storage: storage).summary
            #expect(!first.isComplete)
            #expect(first.result.problems.contains { $0.problem.kind == .failedCall && $0.kind == .workflows })

            failing.withLock { $0 = false }
            let (second, directory) = try await Samples.pass(over: cluster, state: "\(root)/state", storage: storage)
            #expect(second.isComplete)
            for number in 0..<5 { #expect(try directory.marks("\(number)")) }
        }
    }

    @Test("ES-G1 an unreadable history makes the pass incomplete; the rest is read; it is read again later")
    func failingHistory() async throws {
        let failing = Mutex(true)
        let cluster = FakeCluster { state in
            state.workflows = (0..<3).map { Workflow(id: "order-\($0)", runID: "run", pages: [[.started("\($0)")]]) }
            state.before = { method, state in
                let count = state.calls.filter { $0 == "GetWorkflowExecutionHistory" }.count
                guard method == "GetWorkflowExecutionHistory", count == 1, failing.withLock({ $0 }) else { return nil }
                return RPCError(code: .dataLoss, message: "a shard is corrupted")
            }
        }
        try await Samples.withStorage { storage, _, root in
            let first = try await Samples.pass(over: cluster, state: "\(root)/state", storage: storage).summary
            #expect(!first.isComplete && first.result.problems.map(\.problem.kind) == [.failedCall])
            #expect(first.result.problems.first?.item?.id.hasPrefix("order-") == true)

            failing.withLock { $0 = false }
            let (second, directory) = try await Samples.pass(over: cluster, state: "\(root)/state", storage: storage)
            #expect(second.isComplete)
            for number in 0..<3 { #expect(try directory.marks("\(number)")) }
        }
    }

    @Test("ES-G1 P24 a namespace that is not there ends the pass; not found of a workflow alone does not")
    func missingNamespace() async throws {
        let cluster = FakeCluster { $0.namespace.namespaceInfo.name = "other" }
        await Samples.withStorageIgnoringErrors { storage, root in
            let error = await #expect(throws: RPCError.self) {
                try await Samples.pass(over: cluster, state: "\(root)/state", storage: storage)
            }
            #expect(error?.code == .notFound)
        }
    }

    @Test(
        "ES-G1 P18 P24 P25 a namespace that changes during a pass makes it incomplete",
        arguments: ["id", "failover", "active", "deleted"]
    )
    func changes(what: String) async throws {
        let (summary, _) = try await self.marked([]) { state in
            state.workflows = [Workflow(id: "order", runID: "run", pages: [[.started("input")]])]
            state.before = { method, state in
                guard method == "GetWorkflowExecutionHistory" else { return nil }
                switch what {
                case "id": state.namespace.namespaceInfo.id = "another"
                case "active": state.namespace.replicationConfig.activeClusterName = "b"
                case "failover": state.namespace.failoverVersion = 11
                default: state.namespace.namespaceInfo.state = .deleted
                }
                return nil
            }
        }
        #expect(!summary.isComplete)
        #expect(summary.result.problems.contains { $0.problem.kind == .namespaceChanged })
    }

    @Test("ES-G1 P12 a namespace that archives histories cannot be read completely")
    func archives() async throws {
        let (summary, _) = try await self.marked([]) { $0.namespace.config.historyArchivalState = .enabled }
        #expect(summary.result.problems.map(\.problem.kind) == [.beyondReach])
    }

    @Test("ES-G1 P18 a namespace that other clusters have too cannot be read completely")
    func replicated() async throws {
        let (summary, _) = try await self.marked([]) { state in
            state.namespace.replicationConfig.activeClusterName = "a"
            state.namespace.replicationConfig.clusters = [
                .with { $0.clusterName = "a" }, .with { $0.clusterName = "b" },
            ]
        }
        #expect(summary.result.problems.map(\.problem.kind) == [.beyondReach])
    }

    @Test("ES-G1 P10 a server that announces activities and cannot list them is a problem; one that has none is not")
    func announced() async throws {
        let refuse: @Sendable (String, inout FakeCluster.State) -> RPCError? = { method, _ in
            method == "ListActivityExecutions" ? RPCError(code: .unimplemented, message: "disabled") : nil
        }
        let (without, _) = try await self.marked([]) { $0.before = refuse }
        #expect(without.isComplete)
        let (with, _) = try await self.marked([]) { state in
            state.before = refuse
            state.namespace.namespaceInfo.capabilities.standaloneActivities = true
        }
        #expect(!with.isComplete && with.result.problems.allSatisfy { $0.problem.kind == .beyondReach })
    }

    @Test("ES-G1 P24 a gateway that hides what is there behind \"not found\" makes the pass incomplete")
    func hidden() async throws {
        for method in ["DescribeWorkflowExecution", "GetWorkflowExecutionHistory", "DescribeSchedule"] {
            let (summary, _) = try await self.marked([]) { state in
                state.workflows = [Workflow(id: "order", runID: "run", pages: [[.started("input")]])]
                state.schedules["s"] = .with { $0.schedule.action.startWorkflow.input = .of(.reference("scheduled")) }
                state.before = { name, _ in
                    name == method ? RPCError(code: .notFound, message: "nothing here for you") : nil
                }
            }
            #expect(!summary.isComplete && summary.result.problems.map(\.problem.kind) == [.failedCall], "\(method)")
        }
    }

    @Test(
        "ES-G1 P9 a server that cannot list schedules may have some; one without worker deployments has none",
        arguments: ["Schedules", "WorkerDeployments"]
    )
    func unlistedSchedules(what: String) async throws {
        let (summary, _) = try await self.marked([]) { state in
            state.before = { method, _ in
                method == "List\(what)" ? RPCError(code: .unimplemented, message: "not allowed here") : nil
            }
        }
        #expect(summary.result.problems.allSatisfy { $0.kind == .schedules && $0.problem.kind == .beyondReach })
        #expect(summary.isComplete == (what != "Schedules"))
    }

    @Test("ES-G1 P17 a namespace in which things are always gone before they are read is never read completely")
    func alwaysGone() async throws {
        let (summary, _) = try await self.marked([]) { state in
            state.before = { method, state in
                guard method == "ListWorkflowExecutions" else { return nil }
                // Each listing has another one, which is gone by the time that it is read.
                let run = "run-\(state.calls.count)"
                state.workflows = [Workflow(id: "restless", runID: run, isDeleted: true)]
                return nil
            }
        }
        #expect(summary.result.problems.map(\.problem.kind) == [.beyondReach])
    }

    @Test("ES-G1 P24 P25 a pass that goes on in another namespace of the same name is incomplete")
    func otherBetweenAttempts() async throws {
        let isDown = Mutex(true)
        let cluster = FakeCluster { state in
            state.workflows = [Workflow(id: "order", runID: "run", pages: [[.started("input")]])]
            state.before = { method, _ in
                guard method == "GetWorkflowExecutionHistory", isDown.withLock({ $0 }) else { return nil }
                return RPCError(code: .unavailable, message: "connection refused")
            }
        }
        try await Samples.withStorage { storage, _, root in
            await #expect(throws: RPCError.self) {
                try await Samples.pass(over: cluster, state: "\(root)/state", storage: storage)
            }
            isDown.withLock { $0 = false }
            cluster.state.withLock { $0.namespace.namespaceInfo.id = "another" }
            let summary = try await Samples.pass(over: cluster, state: "\(root)/state", storage: storage).summary
            #expect(summary.result.problems.contains { $0.problem.kind == .namespaceChanged })
        }
    }

    @Test("ES-G1 P24 P25 another namespace of that name that is there only for a while is noticed", arguments: 2...3)
    func otherForAWhile(look: Int) async throws {
        let (summary, _) = try await self.marked([]) { state in
            state.workflows = [Workflow(id: "order", runID: "run", pages: [[.started("input")]])]
            state.before = { method, state in
                let looks = state.calls.filter { $0 == "DescribeNamespace" }.count
                state.namespace.namespaceInfo.id = method == "DescribeNamespace" && looks == look ? "another" : "id"
                return nil
            }
        }
        #expect(summary.result.problems.map(\.problem.kind) == [.namespaceChanged])
    }

    @Test("ES-G3 a pass that is interrupted at any call goes on, and finds the same", arguments: 1..<25)
    func interrupted(at call: Int) async throws {
        let isUp = Mutex(false)
        let cluster = FakeCluster { state in
            state.workflows = (0..<4).map { Workflow(id: "order-\($0)", runID: "run", pages: [[.started("\($0)")]]) }
            state.schedules["s"] = .with { $0.schedule.action.startWorkflow.input = .of(.reference("scheduled")) }
            state.before = { _, state in
                // From this call on the server is gone, and with it the pass.
                guard state.calls.count >= call, !isUp.withLock({ $0 }) else { return nil }
                return RPCError(code: .unavailable, message: "connection refused")
            }
        }
        try await Samples.withStorage { storage, _, root in
            let error = await #expect(throws: RPCError.self) {
                try await Samples.pass(over: cluster, state: "\(root)/state", storage: storage)
            }
            #expect(error?.code == .unavailable)
            isUp.withLock { $0 = true }
            let (summary, directory) = try await Samples.pass(over: cluster, state: "\(root)/state", storage: storage)
            #expect(summary.isComplete && summary.result.references == 5)
            for name in ["0", "1", "2", "3", "scheduled"] { #expect(try directory.marks(name)) }
        }
    }

    @Test("ES-G3 P20 a listing that is made again, and is another one, is read anew")
    func listedAnew() async throws {
        let isDown = Mutex(true)
        let cluster = FakeCluster { state in
            state.workflows = ["a", "b", "c", "d", "e"].map { Workflow(id: $0, runID: "run", pages: [[.started($0)]]) }
            state.before = { method, state in
                let pages = state.calls.filter { $0 == "ListWorkflowExecutions" }.count
                guard isDown.withLock({ $0 }), method == "ListWorkflowExecutions", pages == 3 else { return nil }
                return RPCError(code: .invalidArgument, message: "the page token has expired")
            }
        }
        try await Samples.withStorage { storage, _, root in
            let first = try await Samples.pass(over: cluster, state: "\(root)/state", storage: storage).summary
            #expect(!first.isComplete)
            // By now there is another one, and the others are listed only at the end.
            isDown.withLock { $0 = false }
            cluster.state.withLock { state in
                for index in state.workflows.indices { state.workflows[index].isListed = false }
                state.workflows.append(Workflow(id: "x", runID: "run", pages: [[.started("x")]]))
                state.before = { method, state in
                    if method == "GetWorkflowExecutionHistory" {
                        for index in state.workflows.indices { state.workflows[index].isListed = true }
                    }
                    return nil
                }
            }
            let (second, directory) = try await Samples.pass(over: cluster, state: "\(root)/state", storage: storage)
            #expect(second.isComplete)
            for name in ["a", "b", "c", "d", "e", "x"] { #expect(try directory.marks(name), "\(name)") }
        }
    }

    @Test("ES-G3 parts that are done are not read again")
    func resumes() async throws {
        let cluster = FakeCluster { state in
            state.workflows = [Workflow(id: "order", runID: "run", pages: [[.started("input")]])]
        }
        try await Samples.withStorage { storage, _, root in
            _ = try await Samples.pass(over: cluster, state: "\(root)/state", storage: storage)
            let count = cluster.calls.count
            let again = try await Samples.pass(over: cluster, state: "\(root)/state", storage: storage)
            #expect(again.summary.isComplete && again.summary.result.references == 1)
            #expect(cluster.calls.count == count)
        }
    }

    @Test("P23 a count of the server's that is higher than ours is a finding, not a reason to stop")
    func counts() async throws {
        let (summary, _) = try await self.marked([]) { state in
            var workflow = Workflow(id: "order", runID: "run", pages: [[.started("input")]])
            workflow.description.workflowExecutionInfo.externalPayloadCount = 3
            state.workflows = [workflow]
        }
        #expect(summary.isComplete)
        #expect(summary.result.findings.map(\.kind) == [.fewerThanCounted])
    }

    @Test("ES-G5 P27 calls keep their distance")
    func pace() async throws {
        let cluster = FakeCluster()
        let caller = PacedCaller(cluster, callsPerSecond: 50)
        let request = try Temporal_Api_Workflowservice_V1_DescribeNamespaceRequest.with { $0.namespace = "default" }
            .buffer
        let start = ContinuousClock.now
        for _ in 0..<6 { _ = try await caller.call("DescribeNamespace", request) }
        // Five distances of 20 ms.
        #expect(ContinuousClock.now - start >= .milliseconds(100))
        #expect(caller.callCount == 6)
    }

    @Test("ES-G5 P27 calls say that they are in the background")
    func background() {
        let metadata = Metadata.ofBackgroundCall(apiKey: "key")
        #expect(Array(metadata[stringValues: "caller-type"]) == ["background_low"])
        #expect(Array(metadata[stringValues: "authorization"]) == ["Bearer key"])
        #expect(Array(Metadata.ofBackgroundCall(apiKey: nil)[stringValues: "authorization"]).isEmpty)
    }

    @Test("ES-G5 a server that asks for fewer calls is asked again later")
    func repeats() async throws {
        let cluster = FakeCluster { state in
            state.before = { _, state in
                state.calls.count < 3 ? RPCError(code: .resourceExhausted, message: "namespace rate limit") : nil
            }
        }
        let caller = PacedCaller(cluster, callsPerSecond: 10_000, attempts: 3, firstDelay: .milliseconds(1))
        let request = try Temporal_Api_Workflowservice_V1_DescribeNamespaceRequest.with { $0.namespace = "default" }
            .buffer
        _ = try await caller.call("DescribeNamespace", request)
        #expect(caller.repetitionCount == 2)
    }
}
