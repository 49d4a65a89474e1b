//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Why there are no credentials for a cloud.
///
/// No secret, token, command or answer of a server is in any of its texts, so they can be logged.
package struct CredentialsError: Error, Sendable {
    /// The kind of failure.
    package enum Code: String, Sendable {
        /// Nothing asks for this source; a chain goes on to the next one.
        case notConfigured
        /// The source is asked for in a way that cannot work; somebody has to change it.
        case invalidConfiguration
        /// The source did not answer, or not in time; it may later.
        case unavailable
        /// The source answered that it gives nothing.
        case refused
        /// The source answered something that cannot be understood.
        case invalidResponse
    }

    package var code: Code
    /// Which source failed, as in `service account` or `instance metadata`.
    package var source: String
    /// What happened and what to do next.
    package var message: String
    /// What lies behind it; shown by `String(reflecting:)` only.
    package var cause: (any Error)?

    package init(_ code: Code, source: String, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.source = source
        self.message = message
        self.cause = cause
    }

    /// Whether the same call could succeed later with nobody changing anything.
    package var isRetryable: Bool { self.code == .unavailable }
}

extension CredentialsError: CustomStringConvertible, CustomDebugStringConvertible {
    package var description: String { "\(self.source): \(self.message)" }

    package var debugDescription: String {
        let cause = self.cause.map { "; cause: \(String(reflecting: $0))" } ?? ""
        return "CredentialsError(\(self.code), \(self.source): \(self.message)\(cause))"
    }
}
