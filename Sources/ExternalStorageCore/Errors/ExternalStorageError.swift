//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// A failure to store or to retrieve an external payload.
///
/// Decide on ``code``, explain with ``message``. `description` may end up in workflow history, so it names the driver
/// and nothing secret; `String(reflecting:)` adds ``cause`` for your own logs.
public struct ExternalStorageError: Error, Sendable {
    /// The kind of failure.
    public var code: Code
    /// What happened and what to do next.
    ///
    /// Part of `description`, so put nothing secret here.
    public var message: String
    /// The registered name of the driver that was asked, where one was.
    public var driverName: String?
    /// What was going on: storing or retrieving; nil where it was neither.
    package var operation: StorageOperation?
    /// The error underneath, for your own logs.
    ///
    /// `description` does not add it; but ``message`` quotes an error that no driver classified, for want of anything
    /// else to say.
    public var cause: (any Error)?

    /// Creates an error.
    ///
    /// A driver leaves `driverName` out: the pipeline fills it in.
    ///
    /// - Parameters:
    ///   - code: The kind of failure.
    ///   - message: What happened and what to do next; nothing secret.
    ///   - driverName: The registered name of the driver that was asked.
    ///   - cause: The error underneath, for logs.
    public init(code: Code, message: String, driverName: String? = nil, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.driverName = driverName
        self.cause = cause
    }

    package init(
        code: Code,
        message: String,
        driverName: String? = nil,
        operation: StorageOperation?,
        cause: (any Error)? = nil
    ) {
        self.init(code: code, message: message, driverName: driverName, cause: cause)
        self.operation = operation
    }

    /// Whether the same call could succeed later with nobody changing anything.
    ///
    /// A driver's unclassified failure counts as retryable: most of them are networks.
    public var isRetryable: Bool { self.code.isRetryable }
}
