//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import Groundwork
internal import HTTPTypes
internal import Logging
internal import Metrics

/// The access log and the metrics: every name in one place.
struct CodecServerTelemetry: Sendable {
    private let logger: Logger
    private let factory: any MetricsFactory

    init(logger: Logger, factory: any MetricsFactory) {
        self.logger = logger
        self.factory = factory
    }

    /// One line per request, when its response has ended.
    ///
    /// - Parameters:
    ///   - record: What happened.
    ///   - duration: Since the request began.
    ///   - isComplete: Whether all of the response was on its way.
    func requestEnded(_ record: RequestRecord, after duration: Duration, isComplete: Bool) {
        let outcome = isComplete ? "\(record.status.code)" : "aborted"
        let labels = [("route", record.route), ("status", outcome)]
        Counter(label: "temporal_storage_codec_server_requests", dimensions: labels, factory: self.factory).increment()
        Timer(
            label: "temporal_storage_codec_server_request_duration",
            dimensions: [("route", record.route)],
            factory: self.factory
        ).recordNanoseconds(Int64(clamping: duration.inNanoseconds))
        Counter(
            label: "temporal_storage_codec_server_response_bytes",
            dimensions: [("route", record.route)],
            factory: self.factory
        ).increment(by: record.responseBytes)
        if let reason = record.reason {
            Counter(
                label: "temporal_storage_codec_server_failures",
                dimensions: [("reason", reason)],
                factory: self.factory
            ).increment()
        }
        self.log(record, outcome, duration)
    }

    /// How much memory is taken, and how many wait for it.
    func memory(_ name: String, _ usage: ByteBudget.Usage) {
        let labels = [("kind", name)]
        Gauge(label: "temporal_storage_codec_server_memory_bytes", dimensions: labels, factory: self.factory)
            .record(usage.taken)
        Gauge(label: "temporal_storage_codec_server_waiting_requests", dimensions: labels, factory: self.factory)
            .record(usage.waiting)
    }

    private func log(_ record: RequestRecord, _ outcome: String, _ duration: Duration) {
        guard record.route != RequestTarget.Route.health.rawValue else { return }
        var metadata: Logger.Metadata = [
            "request": "\(record.id)",
            "method": "\(record.method)",
            "route": "\(record.route)",
            "status": "\(outcome)",
            "address": "\(record.address)",
            "payloads": "\(record.payloads)",
            "request_bytes": "\(record.requestBytes)",
            "response_bytes": "\(record.responseBytes)",
            "milliseconds": "\(duration.inNanoseconds / 1_000_000)",
        ]
        if let namespace = record.namespace { metadata["namespace"] = "\(namespace)" }
        if let subject = record.subject { metadata["caller"] = "\(subject)" }
        if let issuer = record.issuer { metadata["issuer"] = "\(issuer)" }
        if let origin = record.origin { metadata["origin"] = "\(origin)" }
        if let reason = record.reason { metadata["reason"] = "\(reason)" }
        self.logger.info("Request", metadata: metadata)
        guard let detail = record.detail else { return }
        self.logger.warning("Request failed", metadata: ["request": "\(record.id)", "detail": "\(detail)"])
    }
}

extension Duration {
    fileprivate var inNanoseconds: Int64 {
        self.components.seconds * 1_000_000_000 + self.components.attoseconds / 1_000_000_000
    }
}
