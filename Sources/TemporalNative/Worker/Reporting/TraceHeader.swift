//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import Instrumentation
import ServiceContextModule

/// The header in which SDKs hand a trace on: a JSON object of the propagator's fields.
enum TraceHeader {
    static let name = "_tracer-data"

    private struct Fields: Extractor {
        func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }
    }

    /// The context of the caller's span.
    ///
    /// Whatever cannot be read leaves the current context as it is: a trace is no reason to fail an activity.
    static func context(of headers: [String: Payload], with payloads: PayloadContext) async -> ServiceContext {
        var context = ServiceContext.current ?? .topLevel
        guard let payload = headers[Self.name],
            let fields = try? await payloads.decode(payload, as: [String: String].self)
        else { return context }
        InstrumentationSystem.instrument.extract(fields, into: &context, using: Fields())
        return context
    }
}
