//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import NIOHPACK
import Testing

@testable import TemporalTransport

@Suite("Headers of gRPC")
struct HeaderTests {
    @Test("The text of a status survives the header", arguments: ["", "plain", "100 %", "größer\nals 2 MiB 🦊", "%41"])
    func status(message: String) {
        let encoded = StatusMessage.encoded(message)

        #expect(encoded.utf8.allSatisfy { $0 >= 0x20 && $0 <= 0x7e })
        #expect(StatusMessage.decoded(encoded) == message)
    }

    @Test("What is no percent encoding stays", arguments: ["%", "50%", "%zz", "a%4"])
    func noEncoding(value: String) {
        #expect(StatusMessage.decoded(value) == value)
    }

    @Test("Metadata goes through in order, without what belongs to the connection")
    func metadata() {
        let headers: HPACKHeaders = [
            ":path": "/a/b", "content-type": "application/grpc", "te": "trailers", "a": "1", "x-bin": "AAE",
            "grpc-encoding": "gzip", "a": "2", "grpc-timeout": "5S", "grpc-status": "0", "user-agent": "u",
        ]
        let metadata = Metadata(headers)
        var written = HPACKHeaders()
        written.add(metadata)

        #expect(metadata.map(\.key) == ["a", "x-bin", "a", "grpc-timeout", "user-agent"])
        #expect(Array(metadata[binaryValues: "x-bin"]) == [[0, 1]])
        #expect(written.map(\.name) == metadata.map(\.key))
    }

    @Test("Keys are written in lower case, binary values encoded")
    func written() {
        var metadata: Metadata = ["Upper-Case": "Value"]
        metadata.addBinary([0, 1], forKey: "x-bin")
        var headers = HPACKHeaders()
        headers.add(metadata)

        #expect(headers.first(name: "upper-case") == "Value")
        #expect(headers.contains { $0.name == "upper-case" })
        #expect(headers.first(name: "x-bin")?.hasPrefix("AAE") == true)
    }

    @Test(
        "Timeouts are rounded up, and have at most eight digits",
        arguments: [
            (Duration.zero, "1n"), (.microseconds(5), "5u"), (.milliseconds(1), "1m"), (.seconds(70), "70000m"),
            (.seconds(100_000), "100001S"), (.microseconds(1_500), "2m"), (.seconds(1_000_000_000), "99999999S"),
        ]
    )
    func timeout(timeout: Duration, text: String) {
        #expect(GRPCTimeout.text(timeout) == text)
    }

    @Test("A request has to be gRPC and to name a method")
    func request() throws {
        let good: HPACKHeaders = [":method": "POST", ":path": "/a.B/C", "content-type": "application/grpc+proto"]
        let request = try RequestHeaders(good)
        #expect(request.descriptor.fullyQualifiedMethod == "a.B/C")
        #expect(!request.isGzip)

        func refusal(_ name: String, _ value: String) -> RequestHeaders.Refusal? {
            // In place: pseudo-headers come first.
            var headers = HPACKHeaders(good.map { ($0.name, $0.name == name ? value : $0.value) })
            if !headers.contains(name: name) { headers.add(name: name, value: value) }
            return #expect(throws: RequestHeaders.Refusal.self) { _ = try RequestHeaders(headers) }
        }
        for (name, value, status) in [(":method", "GET", "405"), ("content-type", "text/html", "415")] {
            guard case .http(let code, _)? = refusal(name, value), code == status else {
                Issue.record("\(name) \(value)")
                continue
            }
        }
        for (name, value) in [(":path", "a"), (":path", "/a"), ("grpc-encoding", "snappy")] {
            guard case .status(let status)? = refusal(name, value), status.code == .unimplemented else {
                Issue.record("\(name) \(value)")
                continue
            }
        }
    }

    @Test("A response that is not gRPC's says so, with the code that gRPC has for it")
    func response() {
        #expect(ResponseHeaders.error([":status": "200", "content-type": "application/grpc"]) == nil)
        #expect(ResponseHeaders.error([":status": "503"])?.code == .unavailable)
        #expect(ResponseHeaders.error([":status": "404"])?.code == .unimplemented)
        #expect(ResponseHeaders.error([":status": "503", "grpc-status": "8"]) == nil)
        #expect(ResponseHeaders.error([":status": "200", "content-type": "text/html"])?.code == .unknown)
        #expect(ResponseHeaders.status(["grpc-status": "5", "grpc-message": "a%20b"]).message == "a b")
        #expect(ResponseHeaders.status(["grpc-status": "99"]).code == .unknown)
        #expect(ResponseHeaders.status([:]).code == .unknown)
    }

    @Test(
        "The host in an authority",
        arguments: [
            ("a.example:7233", "a.example"), ("a.example", "a.example"), ("[::1]:7233", "::1"), ("::1", "::1"),
            ("127.0.0.1:1", "127.0.0.1"),
        ]
    )
    func host(authority: String, host: String) {
        #expect(ServerName.host(of: authority) == host)
    }
}
