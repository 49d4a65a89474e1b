//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// A failure of a call to Temporal, or of what the call was about.
///
/// Decide on ``code``, explain with ``message``. Where a workflow, an update or a query failed, ``failure`` is what it
/// failed with. `description` may end up in workflow history and holds nothing secret; `String(reflecting:)` adds
/// ``cause`` for your own logs.
public struct TemporalError: Error, Sendable {
    /// The kind of failure.
    public var code: Code
    /// What happened and what to do next.
    public var message: String
    /// What the workflow, update, query or activity failed with.
    public var failure: TemporalFailure?
    /// The run that the error is about, where the server or the client knows it.
    public var runID: String?
    /// The error underneath, for logs.
    public var cause: (any Error)?

    /// Creates an error.
    ///
    /// - Parameters:
    ///   - code: The kind of failure.
    ///   - message: What happened and what to do next; nothing secret.
    ///   - failure: What the workflow, update, query or activity failed with.
    ///   - runID: The run that the error is about.
    ///   - cause: The error underneath.
    public init(
        code: Code,
        message: String,
        failure: TemporalFailure? = nil,
        runID: String? = nil,
        cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.failure = failure
        self.runID = runID
        self.cause = cause
    }

    /// Whether the same call could succeed later with nobody changing anything.
    ///
    /// The client has retried by itself already, within its limits.
    public var isRetryable: Bool { self.code.isRetryable }
}

extension TemporalError: CustomStringConvertible, CustomDebugStringConvertible {
    /// Code, message, and the messages of the failure and its causes.
    public var description: String {
        var text = "\(self.code): \(self.message)"
        var failure = self.failure
        while let current = failure {
            text += "; caused by \(current.kind): \(current.message)"
            failure = current.cause
        }
        return text
    }

    /// As ``description``, with the error underneath.
    public var debugDescription: String {
        self.cause.map { "\(self.description) [\(String(reflecting: $0))]" } ?? self.description
    }
}
