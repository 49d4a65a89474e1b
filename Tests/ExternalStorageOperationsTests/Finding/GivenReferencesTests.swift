//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageOperations
import NIOCore
import SwiftProtobuf
import Testing

@Suite("References that are given")
struct GivenReferencesTests {
    private static func reference(_ name: String) -> StorageReference {
        StorageReference(driverName: "local-disk", claim: ["key": Samples.key(name)])
    }

    private func keys(_ text: String) async throws -> [String?] {
        try await self.keys(ByteBuffer(string: text))
    }

    private func keys(_ bytes: ByteBuffer) async throws -> [String?] {
        let payloads = try GivenReferences.payloads(in: bytes)
        return try await Samples.withStorage { storage, _, _ in
            let findings = try await ReferenceFinder(storage: storage).find(given: payloads)
            #expect(findings.problems.isEmpty)
            #expect(findings.sightings.map(\.place.index) == Array(payloads.indices))
            return findings.sightings.map { $0.reference.claim["key"] }
        }
    }

    @Test("ES-W3 the JSON of a reference, in both spellings")
    func plain() async throws {
        #expect(try await self.keys("{\"driverName\":\"local-disk\",\"claimData\":{\"key\":\"a\"}}\n") == ["a"])
        #expect(try await self.keys(" {\"driver_name\":\"local-disk\", \"claim_data\":{\"key\":\"a\"}}") == ["a"])
    }

    @Test("ES-W1 a serialized payload")
    func serialized() async throws {
        let payload = Self.reference("a").payload(forStored: 10)
        #expect(try await self.keys(payload.serializedBytes) == [Samples.key("a")])
    }

    @Test("ES-G1 all references of any JSON with payloads in it, in their order")
    func nested() async throws {
        let payloads = try ["a", "b"].map { try APIPayload.reference($0).jsonString() }
        let text = "{\"events\":[{\"input\":{\"payloads\":[\(payloads[0])]}},{\"x\":\(payloads[1])}],\"n\":1}"
        #expect(try await self.keys(text) == [Samples.key("a"), Samples.key("b")])
    }

    @Test(
        "What is no reference is refused, with what is expected",
        arguments: [
            "", "hello", "{}", "[]", "null", "{\"metadata\":{\"encoding\":\"anNvbi9wbGFpbg==\"},\"data\":\"MQ==\"}",
            "\u{0}\u{1}",
        ]
    )
    func refused(_ text: String) {
        let error = #expect(throws: OperationsError.self) {
            try GivenReferences.payloads(in: ByteBuffer(string: text))
        }
        #expect(error?.code == .refused && error?.message.contains("standard input") == true)
    }
}
