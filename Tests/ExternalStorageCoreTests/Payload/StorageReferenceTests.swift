//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageTesting
import NIOCore
import Testing

@testable import ExternalStorageCore

@Suite("References")
struct StorageReferenceTests {
    static let messageType = "temporal.api.sdk.v1.ExternalStorageReference"

    @Test("ES-W1 A reference has the encoding, the message type, the JSON and the size")
    func format() throws {
        let reference = StorageReference(driverName: "aws.s3driver", claim: ["key": "k", "bucket": "b"])
        let payload = reference.payload(forStored: 385)

        #expect(
            payload.metadata == ["encoding": Array("json/protobuf".utf8), "messageType": Array(Self.messageType.utf8)]
        )
        #expect(String(buffer: payload.data) == #"{"claimData":{"bucket":"b","key":"k"},"driverName":"aws.s3driver"}"#)
        #expect(payload.externalPayloadSizes == [385])
        #expect(try StorageReference(payload: payload) == reference)
    }

    @Test("ES-W1 A reference is, byte for byte, what the Python SDK writes", arguments: Vectors.references.cases)
    func vector(_ vector: Vectors.References.Case) throws {
        let payload = try Payload(serializedBytes: ByteBuffer(hexadecimal: vector.reference.payloadHex))
        #expect(payload.isReference)
        guard let json = vector.reference.dataUtf8, json.first == "{" else { return }
        let reference = try StorageReference(payload: payload)
        #expect(reference.claim["key"] == vector.storedObjects[0].key)
        let stored = ByteBuffer(hexadecimal: vector.storedObjects[0].bodyHex)
        let written = reference.payload(forStored: stored.readableBytes)
        #expect(String(buffer: written.data) == json)
        #expect(written.externalPayloadSizes == vector.reference.externalPayloads)
        #expect(reference.claim["hash_value"] == PayloadDigest(hashing: stored).hexadecimal)
        if payload.metadata["__temporal_external_storage_reference"] == nil { #expect(written == payload) }
    }

    @Test("ES-W1 Whatever stands in a claim is written as JSON, and read as it was")
    func escaping() throws {
        let reference = StorageReference(
            driverName: "a\"b\\c",
            claim: [
                "": "", "ü": "🎈", "\u{1}\n\u{1F}": "a\tb", "k\u{7F}": String(repeating: "x\"", count: 100), "k": "v",
            ]
        )
        let payload = reference.payload(forStored: 0)
        #expect(payload.externalPayloadSizes == [0])
        #expect(try StorageReference(json: payload.data) == reference)
        #expect(try StorageReference(payload: payload) == reference)
        #expect(String(buffer: payload.data).contains(#""\u0001\u000a\u001f":"a\u0009b""#))
    }

    @Test(
        "ES-W3 The layouts that SDKs write take the fast road, and mean the same on the other",
        arguments: [
            #"{"claimData":{"bucket":"b","key":"v0/ns/default"},"driverName":"aws.s3driver"}"#,
            #"{"driverName":"aws.s3driver", "claimData":{"bucket":"b", "key":"v0/ns/default"}}"#,
            "{\n  \"driverName\": \"aws.s3driver\",\n  \"claimData\": {\n    \"bucket\": \"b\",\n    \"key\": \"v0/ns/default\"\n  }\n}",
            #"{"driverName":"aws.s3driver","claimData":{}}"#, #"{"driverName":"aws.s3driver"}"#,
        ]
    )
    func fastRoad(json: String) throws {
        let bytes = ByteBuffer(string: json)
        let reference = try #require(ReferenceReader.reference(bytes))
        #expect(try StorageReference(json: bytes) == reference)
    }

    @Test(
        "ES-W2 Only the marker, or encoding and message type together, make a reference",
        arguments: [
            (["encoding": "json/protobuf", "messageType": messageType], true),
            (["encoding": "json/protobuf", "messageType": messageType, "more": "x"], true),
            (["__temporal_external_storage_reference": "true"], true),
            (["__temporal_external_storage_reference": "true", "encoding": "binary/encrypted"], true),
            (["__temporal_external_storage_reference": "True"], false),
            (["__temporal_external_storage_reference": "1"], false),
            (["__temporal_external_storage_reference": ""], false),
            (["encoding": "json/protobuf"], false),
            (["messageType": messageType], false),
            (["encoding": "json/plain", "messageType": messageType], false),
            (["encoding": "JSON/protobuf", "messageType": messageType], false),
            (["encoding": "json/protobuf", "messageType": "other.Message"], false),
            (["encoding": "json/external-storage-reference"], false),
            ([:], false),
        ] as [([String: String], Bool)]
    )
    func detection(metadata: [String: String], isReference: Bool) {
        #expect(Payload(metadata, #"{"driverName":"d"}"#).isReference == isReference)
        // Only metadata is looked at.
        #expect(Payload(metadata, "no JSON").isReference == isReference)
    }

    @Test(
        "ES-W3 What any writer writes is read",
        arguments: [
            #"{"driverName":"d","claimData":{"k":"v"}}"#,
            #"{"driver_name":"d","claim_data":{"k":"v"}}"#,
            #"{"claimData":{"k":"v"},"driver_name":"d"}"#,
            "{\n  \"driverName\" : \"d\" ,\r\n\t\"claimData\": {\"k\" :\"v\"}\n}\n",
            #"{"future":[1,-2.5e+3,{"a":null,"b":[]},true,false],"driverName":"d","claimData":{"k":"v"},"x":{}}"#,
            #"{"driverName":"\u0064","claimData":{"\u006b":"\u0076"}}"#,
            #"{"driverName":"x","claimData":{"k":"w"},"driverName":"d","claimData":{"k":"v"}}"#,
        ]
    )
    func tolerance(json: String) throws {
        let payload = Payload(["encoding": "json/protobuf", "messageType": Self.messageType], json)
        #expect(try StorageReference(payload: payload) == StorageReference(driverName: "d", claim: ["k": "v"]))
    }

    @Test(
        "ES-W3 No claim is an empty claim",
        arguments: [#"{"driverName":"d"}"#, #"{"driverName":"d","claimData":null}"#]
    )
    func emptyClaim(json: String) throws {
        let payload = Payload(["encoding": "json/protobuf", "messageType": Self.messageType], json)
        #expect(try StorageReference(payload: payload).claim == [:])
        #expect(payload.externalPayloadSizes.isEmpty)
    }

    @Test(
        "ES-W3 What cannot be read is an error that names the field",
        arguments: [
            (#"{"claimData":{}}"#, "driverName"),
            (#"{"driverName":""}"#, "driverName"),
            (#"{"driverName":null}"#, "driverName"),
            (#"{"driverName":7}"#, "driverName"),
            (#"{"driverName":"d","claimData":"x"}"#, "claimData"),
            (#"{"driverName":"d","claimData":{"k":1}}"#, "claimData.k"),
            (#"{"driverName":"d","claimData":{"k":null}}"#, "claimData.k"),
            ("", "not JSON"), ("{", "not JSON"), ("{}x", "not JSON"), ("[]", "an array"), (#""d""#, "a string"),
            (#"{"driverName":"d",}"#, "not JSON"), (#"{"driverName":"\ud800"}"#, "surrogate"),
            (#"{"driverName":"\x"}"#, "escape"), ("{\"driverName\":\"a\nb\"}", "control character"),
            (#"{"driverName":"d","x":01}"#, "not JSON"), (#"{"driverName":"d","x":nul}"#, "not JSON"),
            (#"{"x":"# + String(repeating: "[", count: 100) + "}", "nested too deep"),
        ]
    )
    func malformed(json: String, names: String) {
        let payload = Payload(["encoding": "json/protobuf", "messageType": Self.messageType], json)
        let error = #expect(throws: ExternalStorageError.self) { try StorageReference(payload: payload) }
        #expect(error?.code == .invalidReference)
        #expect(error?.description.contains(names) == true)
    }

    @Test("ES-W3 Text that is not UTF-8 is an error")
    func invalidUTF8() {
        var data = ByteBuffer(string: #"{"driverName":""#)
        data.writeBytes([0xC3, 0x28])
        data.writeString(#""}"#)
        let metadata = ["encoding": Array("json/protobuf".utf8), "messageType": Array(Self.messageType.utf8)]
        #expect(throws: ExternalStorageError.self) {
            try StorageReference(payload: Payload(metadata: metadata, data: data))
        }
    }

    @Test(
        "Every string survives the JSON",
        arguments: ["", "\"\\/\u{8}\u{C}\n\r\t\u{0}\u{1F}\u{7F}", "é🎈\u{2028}", "a b"]
    )
    func strings(text: String) throws {
        let reference = StorageReference(driverName: "d" + text, claim: ["k" + text: text])
        #expect(try StorageReference(payload: reference.payload(forStored: 1)) == reference)
    }

    @Test("A payload of another kind is refused, and the error names its type")
    func wrongKind() {
        for (payload, name) in [
            (Payload(["encoding": "json/plain"], "{}"), "json/plain"),
            (Payload(["encoding": "json/protobuf", "messageType": "a.B"], "{}"), "a.B"),
            (Payload([:], ""), "missing"),
        ] {
            let error = #expect(throws: ExternalStorageError.self) { try StorageReference(payload: payload) }
            #expect(error?.message.contains(name) == true)
        }
    }

    @Test("ES-W5 A reference of an early preview can be read")
    func legacy() throws {
        let json = #"{"driver_name":"temporalio:driver:s3","driver_claim":{"claim_data":{"key":"k"}},"more":1}"#
        let payload = Payload(["encoding": "json/external-storage-reference"], json)
        let reference = try StorageReference(legacyPayload: payload)
        #expect(reference == StorageReference(driverName: "temporalio:driver:s3", claim: ["key": "k"]))

        let empty = Payload(["encoding": "json/external-storage-reference"], #"{"driver_name":"d"}"#)
        #expect(try StorageReference(legacyPayload: empty).claim == [:])
        for wrong in [#"{"driver_claim":{}}"#, #"{"driver_name":"d","driver_claim":1}"#, "{"] {
            let payload = Payload(["encoding": "json/external-storage-reference"], wrong)
            #expect(throws: ExternalStorageError.self) { try StorageReference(legacyPayload: payload) }
        }
    }
}
