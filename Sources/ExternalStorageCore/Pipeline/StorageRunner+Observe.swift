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
    ///   - moved: The payloads that went or came, given what the call returned, or nil if it failed.
    ///   - body: Makes the call.
    /// - Returns: What `body` returns.
    /// - Throws: What the driver threw, classified.
    func observe<Output>(
        _ operation: StorageOperation,
        _ driver: RegisteredDriver,
        payloads: Int,
        scope: MessageScope,
        moved: (Output?) -> [Payload],
        body: (StorageLimiter) async throws -> Output
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
            func report(_ moved: [Payload]) {
                let sizeInBytes = moved.reduce(0) { $0 + $1.sizeInBytes }
                span.attributes[StorageSpans.sizeInBytes] = sizeInBytes
                span.attributes[StorageSpans.permitWaits] = usage.totals.waits
                metrics.moved(payloads: moved.count, sizeInBytes: sizeInBytes)
                self.telemetry.logger.debug(
                    "External storage \(operation.rawValue)",
                    metadata: LogMetadata.call(driver, payloads: moved.count, sizeInBytes: sizeInBytes)
                )
            }
            do {
                let output = try await body(limiter)
                report(moved(output))
                self.telemetry.check(usage.totals, of: driver)
                return output
            } catch {
                let some = moved(nil)
                if !some.isEmpty { report(some) }
                let error = driver.classified(error, operation: operation)
                if let failure = error as? ExternalStorageError {
                    span.attributes[StorageSpans.errorCode] = failure.code.description
                    // That a message has no room for more is no failure of the driver.
                    if failure.code != .messageTooLarge { metrics.failed(failure.code) }
                }
                throw error
            }
        }
    }
}
