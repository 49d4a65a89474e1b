//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageWire
import NIOCore
import Testing

@Suite("Payload splicer")
struct PayloadSplicerTests {
    private let offload = PayloadScanner(purpose: .offload(minimumSize: 100))

    @Test("ES-C3 Without replacements the result is the message, byte for byte")
    func identity() throws {
        let message = start(payload(1_000), payload(5))
        let scan = try message.scan(self.offload, as: .startWorkflowExecutionRequest)
        #expect(try message.spliced(scan, [nil]) == message)
    }

    @Test(
        "Every enclosing length is corrected, also where its own size changes",
        arguments: [1, 100, 127, 128, 20_000, 3_000_000, 9_000_000]
    )
    func lengths(_ count: Int) throws {
        let message = start(payload(200), payload(1), payload(300))
        let scan = try message.scan(self.offload, as: .startWorkflowExecutionRequest)
        let result = try message.spliced(scan, [payload(count), nil])
        #expect(result == start(payload(count), payload(1), payload(300)))
    }

    @Test("A result that several threads write is the same, wherever their parts meet", arguments: 0..<8)
    func largeResult(_ shift: Int) throws {
        // Two parts of equal size: the border moves through the lengths and tags between the payloads.
        let (first, second) = (2_097_152 - 200 + 50 * shift, 2_097_152 + 600)
        let message = start(payload(200), payload(1), payload(300))
        let scan = try message.scan(self.offload, as: .startWorkflowExecutionRequest)
        let result = try message.spliced(scan, [payload(first), payload(second)])
        #expect(result == start(payload(first), payload(1), payload(second)))
    }

    @Test("A length that does not change stays as it was written")
    func nonMinimalLengths() throws {
        var message = ByteBuffer(bytes: [0x2A, 0xF0, 0x81, 0x80, 0x00])  // field 5, 240 bytes, in four bytes
        let input = payloads(payload(210))
        #expect(input.readableBytes == 240)
        message.writeImmutableBuffer(input)
        let scan = try message.scan(self.offload, as: .startWorkflowExecutionRequest)
        var expected = ByteBuffer(bytes: [0x2A, 0xF0, 0x81, 0x80, 0x00])
        let other = payload(210, metadata: [("encoding", "JSON/plain")])
        expected.writeImmutableBuffer(payloads(other))
        #expect(try message.spliced(scan, [other]) == expected)
    }

    @Test("A frame that is removed takes all that is in it along")
    func removal() throws {
        let message = start(payload(200))
        let scan = try message.scan(self.offload, as: .startWorkflowExecutionRequest)
        let expected = ExternalStorageWireTests.message { request in
            request.writeField(1, string: "default")
            request.writeField(2, string: "id")
            request.writeField(9, string: "me")
        }
        #expect(try message.spliced(scan, [reference], removals: [0]) == expected)
    }

    @Test("A replacement for a payload that is not there is an error")
    func unknownSite() throws {
        let message = start(payload(200))
        let scan = try message.scan(self.offload, as: .startWorkflowExecutionRequest)
        #expect(throws: WireError.self) { try message.spliced(scan, []) }
    }
}
