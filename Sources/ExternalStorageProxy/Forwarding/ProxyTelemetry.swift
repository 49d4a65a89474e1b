//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import Groundwork
import Logging
import Metrics
import NIOConcurrencyHelpers

/// What the proxy says of its calls.
///
/// | metric | kind | what |
/// |---|---|---|
/// | `temporal_storage_proxy_calls` | counter | calls that ended, by `method` and `code` |
/// | `temporal_storage_proxy_call_duration` | timer | how long they took, by `method` |
/// | `temporal_storage_proxy_active_calls` | meter | calls under way |
/// | `temporal_storage_proxy_message_bytes` | counter | bytes on the client's side, by `direction` |
/// | `temporal_storage_proxy_memory_bytes` | meter | what messages take of the memory limit |
/// | `temporal_storage_proxy_memory_waiting` | meter | messages that wait for memory |
/// | `temporal_storage_proxy_upstream_reachable` | meter | 1, or 0 after a call could not be forwarded |
///
/// Log lines hold no message and of the metadata only what is on an allow-list.
final class ProxyTelemetry: Sendable {
    private struct CallKey: Hashable {
        var method: String
        var code: Int
    }

    private struct State {
        var methods: Set<String> = []
        var calls: [CallKey: Counter] = [:]
        var durations: [String: Timer] = [:]
        var isReachable = true
        var active = 0
    }

    /// More methods than the API has; clients choose the name of a method, so the number is bounded.
    private static let methodLimit = 512
    private static let otherMethod = "other"
    private static let prefix = "temporal_storage_proxy_"

    private let logger: Logger
    private let factory: any MetricsFactory
    private let activeCalls: Meter
    private let reachable: Meter
    private let memoryBytes: Meter
    private let memoryWaiting: Meter
    private let requestBytes: Counter
    private let responseBytes: Counter
    private let state = NIOLockedValueBox(State())

    init(factory: any MetricsFactory, logger: Logger) {
        self.logger = logger
        self.factory = factory
        self.activeCalls = Meter(label: Self.prefix + "active_calls", factory: factory)
        self.reachable = Meter(label: Self.prefix + "upstream_reachable", factory: factory)
        self.memoryBytes = Meter(label: Self.prefix + "memory_bytes", factory: factory)
        self.memoryWaiting = Meter(label: Self.prefix + "memory_waiting", factory: factory)
        self.memoryBytes.set(0)
        self.memoryWaiting.set(0)
        let bytes = Self.prefix + "message_bytes"
        self.requestBytes = Counter(label: bytes, dimensions: [("direction", "request")], factory: factory)
        self.responseBytes = Counter(label: bytes, dimensions: [("direction", "response")], factory: factory)
        self.activeCalls.set(0)
        self.reachable.set(1)
    }

    func began() {
        self.state.withLockedValue { state in
            state.active += 1
            self.activeCalls.set(state.active)
        }
    }

    func ended(_ record: CallRecord, _ end: CallEnd) {
        let duration = ContinuousClock.now - record.start
        let bytes = record.bytes
        self.requestBytes.increment(by: bytes.request)
        self.responseBytes.increment(by: bytes.response)
        let (calls, timer) = self.state.withLockedValue { state in
            state.active -= 1
            self.activeCalls.set(state.active)
            return self.handles(record.descriptor, end.code, in: &state)
        }
        calls.increment()
        timer.recordNanoseconds(duration.nanoseconds)
        self.log(record, end, duration)
    }

    /// Memory was taken, given back, or is waited for.
    func memory(_ usage: ByteBudget.Usage) {
        self.memoryBytes.set(usage.taken)
        self.memoryWaiting.set(usage.waiting)
    }

    /// A stream to the upstream is open.
    func reached(_ upstream: String) {
        let wasReachable = self.state.withLockedValue { state in
            defer { state.isReachable = true }
            return state.isReachable
        }
        guard !wasReachable else { return }
        self.reachable.set(1)
        self.logger.notice("The Temporal server is reachable again", metadata: ["target": "\(upstream)"])
    }

    /// No stream to the upstream could be opened.
    ///
    /// Logged once, until it can be reached again.
    func unreachable(_ upstream: String, _ reason: String) {
        let wasReachable = self.state.withLockedValue { state in
            defer { state.isReachable = false }
            return state.isReachable
        }
        guard wasReachable else { return }
        self.reachable.set(0)
        self.logger.warning(
            "The Temporal server cannot be reached; calls are answered with UNAVAILABLE until it can",
            metadata: ["target": "\(upstream)", "error": "\(reason)"]
        )
    }

    private func handles(_ descriptor: MethodDescriptor, _ code: Status.Code, in state: inout State) -> (
        Counter, Timer
    ) {
        var method = descriptor.fullyQualifiedMethod
        if !state.methods.contains(method) {
            if code == .unimplemented || state.methods.count >= Self.methodLimit {
                method = Self.otherMethod
            } else {
                state.methods.insert(method)
            }
        }
        let key = CallKey(method: method, code: code.rawValue)
        let dimensions = [("method", method)]
        let counter =
            state.calls[key]
            ?? Counter(
                label: Self.prefix + "calls",
                dimensions: dimensions + [("code", "\(code)")],
                factory: self.factory
            )
        state.calls[key] = counter
        let timer =
            state.durations[method]
            ?? Timer(label: Self.prefix + "call_duration", dimensions: dimensions, factory: self.factory)
        state.durations[method] = timer
        return (counter, timer)
    }

    private func log(_ record: CallRecord, _ end: CallEnd, _ duration: Duration) {
        guard self.logger.logLevel <= .debug else { return }
        let bytes = record.bytes
        var metadata: Logger.Metadata = [
            "rpc.method": "\(record.descriptor.fullyQualifiedMethod)", "rpc.code": "\(end.code)",
            "peer": "\(record.peer)", "milliseconds": "\(duration.nanoseconds / 1_000_000)",
            "request-bytes": "\(bytes.request)", "response-bytes": "\(bytes.response)",
        ]
        for (key, value) in record.loggedMetadata { metadata[key] = "\(value)" }
        switch end {
        case .answered: break
        case .cancelled: metadata["reason"] = "cancelled"
        }
        self.logger.debug("Call", metadata: metadata)
    }
}

extension Duration {
    /// Whole nanoseconds; saturates after 292 years.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = self.components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : product &+ attoseconds / 1_000_000_000
    }
}
