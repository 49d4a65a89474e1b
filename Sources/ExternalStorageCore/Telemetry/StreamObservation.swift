//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import CoreMetrics
import Logging
import NIOConcurrencyHelpers
import NIOCore
import Tracing

/// One payload that is retrieved in chunks, from the first to the last: a span, and at its end the metrics (ES-O1, ES-O2).
///
/// A reader may stop in the middle: then what came until then is reported when the reader goes.
final class StreamObservation: Sendable {
    private let driver: RegisteredDriver
    private let usage: LimiterUsage
    private let telemetry: StorageTelemetry
    private let span: any Span
    private let start = ContinuousClock.now
    private let state = NIOLockedValueBox((sizeInBytes: 0, hasEnded: false))

    init(of driver: RegisteredDriver, usage: LimiterUsage, telemetry: StorageTelemetry) {
        self.driver = driver
        self.usage = usage
        self.telemetry = telemetry
        self.span = startSpan(StorageSpans.name(of: .retrieve), ofKind: .client)
        self.span.attributes[StorageSpans.driver] = driver.name
        self.span.attributes[StorageSpans.driverType] = driver.type
        self.span.attributes[StorageSpans.payloads] = 1
    }

    deinit {
        self.end(payloads: 0)
    }

    /// A chunk came; nil is the end.
    func came(_ chunk: ByteBuffer?) {
        guard let chunk else { return self.end(payloads: 1) }
        self.state.withLockedValue { $0.sizeInBytes += chunk.readableBytes }
    }

    /// - Returns: The error to throw.
    func failed(_ error: any Error) -> any Error {
        let error = self.driver.classified(error, operation: .retrieve)
        if let failure = error as? ExternalStorageError {
            self.span.attributes[StorageSpans.errorCode] = failure.code.description
            self.telemetry.metrics(.retrieve, self.driver.type).failed(failure.code)
        }
        self.span.recordError(error)
        self.end(payloads: 0)
        return error
    }

    private func end(payloads: Int) {
        let sizeInBytes: Int? = self.state.withLockedValue { state in
            guard !state.hasEnded else { return nil }
            state.hasEnded = true
            return state.sizeInBytes
        }
        guard let sizeInBytes else { return }
        let metrics = self.telemetry.metrics(.retrieve, self.driver.type)
        metrics.moved(payloads: payloads, sizeInBytes: sizeInBytes)
        metrics.waited(self.usage.totals)
        metrics.latency.recordNanoseconds((ContinuousClock.now - self.start).nanoseconds)
        if payloads > 0 { self.telemetry.check(self.usage.totals, of: self.driver) }
        self.span.attributes[StorageSpans.sizeInBytes] = sizeInBytes
        self.span.attributes[StorageSpans.permitWaits] = self.usage.totals.waits
        self.span.end()
        self.telemetry.logger.debug(
            "External storage retrieve",
            metadata: LogMetadata.call(self.driver, payloads: payloads, sizeInBytes: sizeInBytes)
        )
    }
}
