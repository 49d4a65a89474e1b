//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Why there are no credentials, or no region.
///
/// Decide on ``code``, explain with ``message``. No secret, token, command or answer of a server is in any of its
/// texts, so they can be logged.
public struct AWSCredentialsError: Error, Sendable {
    /// The kind of failure.
    ///
    /// Minor releases may add codes.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Base: String {
            case notConfigured
            case invalidConfiguration
            case unavailable
            case refused
            case invalidResponse
        }

        private let base: Base

        private init(_ base: Base) { self.base = base }

        /// The code's name.
        public var description: String { self.base.rawValue }

        /// Nothing asks for this source.
        ///
        /// A chain goes on to the next one.
        public static let notConfigured = Self(.notConfigured)

        /// The source is asked for in a way that cannot work; somebody has to change it.
        public static let invalidConfiguration = Self(.invalidConfiguration)

        /// The source did not answer, or not in time; it may later.
        public static let unavailable = Self(.unavailable)

        /// The source answered that it gives nothing: a role that may not be assumed, a token that has expired.
        public static let refused = Self(.refused)

        /// The source answered something that cannot be understood.
        public static let invalidResponse = Self(.invalidResponse)
    }

    /// The kind of failure.
    public var code: Code

    /// Which source failed, as in `profile default` or `instance metadata`.
    public var source: String

    /// What happened and what to do next.
    public var message: String

    /// What lies behind it, if that is known.
    ///
    /// Shown by `String(reflecting:)` only.
    public var cause: (any Error)?

    /// Creates an error.
    ///
    /// - Parameters:
    ///   - code: The kind of failure.
    ///   - source: Which source failed.
    ///   - message: What happened and what to do next; nothing secret.
    ///   - cause: What lies behind it.
    public init(_ code: Code, source: String, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.source = source
        self.message = message
        self.cause = cause
    }

    /// Whether the same call could succeed later with nobody changing anything.
    public var isRetryable: Bool { self.code == .unavailable }
}

extension AWSCredentialsError: CustomStringConvertible, CustomDebugStringConvertible {
    /// Source and message.
    public var description: String { "\(self.source): \(self.message)" }

    /// Source, code, message and cause.
    public var debugDescription: String {
        let cause = self.cause.map { "; cause: \(String(reflecting: $0))" } ?? ""
        return "AWSCredentialsError(\(self.code), \(self.source): \(self.message)\(cause))"
    }
}

extension AWSCredentialsError {
    /// The same failure seen by somebody who relies on the source: "not asked for" becomes a mistake.
    func asRequired() -> Self {
        guard self.code == .notConfigured else { return self }
        var error = self
        error.code = .invalidConfiguration
        return error
    }
}
