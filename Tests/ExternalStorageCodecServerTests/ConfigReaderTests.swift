//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Configuration
import ExternalStorageCodecServer
import Testing

@Suite("The codec server from configuration")
struct ConfigReaderTests {
    private static func reader(_ values: [AbsoluteConfigKey: ConfigValue]) -> ConfigReader {
        ConfigReader(provider: InMemoryProvider(values: values))
    }

    private static func list(_ texts: String...) -> ConfigValue { ConfigValue(.stringArray(texts), isSecret: false) }

    @Test("Every key of the server arrives, and what is not set keeps its default")
    func server() throws {
        let configuration = try CodecServer.Configuration(
            configReader: Self.reader([
                "host": "::1", "port": 1, "allowsAnyone": true, "readsNamespaceFromPath": true,
                "origins": Self.list("https://a.example"), "allowsCredentials": true, "requestsPerSecond": 2.5,
                "burst": 3,
                "limits.bodySizeInBytes": 4, "limits.payloadSizeInBytes": 5, "limits.payloads": 6,
                "limits.resolvedSizeInBytes": 7, "limits.requestMemoryInBytes": 8, "limits.responseMemoryInBytes": 9,
                "limits.connections": 10, "timeouts.idle": 11, "timeouts.request": 12, "timeouts.slowTransfer": 13,
                "timeouts.admission": 14, "timeouts.processing": 15, "timeouts.stalledResponse": 16,
                "timeouts.response": 17, "timeouts.drain": 0,
            ])
        )
        #expect(configuration.host == "::1" && configuration.port == 1)
        #expect(configuration.allowsAnyone && configuration.readsNamespaceFromPath)
        #expect(
            configuration.crossOrigin.origins == ["https://a.example"] && configuration.crossOrigin.allowsCredentials
        )
        #expect(configuration.rateLimit == CodecServer.RateLimit(requestsPerSecond: 2.5, burst: 3))
        let limits = configuration.limits
        #expect([limits.bodySizeInBytes, limits.payloadSizeInBytes, limits.payloads] == [4, 5, 6])
        #expect([limits.resolvedSizeInBytes, limits.requestMemoryInBytes, limits.responseMemoryInBytes] == [7, 8, 9])
        #expect(limits.connections == 10)
        let timeouts = configuration.timeouts
        #expect(
            [timeouts.idle, timeouts.request, timeouts.slowTransfer] == [.seconds(11), .seconds(12), .seconds(13)]
        )
        #expect([timeouts.admission, timeouts.processing] == [.seconds(14), .seconds(15)])
        #expect([timeouts.stalledResponse, timeouts.response, timeouts.drain] == [.seconds(16), .seconds(17), .zero])

        let empty = try CodecServer.Configuration(configReader: Self.reader([:]))
        #expect(empty.port == 8_081 && empty.limits == CodecServer.Limits() && empty.timeouts == CodecServer.Timeouts())
        #expect(empty.rateLimit == CodecServer.Configuration().rateLimit)
        #expect(try CodecServer.Configuration(configReader: Self.reader(["requestsPerSecond": 0.0])).rateLimit == nil)
    }

    @Test("Every key of tokens arrives")
    func tokens() throws {
        let configuration = try JWTAuthenticator.Configuration(
            configReader: Self.reader([
                "keys": "https://a.example/keys", "issuers": Self.list("i"), "audiences": Self.list("x", "y"),
                "permissionsClaim": "p", "readingRoles": Self.list("r"), "writingRoles": Self.list("w"),
                "everywhere": "*",
                "subjectClaim": "s", "leeway": 0, "keyLifetime": 1, "minimumRefreshInterval": 2,
            ])
        )
        var expected = JWTAuthenticator.Configuration(
            keys: "https://a.example/keys",
            issuers: ["i"],
            audiences: ["x", "y"]
        )
        expected.permissionsClaim = "p"
        expected.readingRoles = ["r"]
        expected.writingRoles = ["w"]
        expected.everywhere = "*"
        expected.subjectClaim = "s"
        expected.leeway = .zero
        expected.keyLifetime = .seconds(1)
        expected.minimumRefreshInterval = .seconds(2)
        #expect(configuration == expected)
    }

    @Test(
        "What cannot be is refused by name",
        arguments: [
            (["port": "http"], "port"), (["burst": 0], "burst"), (["limits.payloads": 0], "limits.payloads"),
            (["timeouts.idle": "long"], "timeouts.idle"), (["origins": "https://a.example"], "origins"),
            (["certificateChain": "/nowhere"], "privateKey"),
            (["certificateChain": "/nowhere", "privateKey": "/nowhere"], "/nowhere"),
        ] as [([AbsoluteConfigKey: ConfigValue], String)]
    )
    func refused(values: [AbsoluteConfigKey: ConfigValue], name: String) {
        let error = #expect(throws: CodecServerError.self) {
            try CodecServer.Configuration(configReader: Self.reader(values))
        }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains(name) == true, "\(String(describing: error))")
    }

    @Test(
        "Tokens that anybody could have are refused",
        arguments: [
            [:], ["keys": "https://a.example/keys", "audiences": Self.list("x")],
            ["keys": "https://a.example/keys", "issuers": Self.list("i")],
            ["keys": "http://a.example/keys", "issuers": Self.list("i"), "audiences": Self.list("x")],
        ] as [[AbsoluteConfigKey: ConfigValue]]
    )
    func refusedTokens(values: [AbsoluteConfigKey: ConfigValue]) {
        let error = #expect(throws: CodecServerError.self) {
            try JWTAuthenticator.Configuration(configReader: Self.reader(values))
        }
        #expect(error?.code == .invalidConfiguration)
    }
}
