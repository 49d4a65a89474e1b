//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import Foundation
import Subprocess
import Testing

@testable import TemporalNative

/// Says what it is found by, changes it when it is told to, and says it again.
private struct Tagged: WorkflowDefinition {
    static let text = SearchAttributeKey.text("TypedText")
    static let keyword = SearchAttributeKey.keyword("TypedKeyword")
    static let int = SearchAttributeKey.int("TypedInt")
    static let double = SearchAttributeKey.double("TypedDouble")
    static let bool = SearchAttributeKey.bool("TypedBool")
    static let date = SearchAttributeKey.date("TypedDatetime")
    static let list = SearchAttributeKey.keywordList("TypedKeywordList")

    static let all = SearchAttributes {
        $0[Self.text] = "some words"
        $0[Self.keyword] = "word"
        $0[Self.int] = -7
        $0[Self.double] = 2.5
        $0[Self.bool] = true
        $0[Self.date] = Date(timeIntervalSince1970: 1_700_000_000)
        $0[Self.list] = ["a", "b"]
    }

    @WorkflowState var mayChange = false

    init(input: Void) {}

    func run(context: WorkflowContext<Self>, input: Void) async throws -> Bool {
        let isComplete = context.searchAttributes == Self.all
        try await context.condition { self.mayChange }
        context.upsertSearchAttributes(
            SearchAttributes {
                $0[Self.keyword] = nil
                $0[Self.int] = 8
            }
        )
        context.upsertSearchAttributes { $0[Self.list] = nil }
        // In history, before the run says it again.
        try await context.sleep(for: .milliseconds(1))
        let attributes = context.searchAttributes
        return isComplete && attributes[Self.keyword] == nil && attributes[Self.int] == 8
            && attributes[Self.list] == nil
    }

    static var handlers: [WorkflowHandler<Self>] {
        [.signal("change") { workflow in { workflow.mayChange = true } }]
    }
}

/// Runs on a schedule of its own: completes, fails, and then notes what it knows of the runs before.
private struct Recurring: WorkflowDefinition {
    init(input: Void) {}

    func run(context: WorkflowContext<Self>, input: Void) async throws -> String {
        guard let last = try await context.getLastResult(as: String.self) else { return "first" }
        guard let failure = context.info.lastFailure else { throw ApplicationError(message: "second", type: "Failed") }
        try await context.upsertMemo(["known": "\(last), then \(failure)"])
        try await context.condition { false }
        return last
    }
}

@Suite(
    "Search attributes and runs before on a real server",
    .enabled(if: LiveServices.isThere, LiveServices.skipped),
    .timeLimit(.minutes(3))
)
struct SearchAttributeServerTests {
    @discardableResult
    private static func python(_ arguments: String...) async throws -> String {
        let script = LiveServices.root.appending(path: "Tests/Integration/peers/search_attributes.py").path
        let result = try await Subprocess.run(
            .name("env"),
            arguments: Arguments(
                [try #require(LiveServices.python), script, "--address", try #require(LiveServices.address)] + arguments
            ),
            output: .string(limit: 1_048_576),
            error: .string(limit: 1_048_576)
        )
        #expect(result.terminationStatus == .exited(0), "\(result.standardError.suffix(3_000))")
        return result.standardOutput
    }

    private struct Seen: Decodable, Hashable {
        var type: String
        var value: String

        init(from decoder: any Decoder) throws {
            var values = try decoder.unkeyedContainer()
            self.type = try values.decode(String.self)
            if let list = try? values.decode([String].self) {
                self.value = list.joined(separator: ",")
            } else if let bool = try? values.decode(Bool.self) {
                self.value = "\(bool)"
            } else if let number = try? values.decode(Double.self) {
                self.value = "\(number)"
            } else {
                self.value = try values.decode(String.self)
            }
        }

        init(_ type: String, _ value: String) {
            self.type = type
            self.value = value
        }
    }

    private static func seenByPython(_ id: String) async throws -> [String: Seen] {
        try JSONDecoder().decode([String: Seen].self, from: Data(await Self.python("describe", id).utf8))
    }

    private static func with<Result: Sendable>(_ body: (TemporalClient, String) async throws -> Result) async throws
        -> Result
    {
        try await TemporalClient.connect(
            target: LiveServices.target(),
            externalStorage: LiveServices.storage(threshold: .all),
            logger: LiveServices.logger
        ) { client in
            let queue = "swift-attributes-\(UUID())"
            let worker = try TemporalWorker(
                client: client,
                taskQueue: queue,
                workflows: [Tagged.self, Recurring.self]
            ) {}
            return try await worker.running { try await body(client, queue) }
        }
    }

    @Test("Typed search attributes of each type, from Swift and from Python, seen by both, set, changed and taken out")
    func roundTrip() async throws {
        try await Self.python("register")
        try await Self.with { client, queue in
            var options = WorkflowOptions(id: "tagged-\(UUID())", taskQueue: queue)
            options.searchAttributes = Tagged.all
            let own = try await Self.start(client, options)
            let seen = try await Self.seenByPython(own.id)
            #expect(
                seen.filter { $0.key.hasPrefix("Typed") } == [
                    "TypedText": Seen("TEXT", "some words"), "TypedKeyword": Seen("KEYWORD", "word"),
                    "TypedInt": Seen("INT", "-7.0"), "TypedDouble": Seen("DOUBLE", "2.5"),
                    "TypedBool": Seen("BOOL", "true"), "TypedDatetime": Seen("DATETIME", "1700000000.0"),
                    "TypedKeywordList": Seen("KEYWORD_LIST", "a,b"),
                ]
            )
            let other = "tagged-python-\(UUID())"
            try await Self.python("start", queue, other)
            for handle in [own, client.workflowHandle(id: other, returning: Bool.self)] {
                var found = try await handle.describe().info.searchAttributes
                for name in found.names where !name.hasPrefix("Typed") { found[name] = nil }
                #expect(found == Tagged.all)
                try await handle.signal("change")
                #expect(try await handle.result())
                let after = try await Self.seenByPython(handle.id)
                #expect(after["TypedInt"] == Seen("INT", "8.0"))
                #expect(after["TypedKeyword"] == nil && after["TypedKeywordList"] == nil)
                #expect(after["TypedBool"] == Seen("BOOL", "true"))
            }
            // What is found lags behind.
            while true {
                var values: [Int?] = []
                for try await run in client.listWorkflows("TypedInt = 8 AND TaskQueue = '\(queue)'") {
                    values.append(run.searchAttributes[Tagged.int])
                }
                if values.count == 2 {
                    #expect(values == [8, 8])
                    break
                }
                try await Task.sleep(for: .milliseconds(100))
            }
        }
    }

    /// The server's parts hear of new names one after the other.
    private static func start(
        _ client: TemporalClient,
        _ options: WorkflowOptions
    ) async throws -> WorkflowHandle<Bool> {
        while true {
            do {
                return try await client.startWorkflow("Tagged", options: options, returning: Bool.self)
            } catch let error as TemporalError where error.code == .invalidArgument {
                try await Task.sleep(for: .milliseconds(100))
            }
        }
    }

    @Test("A schedule of runs hands on the last result, stored outside, and the failure since")
    func lastResult() async throws {
        try await Self.with { client, queue in
            var options = WorkflowOptions(id: "recurring-\(UUID())", taskQueue: queue)
            options.cronSchedule = "@every 1s"
            let started = try await client.startWorkflow("Recurring", options: options, returning: String.self)
            let handle = client.workflowHandle(id: started.id, returning: String.self)
            var known: String?
            while known == nil {
                known = try await handle.describe().info.memo.value("known", as: String.self)
                if known == nil { try await Task.sleep(for: .milliseconds(100)) }
            }
            #expect(known?.hasPrefix("first, then ") == true && known?.contains("second") == true, "\(known ?? "")")
            try await handle.terminate()
        }
    }
}
