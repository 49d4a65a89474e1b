//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore

/// The input of an attempt, and the one place where it becomes values.
///
/// Payloads are those of the task: a type that is ``PayloadConvertible`` is given its own as it stands there, all others
/// are resolved and decoded in one batch.
struct ActivityArguments: Sendable {
    var payloads: [Payload]
    var context: PayloadContext

    /// - Throws: ``ExternalStorageError`` if a reference cannot be resolved, which fails the attempt with the cause of
    ///   storage failures (ES-F3). ``TemporalError`` if a payload is no such value.
    func decoded<each Input: Sendable>(as type: repeat (each Input).Type) async throws -> (repeat each Input) {
        try await self.context.decode(self.payloads, as: repeat each type)
    }
}
