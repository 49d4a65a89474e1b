//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageGRPC
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Logging
import SwiftProtobuf
import TemporalAPI

/// The Swift side of the demo: starts, signals, queries and awaits a workflow straight on the server.
///
///     demo-client HOST:PORT STORE WORKFLOW-ID
///
/// The one line that matters is the `ExternalStorageTransport` around the transport: everything else is what a client
/// of the service writes anyway.
@main
struct DemoClient {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4, let colon = arguments[1].lastIndex(of: ":"),
            let port = Int(arguments[1][arguments[1].index(after: colon)...])
        else {
            FileHandle.standardError.write(Data("usage: demo-client HOST:PORT STORE WORKFLOW-ID\n".utf8))
            exit(64)
        }
        let logger = Logger(label: "demo-client")
        let base = try HTTP2ClientTransport.Posix(
            target: .ipv4(address: String(arguments[1][..<colon]), port: port),
            transportSecurity: .plaintext
        )
        let storage = try ExternalStorage(driver: LocalDiskStorageDriver(root: arguments[2]), logger: logger)
        let transport = ExternalStorageTransport(wrapping: base, storage: storage, logger: logger)

        try await withGRPCClient(transport: transport) { client in
            let service = Temporal_Api_Workflowservice_V1_WorkflowService.Client(wrapping: client)
            try await Self.run(service, workflowID: arguments[3])
        }
    }

    private static func run(
        _ service: Temporal_Api_Workflowservice_V1_WorkflowService.Client<some ClientTransport>,
        workflowID: String
    ) async throws {
        let input = Self.value(seed: 7)
        let replacement = Self.value(seed: 11)
        let started = try await service.startWorkflowExecution(
            .with { request in
                request.namespace = "default"
                request.workflowID = workflowID
                request.workflowType.name = "Echo"
                request.taskQueue.name = "demo"
                request.input.payloads = [Self.bytes(input), Self.json("true")]
                request.requestID = UUID().uuidString
                request.identity = "demo-client"
            }
        )
        print("  started  run \(started.runID) with \(Self.size(input))")

        let queried = try await service.queryWorkflow(
            .with { request in
                request.namespace = "default"
                request.execution.workflowID = workflowID
                request.query.queryType = "current"
            }
        )
        try Self.report("queried ", queried.queryResult, expected: input)

        _ = try await service.signalWorkflowExecution(
            .with { request in
                request.namespace = "default"
                request.workflowExecution.workflowID = workflowID
                request.signalName = "replace"
                request.input.payloads = [Self.bytes(replacement)]
                request.requestID = UUID().uuidString
            }
        )
        print("  signaled with another \(Self.size(replacement))")

        try Self.report("received", try await Self.result(of: workflowID, service), expected: replacement)
    }

    /// Waits for the event that closes the workflow.
    private static func result(
        of workflowID: String,
        _ service: Temporal_Api_Workflowservice_V1_WorkflowService.Client<some ClientTransport>
    ) async throws -> Temporal_Api_Common_V1_Payloads {
        var token = Data()
        while true {
            let page = try await service.getWorkflowExecutionHistory(
                .with { request in
                    request.namespace = "default"
                    request.execution.workflowID = workflowID
                    request.waitNewEvent = true
                    request.historyEventFilterType = .closeEvent
                    request.nextPageToken = token
                },
                options: Self.longPoll
            )
            if let event = page.history.events.last {
                guard case .workflowExecutionCompletedEventAttributes(let completed) = event.attributes else {
                    throw DemoError(description: "the workflow did not complete: \(event.eventType)")
                }
                return completed.result
            }
            token = page.nextPageToken
        }
    }

    private static var longPoll: CallOptions {
        var options = CallOptions.defaults
        options.timeout = .seconds(70)
        return options
    }

    private static func report(_ what: String, _ payloads: Temporal_Api_Common_V1_Payloads, expected: Data) throws {
        let value = payloads.payloads.first?.data ?? Data()
        guard value == expected else { throw DemoError(description: "\(what): another value came back") }
        print("  \(what) \(Self.size(value)): the same value")
    }

    private static func value(seed: UInt8) -> Data {
        Data((0..<(5 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ Int(seed)) })
    }

    private static func size(_ data: Data) -> String { "\(data.count >> 20) MiB" }

    private static func bytes(_ data: Data) -> Temporal_Api_Common_V1_Payload {
        .with { payload in
            payload.metadata["encoding"] = Data("binary/plain".utf8)
            payload.data = data
        }
    }

    private static func json(_ text: String) -> Temporal_Api_Common_V1_Payload {
        .with { payload in
            payload.metadata["encoding"] = Data("json/plain".utf8)
            payload.data = Data(text.utf8)
        }
    }
}

struct DemoError: Error, CustomStringConvertible {
    var description: String
}
