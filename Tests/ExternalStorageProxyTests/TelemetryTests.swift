//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Logging
import Testing

@testable import ExternalStorageProxy

@Suite("What the proxy says of its calls", .timeLimit(.minutes(1)))
struct TelemetryTests {
    @Test("Neither payloads nor credentials are logged, at any level; what is allowed is")
    func log() async throws {
        let log = LogRecorder()
        let metadata: Metadata = [
            "authorization": "Bearer sesame", "cookie": "sesame", "x-api-key": "sesame", "client-name": "temporal-go",
            "temporal-namespace": "orders",
        ]

        try await withServer(FakeTemporal()) { server in
            try await withProxy(to: server, logger: Logger(label: "test") { _ in log.handler(.trace) }) { proxy in
                try await withClient(to: proxy.address) { client in
                    _ = try await client.call("Echo", [Array("sesame".utf8)], metadata: metadata)
                }
            }
        }

        let line = try #require(log.lines.first { $0.contains("test.Service/Echo") })
        #expect(line.contains("temporal-go"))
        #expect(line.contains("orders"))
        #expect(log.lines.allSatisfy { !$0.contains("sesame") })
    }

    @Test("Calls are counted by method and code, and clients cannot make up methods")
    func metrics() async throws {
        let metrics = PrometheusMetrics()

        try await withServer(FakeTemporal()) { server in
            try await withProxy(to: server, metrics: metrics) { proxy in
                try await withClient(to: proxy.address) { client in
                    for _ in 0..<3 { _ = try await client.call("Echo", [[1, 2, 3, 4]]) }
                    _ = try await client.call("Fail")
                    for index in 0..<5 { _ = try await client.call("MadeUp\(index)") }
                }
            }
        }

        let lines = metrics.text().split(separator: "\n")
        for line in [
            #"temporal_storage_proxy_calls_total{code="ok",method="test.Service/Echo"} 3"#,
            #"temporal_storage_proxy_calls_total{code="failedPrecondition",method="test.Service/Fail"} 1"#,
            #"temporal_storage_proxy_calls_total{code="unimplemented",method="other"} 5"#,
            #"temporal_storage_proxy_call_duration_seconds_count{method="test.Service/Echo"} 3"#,
            #"temporal_storage_proxy_message_bytes_total{direction="request"} 18"#,
            #"temporal_storage_proxy_message_bytes_total{direction="response"} 12"#,
            "temporal_storage_proxy_active_calls 0",
            "temporal_storage_proxy_upstream_reachable 1",
        ] {
            #expect(lines.contains { $0 == line }, "\(line)")
        }
    }
}
