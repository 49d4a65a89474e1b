//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageWire
import NIOCore
import Testing

@Suite("Payload scanner")
struct PayloadScannerTests {
    private let offload = PayloadScanner(purpose: .offload(minimumSize: 100))
    private let resolve = PayloadScanner(purpose: .resolve)

    @Test("ES-P1 A payload is found if its serialized size is at least the smallest one looked for")
    func threshold() throws {
        let exact = payload(100 - payload(0).readableBytes)
        #expect(exact.readableBytes == 100)
        let message = start(payload(10), exact, payload(200))
        let scan = try message.scan(self.offload, as: .startWorkflowExecutionRequest)
        #expect(message.bodies(scan) == [exact, payload(200)])
    }

    @Test("ES-P1 An entirely empty payload has nothing to store, whatever the threshold")
    func emptyPayload() throws {
        let message = start(ByteBuffer(), payload(0, metadata: []))
        let scanner = PayloadScanner(purpose: .offload(minimumSize: 0))
        let scan = try message.scan(scanner, as: .startWorkflowExecutionRequest)
        #expect(message.bodies(scan) == [payload(0, metadata: [])])
    }

    @Test("ES-W7 A reference is never offloaded again, at any threshold")
    func referencesStay() throws {
        let marked = payload(10, metadata: [("__temporal_external_storage_reference", "true")])
        let message = start(reference, marked, payload(1))
        let scan = try message.scan(
            PayloadScanner(purpose: .offload(minimumSize: 1)),
            as: .startWorkflowExecutionRequest
        )
        #expect(message.bodies(scan) == [payload(1)])
    }

    @Test(
        "ES-W2 Either half of the condition alone is ordinary user data, and only metadata is looked at",
        arguments: [
            [("encoding", "json/protobuf")],
            [("messageType", "temporal.api.sdk.v1.ExternalStorageReference")],
            [("encoding", "json/protobuf"), ("messageType", "temporal.api.sdk.v1.Other")],
            [("encoding", "JSON/protobuf"), ("messageType", "temporal.api.sdk.v1.ExternalStorageReference")],
            [("__temporal_external_storage_reference", "TRUE")],
            [("encoding", "json/external-storage-reference")],
        ]
    )
    func ordinaryData(_ metadata: [(String, String)]) throws {
        let message = start(payload(10, metadata: metadata))
        #expect(try message.scan(self.resolve, as: .startWorkflowExecutionRequest).sites.isEmpty)
    }

    @Test("ES-W2 A reference is known by its two halves or by the marker, whatever else its metadata holds")
    func references() throws {
        let marked = payload(
            3,
            metadata: [("encoding", "binary/encrypted"), ("__temporal_external_storage_reference", "true")]
        )
        let withExtras = payload(
            3,
            metadata: [
                ("k", "v"), ("messageType", "temporal.api.sdk.v1.ExternalStorageReference"),
                ("encoding", "json/protobuf"),
            ]
        )
        let message = start(reference, payload(9), marked, withExtras)
        let scan = try message.scan(self.resolve, as: .startWorkflowExecutionRequest)
        #expect(message.bodies(scan) == [reference, marked, withExtras])
    }

    @Test("ES-W2 A metadata key that stands twice has the value that stands last, as in every reader")
    func lastEntryWins() throws {
        let undone = payload(
            3,
            metadata: [
                ("encoding", "json/protobuf"), ("messageType", "temporal.api.sdk.v1.ExternalStorageReference"),
                ("encoding", "json/plain"),
            ]
        )
        #expect(try start(undone).scan(self.resolve, as: .startWorkflowExecutionRequest).sites.isEmpty)
    }

    @Test("ES-W5 The legacy encoding is a reference only where that is switched on")
    func legacy() throws {
        let message = start(payload(10, metadata: [("encoding", "json/external-storage-reference")]))
        let reading = PayloadScanner(purpose: .resolve, readsLegacyReferences: true)
        #expect(try message.scan(reading, as: .startWorkflowExecutionRequest).sites.count == 1)
        #expect(try message.scan(self.resolve, as: .startWorkflowExecutionRequest).sites.isEmpty)
    }

    @Test("ES-C5 Summaries and details for people stay inline, and references in them are resolved all the same")
    func userMetadata() throws {
        let message = message { request in
            request.writeField(23, bytes: ExternalStorageWireTests.message { $0.writeField(1, bytes: payload(500)) })
        }
        #expect(try message.scan(self.offload, as: .startWorkflowExecutionRequest).sites.isEmpty)
        let read = ExternalStorageWireTests.message { request in
            request.writeField(23, bytes: ExternalStorageWireTests.message { $0.writeField(2, bytes: reference) })
        }
        #expect(try read.scan(self.resolve, as: .startWorkflowExecutionRequest).sites.count == 1)
    }

    @Test("ES-C5 In a memo upsert nil and empty payloads mean 'remove the key' and stay inline")
    func memoUpsert() throws {
        func upsert(_ payload: ByteBuffer) -> ByteBuffer {
            message { command in
                command.writeField(
                    17,
                    bytes: ExternalStorageWireTests.message { attributes in
                        attributes.writeField(
                            1,
                            bytes: ExternalStorageWireTests.message { memo in
                                memo.writeField(
                                    1,
                                    bytes: ExternalStorageWireTests.message { entry in
                                        entry.writeField(1, string: "key")
                                        entry.writeField(2, bytes: payload)
                                    }
                                )
                            }
                        )
                    }
                )
            }
        }
        let all = PayloadScanner(purpose: .offload(minimumSize: 1))
        let emptyList = message { list in
            list.writeField(2, string: "[]")
        }
        for removal in [payload(0, metadata: [("encoding", "binary/null")]), emptyList, payload(0)] {
            #expect(try upsert(removal).scan(all, as: .command).sites.isEmpty)
        }
        #expect(try upsert(payload(3)).scan(all, as: .command).sites.count == 1)
    }

    @Test("ES-C1 Failures are entered through all causes")
    func failureCauses() throws {
        var failure = message { $0.writeField(20, bytes: payload(300)) }
        for depth in 0..<50 {
            let inner = failure
            failure = message { outer in
                outer.writeField(20, bytes: payload(200 + depth))
                outer.writeField(4, bytes: inner)
            }
        }
        let message = message { $0.writeField(2, bytes: failure) }
        let scan = try message.scan(self.offload, as: .respondActivityTaskFailedRequest)
        #expect(scan.sites.count == 51)
    }

    @Test("ES-C4 A system Nexus envelope is entered and stays: by its endpoint, and by its metadata")
    func systemEnvelope() throws {
        let inner = start(payload(300))
        let byMetadata = payload(inner, metadata: envelopeMetadata)
        let message = start(byMetadata)
        let scan = try message.scan(self.offload, as: .startWorkflowExecutionRequest)
        #expect(message.bodies(scan) == [payload(300)])
        let spliced = try message.spliced(scan, [reference])
        let again = try spliced.scan(self.resolve, as: .startWorkflowExecutionRequest)
        #expect(spliced.bodies(again) == [reference])
    }

    @Test("ES-C4 An envelope with no message in it stays, and is not stored as an ordinary payload")
    func envelopeOfGarbage() throws {
        let message = start(payload(garbage, metadata: envelopeMetadata), payload(300))
        let scan = try message.scan(self.offload, as: .startWorkflowExecutionRequest)
        #expect(message.bodies(scan) == [payload(300)])
    }

    @Test("What says that it is a message and is none stays; the payloads around it are found")
    func embeddedGarbage() throws {
        let status = message { status in
            status.writeField(3, bytes: anyStart(garbage))
            status.writeField(3, bytes: anyStart(start(payload(300))))
        }
        let scan = try status.scan(self.offload, as: .status)
        #expect(status.bodies(scan) == [payload(300)])
    }

    @Test("Whether bytes are a message does not depend on what is looked for in them")
    func sameMessageForEveryPurpose() throws {
        // A memo that is no message: a scan for large payloads skips it, being short.
        let request = message { request in
            request.writeField(5, bytes: payloads(reference))
            request.writeField(5, bytes: payloads(payload(300)))
            request.writeField(14, string: "\u{7}")
        }
        let status = message { $0.writeField(3, bytes: anyStart(request)) }
        #expect(try status.scan(self.offload, as: .status).sites.isEmpty)
        #expect(try status.scan(self.resolve, as: .status).sites.isEmpty)
        #expect(try !status.scan(self.offload, as: .status).needsNormalization)
    }

    @Test("ES-C1 Payloads are found as deep as Go reads, and replaced there", arguments: [199, 200, 201, 1_000, 9_990])
    func deep(_ causes: Int) throws {
        func failure(_ details: [ByteBuffer]) -> ByteBuffer {
            var failure = ByteBuffer()
            for level in 0..<causes {
                let inner = failure
                failure = message { failure in
                    if level == 0 { failure.writeField(20, bytes: details[0]) }
                    failure.writeField(4, bytes: inner)
                    if level == causes - 1 { failure.writeField(20, bytes: details[1]) }
                }
            }
            return message { $0.writeField(2, bytes: failure) }
        }
        let request = failure([payload(300), payload(400)])
        let scan = try request.scan(self.offload, as: .respondActivityTaskFailedRequest)
        #expect(request.bodies(scan) == [payload(300), payload(400)])
        let spliced = try request.spliced(scan, [payload(10), payload(500)])
        #expect(spliced == failure([payload(10), payload(500)]))
    }

    @Test("What is nested deeper than that is an error that says where, not a message without payloads")
    func tooDeep() throws {
        var failure = ByteBuffer()
        // The innermost are too short to hold anything, so nobody looks into them.
        for _ in 0...(PayloadScanner.depthLimit + 100) {
            let inner = failure
            failure = message { $0.writeField(4, bytes: inner) }
        }
        let request = message { $0.writeField(2, bytes: failure) }
        let error = #expect(throws: WireError.self) {
            try request.scan(self.offload, as: .respondActivityTaskFailedRequest)
        }
        #expect(error?.kind == .tooDeep)
    }

    @Test("ES-C4 A request to start an operation on the server's endpoint holds an envelope, marked or not")
    func nexusStart() throws {
        func request(_ endpoint: String, metadata: [(String, String)]) -> ByteBuffer {
            message { request in
                request.writeField(5, string: endpoint)
                request.writeField(11, bytes: payload(start(payload(300)), metadata: metadata))
            }
        }
        let envelope = request("__temporal_system", metadata: Array(envelopeMetadata.prefix(2)))
        let type = MessageType.startNexusOperationExecutionRequest
        #expect(envelope.bodies(try envelope.scan(self.offload, as: type)) == [payload(300)])
        let own = request("mine", metadata: Array(envelopeMetadata.prefix(2)))
        #expect(try own.scan(self.offload, as: type).sites.map(\.frame) == [-1])
    }

    @Test("The message around many payloads is read once for all of them")
    func manyInputs() throws {
        func message(_ field: UInt32, _ count: Int) -> ByteBuffer {
            ExternalStorageWireTests.message { message in
                for _ in 0..<count { message.writeField(field, bytes: payload(ByteBuffer(bytes: [7]), metadata: [])) }
            }
        }
        let scanner = PayloadScanner(purpose: .offload(minimumSize: 1))
        let count = 10_000
        // The same bytes in a message that has no endpoint to look for.
        let plain = message(1, count)
        let attributes = message(4, count)
        let clock = ContinuousClock()
        var (withEndpoint, without) = (Duration.seconds(1_000), Duration.seconds(1_000))
        for _ in 0..<3 {
            without = min(without, try clock.measure { _ = try plain.scan(scanner, as: .payloads) })
            withEndpoint = min(
                withEndpoint,
                try clock.measure {
                    let scan = try attributes.scan(scanner, as: .scheduleNexusOperationCommandAttributes)
                    #expect(scan.sites.count == count && scan.needsNormalization)
                }
            )
        }
        // Some thousand times as long, 5 x 10^7 fields, if it were read for each.
        #expect(withEndpoint < without * 100)
    }

    @Test("A message inside of another that is nested too deep stays; the payloads around it are found")
    func embeddedTooDeep() throws {
        var failure = ByteBuffer()
        for _ in 0..<PayloadScanner.depthLimit {
            let inner = failure
            failure = message { $0.writeField(4, bytes: inner) }
        }
        let details = message { any in
            any.writeField(1, string: "type.googleapis.com/temporal.api.errordetails.v1.QueryFailedFailure")
            any.writeField(2, bytes: message { $0.writeField(1, bytes: failure) })
        }
        let status = message { status in
            status.writeField(3, bytes: details)
            status.writeField(3, bytes: anyStart(start(payload(300))))
        }
        let scan = try status.scan(self.offload, as: .status)
        #expect(status.bodies(scan) == [payload(300)])
    }

    @Test("ES-C3 An Any of a type that nobody knows is left as it is")
    func unknownAny() throws {
        let any = message { any in
            any.writeField(1, string: "type.googleapis.com/some.Other")
            any.writeField(2, bytes: start(payload(300)))
        }
        let message = message { task in
            task.writeField(15, bytes: ExternalStorageWireTests.message { $0.writeField(5, bytes: any) })
        }
        #expect(try message.scan(self.offload, as: .pollWorkflowTaskQueueResponse).sites.isEmpty)
    }

    @Test(
        "What is not protobuf is an error, and nothing is found in it",
        arguments: [
            [0x2A, 0x05, 0x0A],  // longer than what is there
            [0x2A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],  // a length of 2^64 - 1
            [0x2B],  // a group that nobody closes
            [0x2C],  // a group that nobody opened
            [0x2E],  // wire type 6
            [0x00],  // field number zero
            [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],  // a tag of eleven bytes
        ] as [[UInt8]]
    )
    func malformed(_ bytes: [UInt8]) {
        #expect(throws: WireError.self) {
            try ByteBuffer(bytes: bytes).scan(self.resolve, as: .startWorkflowExecutionRequest)
        }
    }

    @Test("Groups are skipped, nested ones too, and what stands behind them is found")
    func groups() throws {
        var message = ByteBuffer(bytes: [0x9B, 0x06, 0xA3, 0x06, 0x08, 0x01, 0xA4, 0x06, 0x12, 0x01, 0x00, 0x9C, 0x06])
        message.writeImmutableBuffer(start(payload(200)))
        #expect(try message.scan(self.offload, as: .startWorkflowExecutionRequest).sites.count == 1)
    }

    @Test("Messages that are nested too deeply are an error, not a crash")
    func depth() {
        var failure = message { $0.writeField(20, bytes: reference) }
        for _ in 0..<12_000 {
            let inner = failure
            failure = message { $0.writeField(4, bytes: inner) }
        }
        let message = message { $0.writeField(2, bytes: failure) }
        #expect(throws: WireError.self) { try message.scan(self.resolve, as: .respondActivityTaskFailedRequest) }
    }
}
