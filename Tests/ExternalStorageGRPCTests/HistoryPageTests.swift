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

@Suite("Pages of history that are too large with their payloads", .bothRoads, .timeLimit(.minutes(1)))
struct HistoryPageTests {
    private typealias Event = Temporal_Api_History_V1_HistoryEvent
    private typealias HistoryRequest = Temporal_Api_Workflowservice_V1_GetWorkflowExecutionHistoryRequest
    private typealias HistoryResponse = Temporal_Api_Workflowservice_V1_GetWorkflowExecutionHistoryResponse

    /// Ten events with a stored payload of some 430 bytes each, behind a small one.
    private let fixture: Fixture
    private let events: [Event]
    private let resolved: [Event]

    init() async throws {
        let fixture = try Fixture()
        var events: [Event] = [.with { $0.eventID = 1 }]
        var resolved = events
        for id in 2...11 {
            let payload = APIPayload.large("event \(id)")
            let reference = try await fixture.reference(to: payload)
            func event(_ payload: APIPayload) -> Event {
                .with { event in
                    event.eventID = Int64(id)
                    event.workflowExecutionSignaledEventAttributes.input = .of(payload)
                }
            }
            events.append(event(reference))
            resolved.append(event(payload))
        }
        (self.fixture, self.events, self.resolved) = (fixture, events, resolved)
    }

    private func transport(
        limit: Int,
        answer: @escaping @Sendable (FakeFrontend.Request) throws -> any SwiftProtobuf.Message
    ) -> ExternalStorageTransport<FakeFrontend> {
        var configuration = ExternalStorageTransportConfiguration()
        configuration.resolvedMessageLimit = limit
        return ExternalStorageTransport(
            wrapping: FakeFrontend { request in
                do {
                    return .message(try answer(request).buffer)
                } catch let error as RPCError {
                    return .failure(error)
                }
            },
            storage: self.fixture.storage,
            configuration: configuration,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
    }

    /// Asks for history until there is no more; the token of the first page is given.
    private func rest(
        after token: Data,
        from transport: ExternalStorageTransport<FakeFrontend>,
        limit: Int
    ) async throws -> (events: [Event], pages: Int, token: Data) {
        var (token, events, pages) = (token, [Event](), 0)
        while token.count > 20 {
            let request = HistoryRequest.with { request in
                request.namespace = "default"
                request.execution.workflowID = "w"
                request.maximumPageSize = 1_000
                request.nextPageToken = token
            }
            let result = try await transport.call("GetWorkflowExecutionHistory", request.buffer)
            #expect(result.status.code == .ok)
            let page = try HistoryResponse(try #require(result.message))
            #expect(try #require(result.message).readableBytes <= limit)
            #expect(!page.history.events.isEmpty)
            events += page.history.events
            token = page.nextPageToken
            pages += 1
        }
        return (events, pages, token)
    }

    @Test(
        "A task's history comes in pages that fit, whole and in order, and then the server's own",
        arguments: ["", "next"]
    )
    func task(_ serverToken: String) async throws {
        let task = WorkflowTask.with { task in
            task.taskToken = Data("token".utf8)
            task.workflowExecution.workflowID = "w"
            task.attempt = 1
            task.startedEventID = 11
            task.history.events = self.events
            task.nextPageToken = Data(serverToken.utf8)
        }
        // The whole has about 7,000 bytes.
        let limit = 4_500
        let transport = self.transport(limit: limit) { request in
            guard request.method == "GetWorkflowExecutionHistory" else { return task }
            // One event, to see whether the caller may ask.
            let probe = try HistoryRequest(request.message)
            #expect(probe.nextPageToken.isEmpty)
            #expect(probe.maximumPageSize == 1)
            #expect(probe.execution.workflowID == "w")
            return HistoryResponse.with { $0.history.events = [self.events[0]] }
        }

        let result = try await transport.call("PollWorkflowTaskQueue", Google_Protobuf_Empty().buffer)
        let first = try WorkflowTask(try #require(result.message))

        #expect(first.startedEventID == 11)
        #expect(first.history.events.count > 1)
        #expect(first.history.events.count < self.events.count)
        let rest = try await self.rest(after: first.nextPageToken, from: transport, limit: limit)
        #expect(first.history.events + rest.events == self.resolved)
        #expect(rest.token == Data(serverToken.utf8))
        #expect(rest.pages > 0)
    }

    @Test(
        "ES-P11 References that do not say how large their payloads are make pages all the same, or say too little",
        arguments: [nil, 1, 1_000_000_000] as [Int64?]
    )
    func undeclared(_ size: Int64?) async throws {
        let events = self.events.map { event in
            var event = event
            for index in event.workflowExecutionSignaledEventAttributes.input.payloads.indices {
                event.workflowExecutionSignaledEventAttributes.input.payloads[index].externalPayloads =
                    size.map { size in [.with { $0.sizeBytes = size }] } ?? []
            }
            return event
        }
        let task = WorkflowTask.with { task in
            task.taskToken = Data("token".utf8)
            task.workflowExecution.workflowID = "w"
            task.attempt = 1
            task.history.events = events
            task.nextPageToken = Data("next".utf8)
        }
        let limit = 4_500
        let transport = self.transport(limit: limit) { request in
            guard request.method == "GetWorkflowExecutionHistory" else { return task }
            return HistoryResponse.with { $0.history.events = [events[0]] }
        }
        let before = self.fixture.driver.retrieves.count

        let result = try await transport.call("PollWorkflowTaskQueue", Google_Protobuf_Empty().buffer)
        let message = try #require(result.message)
        let first = try WorkflowTask(message)

        #expect(message.readableBytes <= limit)
        // What came for the page is used for what is left of it.
        #expect(self.fixture.driver.retrieves.count <= before + 1)
        // What claims to be larger than a message may be stands alone.
        #expect(first.history.events.count > (size ?? 0 > limit ? 0 : 1))
        let rest = try await self.rest(after: first.nextPageToken, from: transport, limit: limit)
        #expect(first.history.events + rest.events == self.resolved)
        #expect(rest.token == Data("next".utf8))
    }

    @Test("So does a history that a client asks for, down to one event in a page")
    func history() async throws {
        let whole = HistoryResponse.with { response in
            response.history.events = self.events
            response.nextPageToken = Data("next".utf8)
        }
        let size = try whole.buffer.readableBytes
        // Room for what is left out, and for one payload.
        let limit = size + 300
        let transport = self.transport(limit: limit) { _ in whole }

        let result = try await transport.call("GetWorkflowExecutionHistory", HistoryRequest().buffer)
        let first = try HistoryResponse(try #require(result.message))

        let rest = try await self.rest(after: first.nextPageToken, from: transport, limit: limit)
        #expect(first.history.events + rest.events == self.resolved)
        #expect(rest.token == Data("next".utf8))
        #expect(rest.pages > 2)
    }

    @Test("So does a history that is read from its end")
    func reverse() async throws {
        typealias Request = Temporal_Api_Workflowservice_V1_GetWorkflowExecutionHistoryReverseRequest
        typealias Response = Temporal_Api_Workflowservice_V1_GetWorkflowExecutionHistoryReverseResponse
        let whole = Response.with { $0.history.events = self.events.reversed() }
        let limit = try whole.buffer.readableBytes + 600
        let transport = self.transport(limit: limit) { _ in whole }

        var (token, events, pages) = (Data(), [Event](), 0)
        repeat {
            let request = Request.with { $0.nextPageToken = token }
            let result = try await transport.call("GetWorkflowExecutionHistoryReverse", request.buffer)
            let page = try Response(try #require(result.message))
            events += page.history.events
            token = page.nextPageToken
            pages += 1
        } while !token.isEmpty && pages < 20

        #expect(events == self.resolved.reversed())
        #expect(pages > 1)
    }

    @Test("What the server says of the next request counts, also for the rest of a page")
    func refused() async throws {
        let whole = HistoryResponse.with { $0.history.events = self.events }
        let limit = try whole.buffer.readableBytes + 1_000
        let transport = self.transport(limit: limit) { request in
            guard try HistoryRequest(request.message).maximumPageSize != 1 else {
                throw RPCError(code: .notFound, message: "it is gone")
            }
            return whole
        }
        let result = try await transport.call("GetWorkflowExecutionHistory", HistoryRequest().buffer)
        let token = try HistoryResponse(try #require(result.message)).nextPageToken

        let request = HistoryRequest.with { $0.nextPageToken = token }
        let refused = try await transport.call("GetWorkflowExecutionHistory", request.buffer)

        #expect(refused.status.code == .notFound)
        #expect(refused.message == nil)
    }

    @Test("ES-P11 An event that is too large alone is an error, and nothing of it is handed on")
    func tooLarge() async throws {
        let one = HistoryResponse.with { $0.history.events = [self.events[1]] }
        let transport = self.transport(limit: 300) { _ in one }

        let result = try await transport.call("GetWorkflowExecutionHistory", HistoryRequest().buffer)

        #expect(result.status.code == .failedPrecondition)
        #expect(result.message == nil)
        #expect(result.status.message.contains("more than the limit of 300 bytes"))
    }

    @Test("What fits comes as it is, and the server's tokens go to the server")
    func fits() async throws {
        let whole = HistoryResponse.with { response in
            response.history.events = self.events
            response.nextPageToken = Data("next".utf8)
        }
        let transport = self.transport(limit: 100_000) { request in
            let asked = try HistoryRequest(request.message)
            #expect(asked.nextPageToken == Data("a token of the server's".utf8))
            return whole
        }
        let request = HistoryRequest.with { $0.nextPageToken = Data("a token of the server's".utf8) }

        let result = try await transport.call("GetWorkflowExecutionHistory", request.buffer)
        let response = try HistoryResponse(try #require(result.message))

        #expect(response.history.events == self.resolved)
        #expect(response.nextPageToken == Data("next".utf8))
    }

    @Test("A token that only looks like ours is the server's to refuse", arguments: [9, 20])
    func forged(_ count: Int) async throws {
        var token = ByteBuffer(integer: UInt64(0x544D_5052_4C48_5031))
        token.writeRepeatingByte(0xFF, count: count)
        let request = HistoryRequest.with { $0.nextPageToken = Data(token.readableBytesView) }
        let transport = self.transport(limit: 100_000) { received in
            let asked = try HistoryRequest(received.message)
            #expect(asked == request)
            return HistoryResponse()
        }

        let result = try await transport.call("GetWorkflowExecutionHistory", request.buffer)

        #expect(result.status.code == .ok)
        #expect(try HistoryResponse(try #require(result.message)).history.events.isEmpty)
    }
}
