//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import Foundation
import NIOCore
import SwiftProtobuf
import TemporalAPI
import Testing

@testable import TemporalNative

@Suite("Values become payloads and payloads values")
struct DataConverterTests {
    private struct Order: Codable, Hashable, Sendable {
        var zebra = "z/é"
        var amount = 3
        var bytes = Data([1, 2])
        var note: String?
    }

    private static let converter = DataConverter()

    private static func payload(_ encoding: String, _ text: String) -> Payload {
        Payload(metadata: ["encoding": Array(encoding.utf8)], data: ByteBuffer(string: text))
    }

    @Test("Each kind of value has the encoding that other SDKs give it")
    func encodings() throws {
        func encoding(_ value: any Sendable) throws -> String { try Self.converter.payload(for: value).encoding }
        #expect(try encoding(()) == "binary/null")
        #expect(try encoding(Int?.none) == "binary/null")
        #expect(try encoding(String??.some(.none)) == "json/plain")
        #expect(try encoding([UInt8]([1])) == "binary/plain")
        #expect(try encoding([UInt8]?.some([1])) == "binary/plain")
        #expect(try encoding(Data([1])) == "binary/plain")
        #expect(try encoding(ByteBuffer(bytes: [1])) == "binary/plain")
        #expect(try encoding(Temporal_Api_Common_V1_WorkflowType.with { $0.name = "x" }) == "json/protobuf")
        #expect(try encoding(Order()) == "json/plain")
        #expect(try encoding("text") == "json/plain")
        #expect(try encoding(7) == "json/plain")
    }

    @Test("JSON has sorted keys and no escaped slashes, so equal values are equal bytes")
    func json() throws {
        let payload = try Self.converter.payload(for: Order())
        #expect(String(buffer: payload.data) == #"{"amount":3,"bytes":"AQI=","zebra":"z/é"}"#)
        #expect(
            try Self.converter.payload(for: ["b": 1, "a": 2, "c": 3]).data
                == ByteBuffer(string: #"{"a":2,"b":1,"c":3}"#)
        )
    }

    @Test("A value comes back as it was")
    func roundTrips() throws {
        func same<Value: Equatable & Sendable>(_ value: Value) throws -> Bool {
            try Self.converter.value(from: Self.converter.payload(for: value), as: Value.self) == value
        }
        #expect(try same(Order()))
        #expect(try same(Order?.some(Order())))
        #expect(try same(Order?.none))
        #expect(try same([UInt8]([0, 1, 255])))
        #expect(try same([UInt8]?.some([0, 1, 255])))
        #expect(try same(Data([0, 1, 255])))
        #expect(try same(ByteBuffer(bytes: [0, 1, 255])))
        #expect(try same("text"))
        #expect(try same([1.5, -2]))
        #expect(try same(Temporal_Api_Common_V1_WorkflowType.with { $0.name = "x" }))
        #expect(try same(Date(timeIntervalSince1970: 1_700_000_000)))
        #expect(try same(Date(timeIntervalSince1970: 1_700_000_000.25)))
    }

    @Test("What other SDKs write is read", arguments: ["2024-01-02T03:04:05Z", "2024-01-02T05:04:05.000+02:00"])
    func dates(_ text: String) throws {
        let date: Date = try Self.converter.value(from: Self.payload("json/plain", "\"\(text)\""))
        #expect(date == Date(timeIntervalSince1970: 1_704_164_645))
    }

    @Test("Protobuf is read in both forms, and written in the binary one if that converter is first")
    func protobuf() throws {
        typealias Message = Temporal_Api_Common_V1_WorkflowType
        let message = Message.with { $0.name = "x" }
        var converter = Self.converter
        converter.payloadConverters.insert(ProtobufConverter(), at: 0)
        let binary = try converter.payload(for: message)
        #expect(binary.encoding == "binary/protobuf")
        #expect(binary.metadata["messageType"] == Array("temporal.api.common.v1.WorkflowType".utf8))
        #expect(try Self.converter.value(from: binary, as: Message.self) == message)
        let json = Self.payload("json/protobuf", #"{"name":"x","unknown":1}"#)
        #expect(try Self.converter.value(from: json, as: Message.self) == message)
    }

    @Test("A payload is taken as it is, and anything may be nothing")
    func rawAndVoid() throws {
        let payload = Self.payload("some/thing", "x")
        #expect(try Self.converter.payload(for: payload) == payload)
        #expect(try Self.converter.value(from: payload, as: Payload.self) == payload)
        #expect(try Self.converter.value(from: payload, as: Void.self) == ())
    }

    @Test("What does not fit is an error that says what was there and what was wanted")
    func misfits() throws {
        struct Plain: Sendable {}
        let unknown = try #require(throws: TemporalError.self) { try Self.converter.payload(for: Plain()) }
        #expect(unknown.code == .conversionFailed)
        #expect(unknown.message.contains("Plain"))
        let wrong = try #require(throws: TemporalError.self) {
            try Self.converter.value(from: Self.payload("json/plain", "true"), as: Int.self)
        }
        #expect(wrong.code == .conversionFailed)
        #expect(wrong.message.contains("Int"))
        let strange = try #require(throws: TemporalError.self) {
            try Self.converter.value(from: Self.payload("some/thing", "x"), as: Int.self)
        }
        #expect(strange.message.contains("some/thing"))
        #expect(throws: TemporalError.self) {
            try Self.converter.value(from: Self.converter.payload(for: ()), as: Int.self)
        }
    }
}
