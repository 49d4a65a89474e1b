//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore

/// A value that takes its payload as it is and gives it back, at once: what workflow code can hand on without having it
/// loaded.
protocol HeldValue: PayloadConvertible {
    /// Holds a payload.
    ///
    /// - Parameters:
    ///   - payload: The payload, which may be a reference.
    ///   - context: What it would be loaded with.
    init(held payload: Payload, in context: PayloadContext)

    /// The payload to send; nil for none.
    var heldPayload: Payload? { get }
}

extension Stored: HeldValue {
    init(held payload: Payload, in context: PayloadContext) {
        self.init(holding: payload, in: context)
    }

    var heldPayload: Payload? { self.payload }
}

extension Optional: HeldValue where Wrapped: HeldValue {
    init(held payload: Payload, in context: PayloadContext) {
        self = payload.encoding == NullConverter().encoding ? nil : Wrapped(held: payload, in: context)
    }

    var heldPayload: Payload? { self?.heldPayload }
}
