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
}
