//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageWire
import NIOCore
import Testing

@Suite("Message normalizer")
struct MessageNormalizerTests {
    private let offload = PayloadScanner(purpose: .offload(minimumSize: 100))

    @Test("A payload in two halves is merged before it is stored, as every reader would merge it")
    func halves() throws {
        let whole = payload(300)
        let metadata = message { half in
            half.writeField(
                1,
                bytes: ExternalStorageWireTests.message { entry in
                    entry.writeField(1, string: "encoding")
                    entry.writeField(2, string: "json/plain")
                }
            )
        }
        let data = message { $0.writeField(2, bytes: ByteBuffer(repeating: UInt8(ascii: "x"), count: 300)) }
        let failure = message { failure in
            failure.writeField(20, bytes: metadata)
            failure.writeField(1, string: "message")
            failure.writeField(20, bytes: data)
        }
        let split = message { $0.writeField(2, bytes: failure) }
        #expect(try split.scan(self.offload, as: .respondActivityTaskFailedRequest).needsNormalization)

        let normal = try MessageNormalizer.normalize(
            split.readableBytesUInt8Span,
            as: .respondActivityTaskFailedRequest
        )

        let scan = try normal.scan(self.offload, as: .respondActivityTaskFailedRequest)
        #expect(!scan.needsNormalization)
        #expect(normal.bodies(scan) == [whole])
    }

    @Test(
        "A payload in two halves is judged when they are merged, whatever the first one claims to be",
        arguments: [
            // The second half has the request; the first one had other data in its place.
            (second: payload(start(payload(300)), metadata: []), expected: payload(300)),
            // The second half says that it is no envelope after all.
            (
                second: payload(300, metadata: [("__temporal_system_payload", "false")]),
                expected: message { whole in
                    whole.writeImmutableBuffer(payload(garbage, metadata: envelopeMetadata))
                    whole.writeImmutableBuffer(payload(300, metadata: [("__temporal_system_payload", "false")]))
                }
            ),
        ]
    )
    func halfOfAnEnvelope(second: ByteBuffer, expected: ByteBuffer) throws {
        let failure = message { failure in
            failure.writeField(20, bytes: payload(garbage, metadata: envelopeMetadata))
            failure.writeField(20, bytes: second)
        }
        let split = message { $0.writeField(2, bytes: failure) }
        for scanner in [self.offload, PayloadScanner(purpose: .resolve)] {
            #expect(try split.scan(scanner, as: .respondActivityTaskFailedRequest).needsNormalization)
        }

        let normal = try self.normalForm(of: split, as: .respondActivityTaskFailedRequest)

        let scan = try normal.scan(self.offload, as: .respondActivityTaskFailedRequest)
        #expect(!scan.needsNormalization)
        #expect(normal.bodies(scan) == [expected])
        let stored = try normal.spliced(scan, [reference])
        let again = try stored.scan(PayloadScanner(purpose: .resolve), as: .respondActivityTaskFailedRequest)
        #expect(stored.bodies(again) == [reference])
    }

    @Test("What says that it is a message and is none stays as it is in the normal form")
    func embeddedGarbage() throws {
        // A request whose first field stands in it twice, and whose end is none of a request.
        let request = message { request in
            request.writeField(5, bytes: payloads(payload(200)))
            request.writeField(5, bytes: payloads(payload(200)))
            request.writeImmutableBuffer(garbage)
        }
        let status = message { $0.writeField(3, bytes: anyStart(request)) }
        #expect(try self.normalForm(of: status, as: .status) == status)
        #expect(try !status.scan(self.offload, as: .status).needsNormalization)
    }

    @Test("ES-C4 The last endpoint says whether a Nexus operation is the server's own")
    func lastEndpoint() throws {
        func attributes(_ endpoint: String, _ input: ByteBuffer?) -> ByteBuffer {
            message { attributes in
                attributes.writeField(1, string: endpoint)
                if let input { attributes.writeField(4, bytes: input) }
            }
        }
        // Its input is a message with a field in it twice, if it is an envelope, and bytes of the user's otherwise.
        let twice = message { request in
            request.writeField(5, bytes: payloads(payload(200)))
            request.writeField(5, bytes: payloads(payload(200)))
        }
        let input = payload(twice, metadata: Array(envelopeMetadata.prefix(2)))
        let command = message { command in
            command.writeField(18, bytes: attributes("__temporal_system", input))
            command.writeField(18, bytes: attributes("mine", nil))
        }
        let normal = try self.normalForm(of: command, as: .command)
        #expect(normal.bodies(try normal.scan(self.offload, as: .command)) == [input])
    }

    @Test("ES-W2 A marked reference stays as it is in the normal form, whatever else it says of itself")
    func markedReference() throws {
        let twice = message { request in
            request.writeField(5, bytes: payloads(payload(200)))
            request.writeField(5, bytes: payloads(payload(200)))
        }
        let marked = payload(
            twice,
            metadata: envelopeMetadata + [("__temporal_external_storage_reference", "true")]
        )
        #expect(try self.normalForm(of: start(marked), as: .startWorkflowExecutionRequest) == start(marked))
    }

    private func normalForm(of message: ByteBuffer, as type: MessageType) throws -> ByteBuffer {
        try MessageNormalizer.normalize(message.readableBytesUInt8Span, as: type)
    }

    @Test("Setting one member of a oneof clears the other, and all that was merged into it")
    func oneof() throws {
        func attributes(_ input: ByteBuffer) -> ByteBuffer { message { $0.writeField(6, bytes: payloads(input)) } }
        let result = message { $0.writeField(1, bytes: payloads(payload(200))) }
        let command = message { command in
            command.writeField(2, bytes: attributes(payload(300)))
            command.writeField(4, bytes: result)
            command.writeField(2, bytes: attributes(payload(400)))
        }
        let normal = try MessageNormalizer.normalize(command.readableBytesUInt8Span, as: .command)
        #expect(normal == message { $0.writeField(2, bytes: attributes(payload(400))) })
    }

    @Test("ES-C3 So does a member without payloads: protobuf reads what comes after it alone")
    func clearingMember() throws {
        func attributes(_ input: ByteBuffer) -> ByteBuffer { message { $0.writeField(6, bytes: payloads(input)) } }
        let timer = message { $0.writeField(1, string: "timer") }
        let replaced = message { command in
            command.writeField(2, bytes: attributes(payload(300)))
            command.writeField(3, bytes: timer)
            command.writeField(2, bytes: attributes(payload(400)))
        }
        let normal = try MessageNormalizer.normalize(replaced.readableBytesUInt8Span, as: .command)
        #expect(normal.bodies(try normal.scan(self.offload, as: .command)) == [payload(400)])
        let cleared = message { command in
            command.writeField(2, bytes: attributes(payload(300)))
            command.writeField(3, bytes: timer)
        }
        #expect(try cleared.scan(self.offload, as: .command).needsNormalization)
        let rest = try MessageNormalizer.normalize(cleared.readableBytesUInt8Span, as: .command)
        #expect(rest == message { $0.writeField(3, bytes: timer) })
        // One member alone is no reason for a second look.
        let alone = message { $0.writeField(3, bytes: timer) }
        #expect(try !alone.scan(self.offload, as: .command).needsNormalization)
    }
}
