//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import Testing

@testable import ExternalStorageProxy

@Suite("Refused requests", .timeLimit(.minutes(1)))
struct RefusedRequestsTests {
    @Test("A request over the limit is answered as too large, and the connection goes on")
    func tooLarge() async throws {
        var configuration = ExternalStorageProxyConfiguration()
        configuration.messageSizeLimit = 1_048_576

        try await withServer(FakeTemporal()) { server in
            try await withProxy(to: server, configuration: configuration) { proxy in
                try await withClient(to: proxy.address) { client in
                    // More in all than the window of a connection.
                    for size in [1_048_577, 2 * 1_048_576] + Array(repeating: 16 * 1_048_576, count: 6) {
                        let answer = try await client.call("Echo", [Array(repeating: 1, count: size)])
                        #expect(answer.status.code == .resourceExhausted)
                        // How SDKs on sdk-core recognise it.
                        #expect(answer.status.message.hasPrefix("grpc: received message larger than max"))
                        #expect(answer.status.message.contains("(\(size) vs. 1048576)"))
                        #expect(try await client.call("Echo").status.code == .ok)
                    }
                }
            }
        }
    }
}
