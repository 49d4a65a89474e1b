//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import Foundation
import Testing

@testable import TemporalNative

@Suite(
    "Signals, queries and updates to Python workflows",
    .enabled(if: LiveServices.isThere, LiveServices.skipped),
    .timeLimit(.minutes(3))
)
struct MessageTests {
    private static func mailbox(
        _ client: TemporalClient,
        _ mode: StorageMode
    ) async throws -> WorkflowHandle<[String]> {
        try await client.startWorkflow(
            "Mailbox",
            options: mode.options("mailbox"),
            input: "first",
            returning: [String].self
        )
    }

    @Test("Signals and queries carry large values", arguments: StorageMode.allCases)
    func signalAndQuery(_ mode: StorageMode) async throws {
        let (value, suffix) = (mode.blob(), mode.blob(280_000))
        try await mode.withClient { client in
            let handle = try await Self.mailbox(client, mode)
            try await handle.signal("put", input: value)
            let last = try await handle.query("last", input: suffix, returning: [UInt8].self)
            #expect(last == value + suffix)
            let failed = await #expect(throws: TemporalError.self) {
                try await handle.query("broken", input: value, returning: Void.self)
            }
            #expect(failed?.code == .queryFailed)
            #expect(failed?.message.contains("cannot answer") == true)
            let unknown = await #expect(throws: TemporalError.self) {
                try await handle.query("unheard-of", returning: Void.self)
            }
            #expect(unknown?.code == .queryFailed)
            try await handle.signal("finish")
            #expect(try await handle.result() == ["first", "\(value.count)"])
            let rejected = await #expect(throws: TemporalError.self) {
                try await handle.query("last", input: suffix, rejectedIf: .notOpen, returning: [UInt8].self)
            }
            #expect(rejected?.code == .queryRejected)
            let over = await #expect(throws: TemporalError.self) { try await handle.signal("put", input: value) }
            #expect(over?.code == .notFound)
        }
    }

    @Test("Updates are waited for, rejected, fail, and run once", arguments: StorageMode.allCases)
    func updates(_ mode: StorageMode) async throws {
        let value = mode.blob()
        try await mode.withClient { client in
            let handle = try await Self.mailbox(client, mode)
            #expect(try await handle.executeUpdate("add", input: value, returning: [UInt8].self) == value)
            let rejected = await #expect(throws: TemporalError.self) {
                try await handle.executeUpdate("add", input: [UInt8](), returning: [UInt8].self)
            }
            #expect(rejected?.code == .updateFailed)
            #expect(rejected?.failure?.application?.type == "Empty")

            // Accepted, and unfinished until something else happens.
            let later = try await handle.startUpdate("add_later", id: "once", input: value, returning: Int.self)
            #expect(later.id == "once")
            #expect(!later.runID.isEmpty)
            async let result = later.result()
            #expect(try await handle.executeUpdate("add", id: "a", input: value, returning: [UInt8].self) == value)
            #expect(try await result == value.count)
            // The same id again is the same update.
            #expect(try await handle.executeUpdate("add", id: "a", input: value, returning: [UInt8].self) == value)
            #expect(try await handle.updateHandle(id: "once", returning: Int.self).result() == value.count)
            try await handle.signal("finish")
            #expect(try await handle.result() == ["first", "\(value.count)", "\(value.count)"])
        }
    }

    @Test("A signal with start, and another one to what runs by then", arguments: StorageMode.allCases)
    func signalWithStart(_ mode: StorageMode) async throws {
        let value = mode.blob()
        try await mode.withClient { client in
            let start = WorkflowStart("Mailbox", options: try mode.options("mailbox"), input: "first")
            let first = try await client.signalWithStart(start, signal: "put", input: value, returning: [String].self)
            let second = try await client.signalWithStart(start, signal: "finish", returning: [String].self)
            #expect(first.firstRunID == second.firstRunID)
            #expect(try await first.result() == ["first", "\(value.count)"])
        }
    }

    @Test("An update with start, and another one to what runs by then", arguments: StorageMode.allCases)
    func updateWithStart(_ mode: StorageMode) async throws {
        let value = mode.blob()
        try await mode.withClient { client in
            var start = WorkflowStart("Mailbox", options: try mode.options("mailbox"), input: "first")
            let missing = await #expect(throws: TemporalError.self) {
                try await client.executeUpdateWithStart(start, update: "add", input: value, returning: [UInt8].self)
            }
            #expect(missing?.code == .invalidArgument)
            start.options.idConflictPolicy = .useExisting
            let first = try await client.startUpdateWithStart(
                start,
                update: "add",
                input: value,
                returning: [UInt8].self
            )
            #expect(try await first.result() == value)
            let second = try await client.executeUpdateWithStart(
                start,
                update: "add",
                input: value,
                returning: [UInt8].self
            )
            #expect(second == value)
            start.options.idConflictPolicy = .fail
            let running = await #expect(throws: TemporalError.self) {
                try await client.executeUpdateWithStart(start, update: "add", input: value, returning: [UInt8].self)
            }
            #expect(running?.code == .workflowAlreadyStarted)
            #expect(running?.runID == first.runID)
            let handle = client.workflowHandle(id: start.options.id, returning: [String].self)
            try await handle.signal("finish")
            #expect(try await handle.result().count == 3)
        }
    }
}
