//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Decides which driver stores a payload.
///
/// Asked for every payload at or above the threshold, in the order of the message (ES-P4); and for payloads below it if
/// their request would be too large otherwise (``ExternalStorage/Configuration/requestSizeLimit``), the largest first. Of
/// a request that is tried again in parts, because the answer to a query in it could not be stored, it is asked again. It is
/// not asked for references, nor for anything that stays inline at any threshold. With one driver no selector is needed.
public protocol StorageDriverSelector: Sendable {
    /// Chooses a driver.
    ///
    /// - Parameters:
    ///   - payload: What is to be stored.
    ///   - context: Whose it is.
    /// - Returns: One of the registered drivers, the same instance (a driver that is a struct: an equal value), or nil to
    ///   keep the payload inline. Another driver of the same name is an error (ES-P12).
    /// - Throws: Anything; the store fails with ``ExternalStorageError/Code/selectorFailed``. An
    ///   ``ExternalStorageError`` passes through, and so does `CancellationError` if the task was cancelled.
    func driver(for payload: Payload, context: StorageDriverSelectContext) async throws -> (any StorageDriver)?
}
