//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Metrics
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle
import Testing

@testable import ExternalStorageProxy

@Suite("Metrics as Prometheus reads them", .timeLimit(.minutes(1)))
struct PrometheusTests {
    @Test("Every kind of metric has its lines")
    func text() {
        let metrics = PrometheusMetrics()
        let counter = Counter(label: "jobs.done", dimensions: [("b", "2"), ("a", "say \"1\"\n\\")], factory: metrics)
        counter.increment(by: 3)
        Counter(label: "jobs.done", dimensions: [("a", "say \"1\"\n\\"), ("b", "2")], factory: metrics).increment()
        Meter(label: "depth", factory: metrics).set(2.5)
        let timer = Timer(label: "latency", factory: metrics)
        timer.recordNanoseconds(2_000_000)
        timer.recordNanoseconds(700_000_000_000)

        let lines = metrics.text().split(separator: "\n").map(String.init)

        #expect(lines.prefix(3) == ["# TYPE depth gauge", "depth 2.5", "# TYPE jobs_done_total counter"])
        #expect(lines[3] == #"jobs_done_total{a="say \"1\"\n\\",b="2"} 4"#)
        #expect(lines[4] == "# TYPE latency_seconds histogram")
        #expect(lines.contains(#"latency_seconds_bucket{le="0.001"} 0"#))
        #expect(lines.contains(#"latency_seconds_bucket{le="0.0025"} 1"#))
        #expect(lines.contains(#"latency_seconds_bucket{le="120"} 1"#))
        #expect(lines.contains(#"latency_seconds_bucket{le="+Inf"} 2"#))
        #expect(lines.suffix(2) == ["latency_seconds_sum 700.002", "latency_seconds_count 2"])
    }

    @Test("Labels that come from outside cannot fill the memory")
    func cardinality() {
        let metrics = PrometheusMetrics()
        for index in 0..<(PrometheusMetrics.seriesLimit + 10) {
            Counter(label: "calls", dimensions: [("method", "\(index)")], factory: metrics).increment()
        }

        let lines = metrics.text().split(separator: "\n")

        #expect(lines.count == PrometheusMetrics.seriesLimit + 2)
        #expect(lines.contains(#"calls_total{overflow="true"} 10"#))
    }

    @Test("A name that is taken by another kind of metric does not break the text")
    func clash() {
        let metrics = PrometheusMetrics()
        Meter(label: "x_total", factory: metrics).set(1)
        Counter(label: "x", factory: metrics).increment()

        #expect(metrics.text() == "# TYPE x_total gauge\nx_total 1\n")
    }

    @Test(
        "The server answers /metrics and /healthz, and nothing else",
        arguments: [
            (HTTPMethod.GET, "/metrics", 200, "# TYPE depth gauge\ndepth 1\n"), (.GET, "/metrics?x=1", 200, nil),
            (.GET, "/healthz", 200, "ok\n"), (.HEAD, "/healthz", 200, ""), (.GET, "/", 404, nil),
            (.POST, "/metrics", 405, nil),
        ] as [(HTTPMethod, String, Int, String?)]
    )
    func server(_ method: HTTPMethod, _ path: String, _ status: Int, _ body: String?) async throws {
        let metrics = PrometheusMetrics()
        Meter(label: "depth", factory: metrics).set(1)
        let server = try await MetricsServer(listeningOn: "127.0.0.1", port: 0, metrics: metrics)

        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            let response = try await Self.request(method, path, port: server.port)
            #expect(response.hasPrefix("HTTP/1.1 \(status) "))
            if let body { #expect(response.hasSuffix("\r\n\r\n" + body)) }
            group.cancelAll()
        }
    }

    /// Sends a request and returns all that comes until the server closes.
    private static func request(_ method: HTTPMethod, _ path: String, port: Int) async throws -> String {
        let client = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await client.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: "\(method) \(path) HTTP/1.1\r\nhost: localhost\r\n\r\n"))
            var response = ""
            for try await buffer in inbound { response += String(buffer: buffer) }
            return response
        }
    }
}
