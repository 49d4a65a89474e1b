//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// A failure of your own making: throw it from an activity, or hand it to an asynchronous completion.
///
/// ```swift
/// throw ApplicationFailure("no such account", type: "AccountMissing", isNonRetryable: true)
/// ```
///
/// Any other error that an activity throws becomes a retryable failure with the name of its Swift type as its type.
public struct ApplicationFailure: Error, Sendable {
    /// How much attention a failure deserves.
    public struct Category: NamedValue {
        /// The number in the API.
        public let rawValue: Int

        init(rawValue: Int) { self.rawValue = rawValue }

        /// The name in the API.
        public var description: String { self.name }

        /// An ordinary failure.
        public static let unspecified = Self(rawValue: 0)
        /// Expected in normal operation: logged at debug level, and not counted as a failure.
        public static let benign = Self(rawValue: 1)

        static let names = [0: "unspecified", 1: "benign"]
    }

    /// What happened; stands in history, so put nothing secret here.
    public var message: String
    /// What retry policies and callers tell failures apart by.
    public var type: String
    /// Whether no retry policy may retry it.
    public var isNonRetryable: Bool
    /// Values that go with it.
    public var details: [any Sendable]
    /// How long to wait before the next attempt, in place of what the retry policy says.
    public var nextRetryDelay: Duration?
    /// How much attention it deserves.
    public var category: Category
    /// The error underneath; it becomes the failure's cause.
    public var cause: (any Error)?

    /// Creates a failure.
    ///
    /// - Parameters:
    ///   - message: What happened; nothing secret.
    ///   - type: What retry policies and callers tell failures apart by.
    ///   - isNonRetryable: Whether no retry policy may retry it.
    ///   - details: Values that go with it.
    ///   - nextRetryDelay: How long to wait before the next attempt.
    ///   - category: How much attention it deserves.
    ///   - cause: The error underneath.
    public init(
        _ message: String,
        type: String = "ApplicationFailure",
        isNonRetryable: Bool = false,
        details: [any Sendable] = [],
        nextRetryDelay: Duration? = nil,
        category: Category = .unspecified,
        cause: (any Error)? = nil
    ) {
        self.message = message
        self.type = type
        self.isNonRetryable = isNonRetryable
        self.details = details
        self.nextRetryDelay = nextRetryDelay
        self.category = category
        self.cause = cause
    }
}

extension ApplicationFailure: CustomStringConvertible {
    /// Type and message.
    public var description: String { "\(self.type): \(self.message)" }
}
