//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageTesting
import NIOCore
import Testing

@testable import ExternalStorageCodecServer

@Suite("JSON of payloads")
struct PayloadsJSONTests {
    private static let limits = PayloadsJSON.Limits(count: 100, payloadSizeInBytes: 1_000_000)

    private static func parse(_ text: String, limits: PayloadsJSON.Limits = Self.limits) throws -> [Payload] {
        try PayloadsJSON.payloads(in: ByteBuffer(string: text), limits: limits)
    }

    private static func text(_ payloads: [Payload]) -> String {
        var body = PayloadsBody(payloads)
        var text = ByteBuffer()
        while let piece = body.next() { text.writeImmutableBuffer(piece) }
        #expect(text.readableBytes == PayloadsBody(payloads).sizeInBytes)
        return String(buffer: text)
    }

    @Test(
        "Both spellings, numbers and strings, null and unknown fields are read",
        arguments: [
            #"{"payloads":[{"metadata":{"encoding":"YQ=="},"data":"YmM=","externalPayloads":[{"sizeBytes":"123"}]}]}"#,
            #"{"payloads":[{"metadata":{"encoding":"YQ=="},"data":"YmM=","external_payloads":[{"size_bytes":123}]}]}"#,
            #" { "payloads" : [ { "data" : "YmM" , "metadata" : { "encoding" : "YQ" } , "externalPayloads" : [ { "size_bytes" : 1.23e2 } ] } ] } "#,
            #"{"x":{"y":[1,-2.5e3,true,null,"z\"\u00e9"]},"payloads":[{"q":[],"metadata":{"encoding":"Y\u0051=="},"data":"Ym\u004d=","externalPayloads":[{"sizeBytes":"123","z":{}}]}]}"#,
        ]
    )
    func spellings(_ text: String) throws {
        let payload = Payload(
            metadata: ["encoding": Array("a".utf8)],
            data: ByteBuffer(string: "bc"),
            externalPayloadSizes: [123]
        )
        #expect(try Self.parse(text) == [payload])
    }

    @Test(
        "Nothing, null and empty are the same",
        arguments: ["{}", #"{"payloads":null}"#, #"{"payloads":[]}"#]
    )
    func empty(_ text: String) throws {
        #expect(try Self.parse(text).isEmpty)
        #expect(Self.text([]) == #"{"payloads":[]}"#)
    }

    @Test("An empty payload, and null fields in one")
    func emptyPayload() throws {
        let payload = Payload(metadata: [:], data: ByteBuffer())
        #expect(
            try Self.parse(#"{"payloads":[{},{"metadata":null,"data":null,"externalPayloads":null}]}"#) == [
                payload, payload,
            ]
        )
        #expect(Self.text([payload]) == #"{"payloads":[{}]}"#)
    }

    @Test("Written is proto3 JSON, with sizes as strings in camel case, as the Web UI needs it")
    func written() {
        let payload = Payload(
            metadata: ["messageType": Array("t".utf8), "a\"\n": []],
            data: ByteBuffer(string: "~~~?"),
            externalPayloadSizes: [5_242_911, 0]
        )
        #expect(
            Self.text([payload, .text("é")])
                == #"{"payloads":[{"metadata":{"a\"\u000a":"","messageType":"dA=="},"data":"fn5+Pw==","#
                + #""externalPayloads":[{"sizeBytes":"5242911"},{}]},{"metadata":{"encoding":"anNvbi9wbGFpbg=="},"data":"IsOpIg=="}]}"#
        )
    }

    @Test(
        "What is written is read back, of any size",
        arguments: [0, 1, 2, 3, 4, 49_151, 49_152, 49_153, 49_154, 200_000]
    )
    func roundTrip(_ size: Int) throws {
        let payloads = [Payload.sample(1, sizeInBytes: size), .text("b"), .sample(2, sizeInBytes: size + 1)]
        #expect(try Self.parse(Self.text(payloads)) == payloads)
    }

    @Test("A value is written in pieces, so that its memory is that of the payload and one piece")
    func pieces() {
        var body = PayloadsBody([.sample(1, sizeInBytes: 1_000_000)])
        var largest = 0
        var count = 0
        while let piece = body.next() {
            largest = max(largest, piece.readableBytes)
            count += 1
        }
        #expect(largest <= 65_536)
        #expect(count > 20)
    }

    @Test("Base64 without padding and with the URL-safe alphabet is read")
    func base64() throws {
        for text in ["-_8=", "-_8", "+/8=", #"+\/8="#] {
            #expect(try Self.parse(#"{"payloads":[{"data":"\#(text)"}]}"#)[0].data == ByteBuffer(bytes: [0xFB, 0xFF]))
        }
    }

    @Test(
        "What is not JSON of payloads is refused with the place, and without the content",
        arguments: [
            "", "null", "[]", "{", #"{"payloads":"secret"}"#, #"{"payloads":[null]}"#, #"{"payloads":["secret"]}"#,
            #"{"payloads":[{"data":"secret!"}]}"#, #"{"payloads":[{"data":"A"}]}"#, #"{"payloads":[{"data":"AA="}]}"#,
            #"{"payloads":[{"data":"AAA=="}]}"#, #"{"payloads":[{"data":"A==="}]}"#, #"{"payloads":[{"data":"="}]}"#,
            #"{"payloads":[{"data":5}]}"#, #"{"payloads":[{"metadata":{"a":null}}]}"#,
            #"{"payloads":[{"metadata":[]}]}"#,
            #"{"payloads":[{"externalPayloads":[{"sizeBytes":"secret"}]}]}"#,
            #"{"payloads":[{"externalPayloads":[{"sizeBytes":"-1"}]}]}"#,
            #"{"payloads":[{"externalPayloads":[{"sizeBytes":1.5}]}]}"#,
            #"{"payloads":[{"externalPayloads":[{"sizeBytes":99999999999999999999}]}]}"#,
            #"{"payloads":[]} x"#, #"{"payloads":[],}"#, #"{"payloads":[{"data":"AA"#, #"{"a":"\"#, #"{"a":"\ud800"}"#,
            #"{"\ud800":1}"#, #"{"payloads":[{"data":"\uZZZZ"}]}"#, "{\"a\":\"\u{1}\"}", #"{"a":tru}"#, #"{"a" 1}"#,
            "{\"x\":" + String(repeating: "[", count: 200) + String(repeating: "]", count: 200) + "}",
        ]
    )
    func malformed(_ text: String) {
        if text == #"{"a":"\ud800"}"# {
            // A value of a field that nobody knows is stepped over, whatever it says.
            #expect(throws: Never.self) { try Self.parse(text) }
            return
        }
        let error = #expect(throws: PayloadsJSON.Malformed.self) { try Self.parse(text) }
        #expect(error?.reason.contains("secret") == false)
    }

    @Test("Random damage to a body never does more than to be refused")
    func damage() throws {
        let body = Array(Self.text([.text("a"), .sample(1, sizeInBytes: 500)]).utf8)
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<5_000 {
            var damaged = body
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let index = Int.random(in: 0..<damaged.count, using: &generator)
                if Bool.random(using: &generator) {
                    damaged[index] = UInt8.random(in: 0...255, using: &generator)
                } else {
                    damaged.remove(at: index)
                }
            }
            _ = try? PayloadsJSON.payloads(in: ByteBuffer(bytes: damaged), limits: Self.limits)
        }
    }

    @Test("More payloads, or larger ones, than allowed are refused")
    func limits() throws {
        let text = Self.text(Array(repeating: .text("a"), count: 4))
        #expect(try Self.parse(text, limits: .init(count: 4, payloadSizeInBytes: 100)).count == 4)
        #expect(throws: PayloadsJSON.Malformed.self) {
            try Self.parse(text, limits: .init(count: 3, payloadSizeInBytes: 100))
        }
        #expect(throws: PayloadsJSON.Malformed.self) {
            try Self.parse(text, limits: .init(count: 4, payloadSizeInBytes: 5))
        }
    }
}
