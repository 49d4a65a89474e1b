//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Testing

@testable import ExternalStorageProxy

@Suite("Limits", .timeLimit(.minutes(1)))
struct LimitTests {
    @Test("A message over the limit fails its call only, in either direction")
    func messageSize() async throws {
        var configuration = ExternalStorageProxyConfiguration()
        configuration.messageSizeLimit = 1_048_576

        try await withServer(FakeTemporal()) { server in
            try await withProxy(to: server, configuration: configuration) { proxy in
                try await withClient(to: proxy.address) { client in
                    let exact = try await client.call("Echo", [Array(repeating: 1, count: 1_048_576)])
                    #expect(exact.status.code == .ok)
                    let larger = try await client.call("Echo", [Array(repeating: 1, count: 1_048_577)])
                    #expect(larger.status.code != .ok)
                    #expect(larger.messages.isEmpty)

                    let answer = try await client.call("Zeros", [Array("1048576".utf8)])
                    #expect(answer.status.code == .ok)
                    #expect(answer.messages.first?.count == 1_048_576)
                    let largerAnswer = try await client.call("Zeros", [Array("1048577".utf8)])
                    #expect(largerAnswer.status.code == .resourceExhausted)
                    #expect(largerAnswer.messages.isEmpty)

                    #expect(try await client.call("Echo").status.code == .ok)
                }
            }
        }
    }
}
