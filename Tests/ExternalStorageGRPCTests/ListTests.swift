//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageGRPC
import Foundation
import GRPCCore
import Logging
import NIOCore
import SwiftProtobuf
import TemporalAPI
import TestSupport
import Testing

@Suite("Lists", .bothRoads, .timeLimit(.minutes(1)))
struct ListTests {
    private typealias ListResponse = Temporal_Api_Workflowservice_V1_ListWorkflowExecutionsResponse

    /// A response about workflows with one memo each, and the store of the memos.
    private static func list(_ count: Int) async throws -> (Fixture, ListResponse) {
        let fixture = try Fixture()
        var response = ListResponse()
        for number in 0..<count {
            let reference = try await fixture.reference(to: .large("memo \(number)"))
            response.executions.append(
                .with { info in
                    info.execution.workflowID = "w-\(number)"
                    info.memo.fields = ["note": reference]
                }
            )
        }
        response.nextPageToken = Data("next".utf8)
        return (fixture, response)
    }

    private static func transport(
        _ storage: ExternalStorage?,
        answering response: ListResponse,
        limit: Int = Int(Int32.max)
    ) throws -> ExternalStorageTransport<FakeFrontend> {
        let bytes = try response.buffer
        var configuration = ExternalStorageTransportConfiguration()
        configuration.resolvedMessageLimit = limit
        return ExternalStorageTransport(
            wrapping: FakeFrontend { _ in .message(bytes) },
            storage: storage,
            configuration: configuration,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
    }

    @Test("ES-F7 A workflow whose memo cannot be resolved keeps its reference; the others are listed resolved")
    func failing() async throws {
        let (fixture, response) = try await Self.list(5)
        let transport = try Self.transport(fixture.storage, answering: response)
        fixture.driver.fail(.notFound, only: "memo 3")

        let result = try await transport.call("ListWorkflowExecutions", Google_Protobuf_Empty().buffer)

        #expect(result.status.code == .ok)
        let listed = try ListResponse(try #require(result.message))
        #expect(listed.nextPageToken == response.nextPageToken)
        for (number, info) in listed.executions.enumerated() {
            let expected = number == 3 ? response.executions[3].memo.fields["note"] : .large("memo \(number)")
            #expect(info.memo.fields["note"] == expected)
        }
    }

    @Test(
        "ES-F7 So it is in every list and scan",
        arguments: [
            "ListOpenWorkflowExecutions", "ListClosedWorkflowExecutions", "ListWorkflowExecutions",
            "ListArchivedWorkflowExecutions", "ScanWorkflowExecutions", "ListSchedules",
        ]
    )
    func everyList(_ method: String) async throws {
        typealias Schedules = Temporal_Api_Workflowservice_V1_ListSchedulesResponse
        // The responses of all but one are the same on the wire.
        let (fixture, executions) = try await Self.list(3)
        let schedules = Schedules.with { response in
            response.schedules = executions.executions.map { info in .with { $0.memo = info.memo } }
        }
        let bytes = try method == "ListSchedules" ? schedules.buffer : executions.buffer
        let transport = ExternalStorageTransport(
            wrapping: FakeFrontend { _ in .message(bytes) },
            storage: fixture.storage,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        fixture.driver.fail(.notFound, only: "memo 1")

        let result = try await transport.call(method, Google_Protobuf_Empty().buffer)

        #expect(result.status.code == .ok)
        let message = try #require(result.message)
        let memos =
            try method == "ListSchedules"
            ? Schedules(message).schedules.map(\.memo) : ListResponse(message).executions.map(\.memo)
        #expect(memos.map { $0.fields["note"]?.isReference } == [false, true, false])
    }

    @Test("ES-F7 What has no room in the message keeps its reference")
    func tooLarge() async throws {
        let (fixture, response) = try await Self.list(20)
        let limit = try response.buffer.readableBytes + 1_000
        let transport = try Self.transport(fixture.storage, answering: response, limit: limit)

        let result = try await transport.call("ListWorkflowExecutions", Google_Protobuf_Empty().buffer)

        #expect(result.status.code == .ok)
        let message = try #require(result.message)
        #expect(message.readableBytes <= limit)
        let listed = try ListResponse(message)
        #expect(listed.executions.map(\.execution.workflowID) == response.executions.map(\.execution.workflowID))
        let resolved = listed.executions.count { $0.memo.fields["note"]?.isReference == false }
        #expect((1..<20).contains(resolved))
    }

    @Test("ES-F7 A list is listed although the store is down, or there is none", arguments: [true, false])
    func down(_ hasStorage: Bool) async throws {
        let (fixture, response) = try await Self.list(3)
        fixture.driver.fail(.unavailable)
        let transport = try Self.transport(hasStorage ? fixture.storage : nil, answering: response)

        let result = try await transport.call("ListWorkflowExecutions", Google_Protobuf_Empty().buffer)

        #expect(result.status.code == .ok)
        #expect(try ListResponse(try #require(result.message)) == response)
    }
}
