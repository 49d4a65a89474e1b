//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Decides which driver stores a payload.
///
/// Asked once for every payload at or above the threshold, in the order of the message (ES-P4). With one driver no
/// selector is needed.
public protocol StorageDriverSelector: Sendable {
    /// Chooses a driver.
    ///
    /// - Parameters:
    ///   - payload: What is to be stored.
    ///   - context: Whose it is.
    /// - Returns: One of the registered drivers (its name counts), or nil to keep the payload inline.
    /// - Throws: Anything; the store fails with ``ExternalStorageError/Code/selectorFailed``. An
    ///   ``ExternalStorageError`` or `CancellationError` passes through.
    func driver(for payload: Payload, context: StorageDriverSelectContext) async throws -> (any StorageDriver)?
}
