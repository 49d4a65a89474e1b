//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Groundwork
import Testing

@Suite("Addresses as people write them")
struct HostAndPortTests {
    @Test(
        "Names, IPv4 and IPv6 with a port",
        arguments: [
            ("127.0.0.1:7233", "127.0.0.1", 7_233), ("localhost:0", "localhost", 0),
            ("temporal.example.com:65535", "temporal.example.com", 65_535), ("[::1]:80", "::1", 80),
        ]
    )
    func right(_ text: String, _ host: String, _ port: Int) throws {
        let address = try #require(HostAndPort(text))
        #expect((address.host, address.port) == (host, port))
        #expect(address.description == text)
    }

    @Test(
        "Anything else is no address",
        arguments: [
            "", ":", "7233", "localhost", "localhost:", ":7233", "localhost:-1", "localhost:+1", "localhost:65536",
            "localhost:7233 ", "http://localhost:7233", "::1:80", "[::1]", "[::1:80", "[localhost]:80", "a b:1",
        ]
    )
    func wrong(_ text: String) {
        #expect(HostAndPort(text) == nil)
    }
}
