//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import GRPCCore

extension RPCError {
    /// A storage error as the status of a call.
    ///
    /// What may pass by itself is UNAVAILABLE, which clients retry within their deadline; all else is
    /// FAILED_PRECONDITION, which they do not. NOT_FOUND is left to the server: it would say that the workflow is gone.
    init(_ error: ExternalStorageError) {
        let passesByItself = error.isRetryable && error.code != .notConfigured
        self.init(
            code: passesByItself ? .unavailable : .failedPrecondition,
            message: error.description,
            cause: error
        )
    }

    /// Tells a worker that its task is gone, which every SDK takes for "evict the run, poll again" (ES-F2).
    static func taskIsGone(_ error: ExternalStorageError) -> RPCError {
        RPCError(
            code: .notFound,
            message: "The task has been failed because of external storage: \(error.description)",
            cause: error
        )
    }
}
