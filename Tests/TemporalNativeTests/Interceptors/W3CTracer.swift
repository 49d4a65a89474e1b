//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import InMemoryTracing
import Tracing

/// A tracer that keeps its spans, and tells others of them as OpenTelemetry does: in `traceparent`.
struct W3CTracer: Tracer {
    private let spans = InMemoryTracer(
        idGenerator: .init(
            nextTraceID: { Self.hex(UInt64.random(in: 1 ... .max)) + Self.hex(UInt64.random(in: 1 ... .max)) },
            nextSpanID: { Self.hex(UInt64.random(in: 1 ... .max)) }
        )
    )

    var finishedSpans: [FinishedInMemorySpan] { self.spans.finishedSpans }

    /// The names of the spans that have ended, in order.
    var names: [String] { self.finishedSpans.map(\.operationName) }

    func span(_ name: String) -> FinishedInMemorySpan? { self.finishedSpans.first { $0.operationName == name } }

    private static func hex(_ number: UInt64) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }

    private struct Fields: Injector, Extractor {
        func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) { carrier[key] = value }
        func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }
    }

    func startSpan<Instant: TracerInstant>(
        _ operationName: String,
        context: @autoclosure () -> ServiceContext,
        ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant,
        function: String,
        file fileID: String,
        line: UInt
    ) -> InMemorySpan {
        self.spans.startSpan(
            operationName,
            context: context(),
            ofKind: kind,
            at: instant(),
            function: function,
            file: fileID,
            line: line
        )
    }

    func forceFlush() {}

    func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext,
        into carrier: inout Carrier,
        using injector: Inject
    ) where Carrier == Inject.Carrier {
        var fields: [String: String] = [:]
        self.spans.inject(context, into: &fields, using: Fields())
        guard let trace = fields[InMemoryTracer.traceIDKey], let span = fields[InMemoryTracer.spanIDKey] else { return }
        injector.inject("00-\(trace)-\(span)-01", forKey: "traceparent", into: &carrier)
    }

    func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier,
        into context: inout ServiceContext,
        using extractor: Extract
    ) where Carrier == Extract.Carrier {
        let parts = extractor.extract(key: "traceparent", from: carrier)?.split(separator: "-").map(String.init) ?? []
        guard parts.count == 4 else { return }
        let fields = [InMemoryTracer.traceIDKey: parts[1], InMemoryTracer.spanIDKey: parts[2]]
        self.spans.extract(fields, into: &context, using: Fields())
    }

    /// The id of the trace that the current task is part of.
    var currentTrace: String? {
        var fields: [String: String] = [:]
        self.spans.inject(.current ?? .topLevel, into: &fields, using: Fields())
        return fields[InMemoryTracer.traceIDKey]
    }
}
