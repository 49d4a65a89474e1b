//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// A value of an enumeration of the server: a number with a name, open for numbers to come.
protocol NamedValue: Hashable, Sendable, CustomStringConvertible {
    var rawValue: Int { get }
    static var names: [Int: String] { get }
}

extension NamedValue {
    /// The name, or the number if it has none here.
    var name: String { Self.names[self.rawValue] ?? "\(self.rawValue)" }
}

/// Why an activity or a child workflow was not retried any more.
public struct RetryState: Hashable, Sendable, CustomStringConvertible, NamedValue {
    /// The number in the API.
    public let rawValue: Int

    init(rawValue: Int) { self.rawValue = rawValue }

    /// The name in the API, in camel case.
    public var description: String { self.name }

    /// Not said.
    public static let unspecified = Self(rawValue: 0)
    /// It is to be retried.
    public static let inProgress = Self(rawValue: 1)
    /// The failure allows no retry.
    public static let nonRetryableFailure = Self(rawValue: 2)
    /// A timeout left no time for another attempt.
    public static let timeout = Self(rawValue: 3)
    /// The retry policy allows no further attempt.
    public static let maximumAttemptsReached = Self(rawValue: 4)
    /// There is no retry policy.
    public static let retryPolicyNotSet = Self(rawValue: 5)
    /// The server failed.
    public static let internalServerError = Self(rawValue: 6)
    /// It was canceled.
    public static let cancelRequested = Self(rawValue: 7)

    static let names = [
        0: "unspecified", 1: "inProgress", 2: "nonRetryableFailure", 3: "timeout", 4: "maximumAttemptsReached",
        5: "retryPolicyNotSet", 6: "internalServerError", 7: "cancelRequested",
    ]
}

/// Which timeout passed.
public struct TimeoutType: NamedValue {
    /// The number in the API.
    public let rawValue: Int

    init(rawValue: Int) { self.rawValue = rawValue }

    /// The name in the API, in camel case.
    public var description: String { self.name }

    /// Not said.
    public static let unspecified = Self(rawValue: 0)
    /// One attempt took too long.
    public static let startToClose = Self(rawValue: 1)
    /// No worker took the task.
    public static let scheduleToStart = Self(rawValue: 2)
    /// All attempts together took too long.
    public static let scheduleToClose = Self(rawValue: 3)
    /// The activity was silent for too long.
    public static let heartbeat = Self(rawValue: 4)

    static let names = [
        0: "unspecified", 1: "startToClose", 2: "scheduleToStart", 3: "scheduleToClose", 4: "heartbeat",
    ]
}
