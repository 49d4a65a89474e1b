//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import ExternalStorageCore
import NIOConcurrencyHelpers

/// The failure of storage that ended a call.
///
/// A gRPC client makes an error of its own of a status, and what caused it is lost. Bound around a call
/// by `$current.withValue(_:operation:)`, a record keeps it.
package final class StorageFailureRecord: Sendable {
    /// What the calls of the current task tell.
    @TaskLocal package static var current: StorageFailureRecord?

    /// Whether the calls of the current task leave it to their caller to tell the server of a failed store.
    ///
    /// A worker in the same process knows more of the attempt than the transport: then nothing is reported, and the call
    /// fails with the storage error, FAILED_PRECONDITION.
    @TaskLocal package static var isReportedByCaller = false

    private let state = NIOLockedValueBox<ExternalStorageError?>(nil)

    package init() {}

    /// The last failure.
    package var error: ExternalStorageError? { self.state.withLockedValue { $0 } }

    func note(_ error: ExternalStorageError) {
        self.state.withLockedValue { $0 = error }
    }
}
