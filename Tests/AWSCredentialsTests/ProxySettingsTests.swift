//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Testing

@testable import CredentialExchange

struct ProxySettingsTests {
    private func settings(_ variables: [String: String]) -> ProxySettings {
        ProxySettings(variables)
    }

    @Test("Small letters win, each scheme has its own, and a program for web requests believes no HTTP_PROXY")
    func variables() throws {
        var settings = self.settings([
            "HTTPS_PROXY": "http://big:1", "https_proxy": "small:2", "HTTP_PROXY": "http://u%40:p%3A@plain",
        ])
        #expect(try settings.proxy(scheme: "https", host: "a.example", port: nil)?.host == "small")
        #expect(try settings.proxy(scheme: "https", host: "a.example", port: nil)?.port == 2)
        let plain = try #require(try settings.proxy(scheme: "http", host: "a.example", port: 8080))
        #expect(plain.port == 80)
        #expect(plain.credentials?.user == "u@")
        #expect(plain.credentials?.password == "p:")
        #expect(!"\(plain)".contains("p:"))
        settings = self.settings(["HTTP_PROXY": "http://evil:1", "REQUEST_METHOD": "GET"])
        #expect(try settings.proxy(scheme: "http", host: "a.example", port: nil) == nil)
    }

    @Test(
        "NO_PROXY names hosts, domains, ports and networks; this machine is never asked through a proxy",
        arguments: [
            ("s3.example.com", 443, true), ("example.com", 443, true), ("badexample.com", 443, false),
            ("deep.dotted.org", 443, true), ("dotted.org", 443, false), ("starred.net", 443, false),
            ("x.starred.net", 443, true), ("ported.io", 8443, true), ("ported.io", 443, false), ("10.1.2.3", 443, true),
            ("11.1.2.3", 443, false), ("192.168.0.1", 443, true), ("localhost", 9000, true), ("127.8.0.1", 443, true),
            ("[::1]", 443, true), ("[fd00::1]", 443, true), ("EXAMPLE.com", 443, true), ("other.org", 443, false),
        ]
    )
    func exceptions(host: String, port: Int, isDirect: Bool) throws {
        let settings = self.settings([
            "HTTPS_PROXY": "http://p:1",
            "NO_PROXY": " example.com, .dotted.org,*.starred.net,ported.io:8443,10.0.0.0/8,192.168.0.1,fd00::1,",
        ])
        #expect(try (settings.proxy(scheme: "https", host: host, port: port) == nil) == isDirect)
    }

    @Test("A star is everything")
    func star() throws {
        let settings = self.settings(["HTTPS_PROXY": "http://p:1", "no_proxy": "*"])
        #expect(try settings.proxy(scheme: "https", host: "a.example", port: nil) == nil)
    }

    @Test(
        "What is no proxy's address is a mistake that does not show its password",
        arguments: [
            "https://u:topsecret@p:1", "socks5://p:1", "http://", "p:x", "http://p/path",
        ]
    )
    func mistakes(text: String) {
        let error = #expect(throws: HTTPRouteError.self) {
            try self.settings(["HTTPS_PROXY": text]).proxy(scheme: "https", host: "a.example", port: nil)
        }
        #expect(error?.source == "HTTPS_PROXY")
        #expect(error?.description.contains("topsecret") == false)
    }
}
