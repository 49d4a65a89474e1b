//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Configuration
import ExternalStorageProxy
import GRPCCore
import TemporalTransport
import Testing

@Suite("The proxy and its transport from configuration")
struct ConfigReaderTests {
    private static func reader(_ values: [AbsoluteConfigKey: ConfigValue]) -> ConfigReader {
        ConfigReader(provider: InMemoryProvider(values: values))
    }

    @Test("Every key of the proxy arrives; what cannot be is refused by name")
    func proxy() throws {
        let read = try ExternalStorageProxyConfiguration(
            configReader: Self.reader(["messageSizeLimit": 1, "memoryLimit": 2, "callsPerConnection": 3, "drain": 0])
        )
        #expect([read.messageSizeLimit, read.memoryLimit, read.callsPerConnection] == [1, 2, 3])
        #expect(read.drain == .zero)
        let empty = try ExternalStorageProxyConfiguration(configReader: Self.reader([:]))
        #expect(empty.callsPerConnection == 10_000 && empty.drain == .seconds(30))
        for (key, value) in [("memoryLimit", 0), ("callsPerConnection", 0), ("drain", -1)] as [(AbsoluteConfigKey, Int)]
        {
            let error = #expect(throws: ExternalStorageProxyError.self) {
                try ExternalStorageProxyConfiguration(
                    configReader: Self.reader([key: ConfigValue(.int(value), isSecret: false)])
                )
            }
            #expect(error?.code == .invalidConfiguration)
            #expect(error?.message.contains("\(key)") == true)
        }
    }

    @Test("Every key of the transport arrives; what cannot be is refused by name")
    func transport() throws {
        let read = try HTTP2CallTransport.Configuration(
            configReader: Self.reader([
                "authority": "a", "messageSizeLimit": 1, "connectTimeout": 2, "keepaliveInterval": 3,
                "keepaliveTimeout": 4,
            ])
        )
        #expect(read.authority == "a" && read.messageSizeLimit == 1)
        #expect(
            [read.connectTimeout, read.keepaliveInterval, read.keepaliveTimeout]
                == [.seconds(2), .seconds(3), .seconds(4)]
        )
        #expect(try HTTP2CallTransport.Configuration(configReader: Self.reader([:])).connectTimeout == .seconds(20))
        let error = #expect(throws: RPCError.self) {
            try HTTP2CallTransport.Configuration(configReader: Self.reader(["connectTimeout": 0]))
        }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains("connectTimeout") == true)
    }
}
