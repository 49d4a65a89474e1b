//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Logging
import Tracing

extension StorageRunner {
    /// Runs one driver call in a span, with a limiter of its own, and reports what it did (ES-O1, ES-O2).
    ///
    /// - Parameters:
    ///   - operation: The direction.
    ///   - driver: Who is called.
    ///   - payloads: How many payloads the call is about.
    ///   - scope: The message.
    ///   - body: Makes the call; returns its result and the payloads that went or came.
    /// - Returns: The result of the call.
    /// - Throws: What the driver threw, classified.
    func observe<Output>(
        _ operation: StorageMetrics.Operation,
        _ driver: RegisteredDriver,
        payloads: Int,
        scope: MessageScope,
        _ body: (StorageLimiter) async throws -> (Output, [Payload])
    ) async throws -> Output {
        let metrics = self.telemetry.metrics(operation, driver.type)
        let usage = LimiterUsage()
        let limiter = StorageLimiter(message: scope.permits, instance: self.instancePermits, usage: usage)
        let start = ContinuousClock.now
        defer {
            scope.intervals.record(.init(start: start, end: .now), driverType: driver.type)
            metrics.waited(usage.totals)
        }
        return try await withSpan(StorageSpans.name(of: operation), ofKind: .client) { span in
            span.attributes[StorageSpans.driver] = driver.name
            span.attributes[StorageSpans.driverType] = driver.type
            span.attributes[StorageSpans.payloads] = payloads
            do {
                let (output, moved) = try await body(limiter)
                let sizeInBytes = moved.reduce(0) { $0 + $1.sizeInBytes }
                span.attributes[StorageSpans.sizeInBytes] = sizeInBytes
                span.attributes[StorageSpans.permitWaits] = usage.totals.waits
                metrics.moved(moved)
                self.telemetry.check(usage.totals, of: driver)
                self.telemetry.logger.debug(
                    "External storage \(operation.rawValue)",
                    metadata: LogMetadata.call(driver, payloads: moved.count, sizeInBytes: sizeInBytes)
                )
                return output
            } catch {
                let error = driver.classified(error, operation: operation.rawValue)
                if let failure = error as? ExternalStorageError {
                    span.attributes[StorageSpans.errorCode] = failure.code.description
                    metrics.failed(failure.code)
                }
                throw error
            }
        }
    }
}
