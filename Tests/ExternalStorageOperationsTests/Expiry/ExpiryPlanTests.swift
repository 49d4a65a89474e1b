//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import SwiftProtobuf
import TemporalAPI
import Testing

@testable import ExternalStorageOperations

@Suite("Rules by age")
struct ExpiryPlanTests {
    private static let day: Int64 = 86_400

    private static func survey(
        retention: Int64 = 3 * 86_400,
        longest: Int64 = 0,
        _ change: (inout NamespaceSurvey) -> Void = { _ in }
    ) async throws -> NamespaceSurvey {
        let cluster = FakeCluster {
            $0.namespace.config.workflowExecutionRetentionTtl = .with { $0.seconds = retention }
        }
        var survey = try await Samples.withStorage { storage, _, _ in
            try await NamespaceReader(
                caller: cluster,
                finder: ReferenceFinder(storage: storage),
                namespace: "default"
            ).survey(now: 1_000_000)
        }
        survey.longestInSeconds = longest
        change(&survey)
        return survey
    }

    @Test("ES-G2 P34: what adds up is retention, longest run, margin, and two days; parts of days are whole ones")
    func sum() async throws {
        let surveys = [
            try await Self.survey(retention: 3 * Self.day, longest: 10),
            try await Self.survey(retention: 7 * Self.day, longest: 20 * Self.day + 1),
        ]
        let plan = ExpiryPlan(surveys, longestRunInDays: 5, renewalMargin: .seconds(30 * Self.day))
        #expect(plan.retentionInDays == 7)
        #expect(plan.longestRunInDays == 21)
        #expect(plan.days == 7 + 21 + 30 + 2)
        #expect(plan.obstacles.isEmpty)
        #expect(ExpiryPlan(surveys, longestRunInDays: 90, renewalMargin: .zero).days == 7 + 90 + 2)
    }

    @Test("ES-G2 P1: no age is safe while something is not known")
    func obstacles() async throws {
        func obstacles(
            longest: Int? = 9,
            margin: Duration? = .seconds(86_400),
            _ change: (inout NamespaceSurvey) -> Void = { _ in }
        ) async throws -> [String] {
            ExpiryPlan([try await Self.survey(change)], longestRunInDays: longest, renewalMargin: margin).obstacles
        }
        #expect(try await obstacles().isEmpty)
        #expect(try await obstacles(margin: nil).contains { $0.contains("--refresh-after") })
        #expect(try await obstacles(longest: nil).contains { $0.contains("--longest-run") })
        #expect(try await obstacles { $0.schedulesWithReferences = ["nightly"] }.contains { $0.contains("nightly") })
        #expect(try await obstacles(longest: nil) { $0.chainsOfUnknownAge = 2 }.count == 2)
        #expect(try await obstacles { $0.chainsOfUnknownAge = 2 }.isEmpty)
        #expect(try await obstacles { $0.identity.archivesHistories = true }.contains { $0.contains("archives") })
        #expect(try await obstacles { $0.problems = [ReadingProblem(.undecodable, "no codec")] }.count == 1)
    }

    @Test("ES-G1 P34: rules that are shorter and touch objects of drivers are found, all others are not")
    func rules() async throws {
        let plan = ExpiryPlan([try await Self.survey()], longestRunInDays: 10, renewalMargin: .zero)
        #expect(plan.days == 15)
        func rule(_ id: String, _ prefix: String, _ days: Int, enabled: Bool = true) -> StoredObjectExpiryRule {
            StoredObjectExpiryRule(id: id, prefix: prefix, days: days, isEnabled: enabled, isForAll: true)
        }
        var marked = rule("what is marked", "", 1)
        (marked.isForAll, marked.isForUnreferenced) = (false, true)
        let found = plan.shorterRules(among: [
            marked,
            rule("all", "", 14), rule("enough", "", 15), rule("ours", "v0/", 1), rule("part", "v0/ns/default/", 14),
            rule("begin", "v", 14), rule("other", "logs/", 1), rule("off", "v0/", 1, enabled: false),
        ])
        #expect(found.map(\.id) == ["all", "ours", "part", "begin"])
    }

    @Test("ES-G1: the survey counts open runs up to now, and chains from their first run on")
    func survey() async throws {
        let lister = Lister { entry in
            entry("closed", "r1", start: 900_000, close: 900_500, first: "r1")
            entry("chain", "c1", start: 100_000, close: 100_100, first: "c1")
            entry("chain", "c2", start: 999_000, close: 0, first: "c1")
            entry("torn", "t2", start: 999_990, close: 0, first: "t1")
        }
        let survey = try await Samples.withStorage { storage, _, _ in
            try await NamespaceReader(
                caller: lister,
                finder: ReferenceFinder(storage: storage),
                namespace: "default"
            ).survey(now: 1_000_000)
        }
        #expect(survey.runs == 4)
        #expect(survey.openRuns == 2)
        #expect(survey.longestInSeconds == 900_000)
        #expect(survey.longestWorkflow == "chain")
        #expect(survey.chainsOfUnknownAge == 1)
    }

    @Test("ES-G1 P9: a schedule whose input is in the store is one that no age fits")
    func schedules() async throws {
        let cluster = FakeCluster { state in
            state.schedules["large"] = .with { response in
                response.schedule.action.startWorkflow.input = .of(.reference("scheduled"))
            }
            state.schedules["small"] = .init()
        }
        let survey = try await Samples.withStorage { storage, _, _ in
            try await NamespaceReader(
                caller: cluster,
                finder: ReferenceFinder(storage: storage),
                namespace: "default"
            ).survey(now: 1_000_000)
        }
        #expect(survey.schedulesWithReferences == ["large"])
    }
}
