//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageOperations
import ExternalStorageWire
import Foundation
import NIOCore
import SwiftProtobuf
import TemporalAPI
import Testing

@Suite("Finding references")
struct ReferenceFinderTests {
    private func find(_ events: [Event], drivers: Int = 1) async throws -> ReferenceFindings {
        let response = Temporal_Api_Workflowservice_V1_GetWorkflowExecutionHistoryResponse.with { response in
            response.history.events = events
        }
        return try await Samples.withStorage { storage, _, _ in
            try await ReferenceFinder(storage: storage).find(
                in: try response.buffer,
                as: MessageType(name: "temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryResponse")
            )
        }
    }

    @Test("ES-G1 a reference is found with its event, its field and its number")
    func places() async throws {
        var start = Event.started("input")
        start.workflowExecutionStartedEventAttributes.input.payloads.append(.reference("second"))
        start.workflowExecutionStartedEventAttributes.memo.fields["note"] = .reference("memo")
        let findings = try await self.find([start, .activityCompleted(7, "result")])

        #expect(findings.problems.isEmpty)
        let places = findings.sightings.map { "\($0.place.eventID ?? 0) \($0.place.path) \($0.place.index)" }
        #expect(
            places == [
                "1 workflow_execution_started_event_attributes.input 0",
                "1 workflow_execution_started_event_attributes.input 1",
                "1 workflow_execution_started_event_attributes.memo.fields[\"note\"] 2",
                "7 activity_task_completed_event_attributes.result 0",
            ]
        )
        #expect(findings.sightings.map(\.claimedSizeInBytes) == [1_000, 1_000, 1_000, 1_000])
        #expect(findings.sightings.first?.reference.claim["key"] == Samples.key("input"))
    }

    @Test("ES-G1 P11 a reference in a field that the table does not know is found all the same")
    func unknownField() async throws {
        // As a newer server would send it: field 900 of an event, with a payload inside of a message inside.
        var inner = ByteBuffer()
        inner.writeField(7, bytes: try APIPayload.reference("hidden").buffer)
        var unknown = ByteBuffer()
        unknown.writeField(900, bytes: inner)
        let bytes = try Event.started("input").serializedBytes() as [UInt8] + Array(unknown.readableBytesView)
        let findings = try await self.find([try Event(serializedBytes: bytes)])

        #expect(findings.problems.isEmpty)
        #expect(findings.sightings.map(\.reference.claim["key"]) == [Samples.key("input"), Samples.key("hidden")])
        #expect(findings.sightings.last?.place.eventID == 1 && findings.sightings.last?.place.index == 1)
    }

    @Test("ES-G1 P22 references inside of a value are found, in a message and in JSON of one")
    func nested() async throws {
        // As the server keeps a schedule's action inside of its scheduler's input.
        var message = ByteBuffer()
        message.writeField(3, bytes: try APIPayloads.of(.reference("one"), .reference("two")).buffer)
        var event = Event.started("input")
        event.workflowExecutionStartedEventAttributes.input.payloads[0] = .with { payload in
            payload.metadata["encoding"] = Data("binary/protobuf".utf8)
            payload.data = Data(message.readableBytesView)
        }
        let binary = try await self.find([event])
        #expect(binary.problems.isEmpty)
        #expect(binary.sightings.map(\.reference.claim["key"]) == [Samples.key("one"), Samples.key("two")])

        let json = try APIPayloads.of(.reference("one"), .reference("two")).jsonUTF8Data()
        event.workflowExecutionStartedEventAttributes.input.payloads[0] = .with { payload in
            payload.metadata["encoding"] = Data("json/protobuf".utf8)
            payload.data = json
        }
        let text = try await self.find([event])
        #expect(text.problems.isEmpty)
        #expect(text.sightings.map(\.reference.claim["key"]) == [Samples.key("one"), Samples.key("two")])
    }

    @Test("ES-G1 P22 what looks like a reference inside of a value and cannot be read is a problem")
    func unreadableNested() async throws {
        let reference = Array(try APIPayload.reference("inner").buffer.readableBytesView)
        for data in [[0xFF, 0xFF] + reference, Array("x".utf8) + reference] {
            var event = Event.started("input")
            event.workflowExecutionStartedEventAttributes.input.payloads[0] = .with { payload in
                payload.metadata["encoding"] = Data("binary/plain".utf8)
                payload.data = Data(data)
            }
            let findings = try await self.find([event])
            #expect(findings.problems.map(\.kind) == [.unknownPlace])
        }
        var event = Event.started("input")
        event.workflowExecutionStartedEventAttributes.input.payloads[0] = .with { payload in
            payload.data = Data("{\"a\": \"dGVtcG9yYWwuYXBpLnNkay52MS5FeHRlcm5hbFN0b3JhZ2VSZWZlcmVuY2U=\"".utf8)
        }
        #expect(try await self.find([event]).problems.map(\.kind) == [.unknownPlace])
    }

    @Test("ES-G1 P21 P22 an encoded reference in JSON is a problem without its codec, and one of a preview is found")
    func encodedNested() async throws {
        func event(_ payload: APIPayload) throws -> Event {
            var event = Event.started("input")
            event.workflowExecutionStartedEventAttributes.input.payloads[0] = try .with { outer in
                outer.metadata["encoding"] = Data("json/protobuf".utf8)
                outer.data = try APIPayloads.of(payload).jsonUTF8Data()
            }
            return event
        }
        let encoded = try await self.find([
            try event(
                .with { payload in
                    payload.metadata["encoding"] = Data("binary/encrypted".utf8)
                    payload.metadata["__temporal_external_storage_reference"] = Data("true".utf8)
                    payload.data = Data("secret".utf8)
                }
            )
        ])
        #expect(encoded.problems.map(\.kind) == [.undecodable] && encoded.sightings.isEmpty)
        let early = try await self.find([
            try event(
                .with { payload in
                    payload.metadata["encoding"] = Data("json/external-storage-reference".utf8)
                    payload.data = Data(
                        "{\"driver_name\":\"local-disk\",\"driver_claim\":{\"claim_data\":{\"key\":\"a/b\"}}}".utf8
                    )
                }
            )
        ])
        #expect(early.problems.isEmpty && early.sightings.map(\.reference.claim) == [["key": "a/b"]])
    }

    @Test("A text that names the type of references is none")
    func text() async throws {
        var event = Event.activityCompleted(5, "result")
        event.activityTaskCompletedEventAttributes.result.payloads[0] = .with { payload in
            payload.metadata["encoding"] = Data("json/plain".utf8)
            payload.data = Data("\"a reference is a temporal.api.sdk.v1.ExternalStorageReference\"".utf8)
        }
        let findings = try await self.find([event])
        #expect(findings.problems.isEmpty && findings.sightings.isEmpty)
    }

    @Test("ES-G1 P21 an encoded reference without its codec is a problem")
    func encodedReference() async throws {
        var event = Event.started("input")
        event.workflowExecutionStartedEventAttributes.input.payloads[0] = .with { payload in
            payload.metadata["encoding"] = Data("binary/encrypted".utf8)
            payload.metadata["__temporal_external_storage_reference"] = Data("true".utf8)
            payload.data = Data("secret".utf8)
        }
        let findings = try await self.find([event])
        #expect(findings.problems.map(\.kind) == [.undecodable])
        #expect(findings.problems.first?.place?.eventID == 1)
    }

    @Test("ES-G1 P21 a reference of a driver that is not registered is a problem, and named")
    func unregisteredDriver() async throws {
        var event = Event.started("input")
        event.workflowExecutionStartedEventAttributes.input.payloads[0] = .reference("x", driver: "aws.s3driver")
        let findings = try await self.find([event])
        #expect(findings.problems.map(\.kind) == [.unregisteredDriver])
        #expect(findings.problems.first?.text.contains("aws.s3driver") == true)
        #expect(findings.sightings.count == 1)
    }

    @Test("ES-G1 references of early previews count, whatever the configuration says")
    func legacyReference() async throws {
        var event = Event.started("input")
        event.workflowExecutionStartedEventAttributes.input.payloads[0] = .with { payload in
            payload.metadata["encoding"] = Data("json/external-storage-reference".utf8)
            payload.data = Data(
                "{\"driver_name\":\"local-disk\",\"driver_claim\":{\"claim_data\":{\"key\":\"a/b\"}}}".utf8
            )
        }
        let findings = try await self.find([event])
        #expect(findings.sightings.map(\.reference.claim) == [["key": "a/b"]])
        #expect(findings.problems.isEmpty)
    }

    @Test("ES-G1 an answer that is no message is a problem")
    func unreadable() async throws {
        try await Samples.withStorage { storage, _, _ in
            let findings = try await ReferenceFinder(storage: storage).find(
                in: ByteBuffer(bytes: [0x0A, 0xFF]),
                as: MessageType(name: "temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryResponse")
            )
            #expect(findings.problems.map(\.kind) == [.unreadable])
        }
    }
}
