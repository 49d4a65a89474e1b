//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageTesting
import GRPCCore
import Logging
import NIOCore
import SwiftProtobuf
import TemporalAPI
import TestSupport
import Testing

@testable import TemporalNative

@Suite("Stored values over the client's transport", .timeLimit(.minutes(1)))
struct StoredOverTransportTests {
    private static let text = String(repeating: "text ", count: 100)

    /// Generated messages write metadata in any order, so the bytes may differ.
    private static func isSame(_ left: Payload, _ right: Payload) -> Bool {
        left.metadata == right.metadata && left.data == right.data
            && left.externalPayloadSizes == right.externalPayloadSizes
    }

    /// A client whose server answers every call with what `answer` makes of the reference to the text.
    private func withClient<Result: Sendable>(
        _ answer: @escaping @Sendable (ProtoPayloads) -> any SwiftProtobuf.Message,
        _ body: @escaping @Sendable (TemporalClient, InMemoryStorageDriver, Payload) async throws -> Result
    ) async throws -> Result {
        let driver = InMemoryStorageDriver()
        var configuration = ExternalStorage.Configuration()
        configuration.threshold = .bytes(100)
        configuration.cache = .disabled
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let storage = try ExternalStorage(driver: driver, configuration: configuration, logger: logger)
        let context = PayloadContext(externalStorage: storage)
        let reference = try await Stored.store(Self.text, in: context).payload
        let message = try ProtoPayloads([reference])
        let frontend = FakeFrontend { _ in
            .message(ByteBuffer(bytes: try answer(message).serializedBytes() as [UInt8]))
        }
        // Nothing to connect: the frontend answers at once.
        let client = try TemporalClient(transport: frontend, externalStorage: storage, logger: logger)
        return try await body(client, driver, reference)
    }

    @Test("A result that is Stored is the reference, and nothing is loaded before it is asked for")
    func result() async throws {
        try await self.withClient { reference in
            WorkflowService.GetWorkflowExecutionHistory.Output.with { response in
                response.history.events = [
                    .with { event in
                        event.eventType = .workflowExecutionCompleted
                        event.workflowExecutionCompletedEventAttributes.result = reference
                    }
                ]
            }
        } _: { client, driver, reference in
            let handle = client.workflowHandle(id: "w", returning: Stored<String>.self)
            let stored = try await handle.result()
            #expect(Self.isSame(stored.payload, reference))
            #expect(driver.retrieves.isEmpty)
            #expect(try await stored.value() == Self.text)
            // Any other type gets the value, as ever.
            #expect(try await handle.returning(String.self).result() == Self.text)
            #expect(driver.retrieves.count == 2)
        }
    }

    @Test("So is the answer of a query and the result of an update")
    func queryAndUpdate() async throws {
        try await self.withClient { reference in
            WorkflowService.QueryWorkflow.Output.with { $0.queryResult = reference }
        } _: { client, driver, reference in
            let handle = client.workflowHandle(id: "w")
            let answer = try await handle.query("q", returning: Stored<String>.self)
            #expect(Self.isSame(answer.payload, reference))
            #expect(driver.retrieves.isEmpty)
            #expect(try await handle.query("q", returning: String.self) == Self.text)
        }
        try await self.withClient { reference in
            WorkflowService.UpdateWorkflowExecution.Output.with { response in
                response.stage = .completed
                response.outcome.success = reference
            }
        } _: { client, driver, reference in
            let update = try await client.workflowHandle(id: "w").startUpdate("u", returning: Stored<String>.self)
            #expect(Self.isSame(try await update.result().payload, reference))
            #expect(driver.retrieves.isEmpty)
        }
    }

    @Test("ES-W7 An activity hands a reference on as it is; other inputs are loaded in one batch")
    func activity() async throws {
        let driver = InMemoryStorageDriver()
        var configuration = ExternalStorage.Configuration()
        configuration.threshold = .all
        configuration.cache = .disabled
        let context = PayloadContext(externalStorage: try ExternalStorage(driver: driver, configuration: configuration))
        var input: [Payload] = []
        for text in ["a", "b", "c"] { input.append(try await Stored.store(text, in: context).payload) }
        let activity = Activity("pick") { (first: String, second: Stored<String>, third: String) in
            #expect((first, third) == ("a", "c"))
            return second
        }
        #expect(try await activity.run(input, context) == [input[1]])
        #expect(driver.retrieves.map(\.count) == [2])
    }

    @Test("ES-F3 An input that cannot be loaded is a failure of storage")
    func activityFailure() async throws {
        let driver = InMemoryStorageDriver()
        var configuration = ExternalStorage.Configuration()
        configuration.threshold = .all
        configuration.cache = .disabled
        let context = PayloadContext(externalStorage: try ExternalStorage(driver: driver, configuration: configuration))
        let input = [try await Stored.store("a", in: context).payload]
        driver.objects = [:]
        for activity in [
            Activity("plain") { (text: String) in text },
            Activity("stored") { (text: Stored<String>) in try await text.value() },
        ] {
            await #expect(throws: ExternalStorageError.self) { _ = try await activity.run(input, context) }
        }
    }
}
