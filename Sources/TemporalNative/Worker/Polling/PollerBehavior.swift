//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// How many polls for tasks a worker has under way at the same time, as long as it has room for tasks.
///
/// ```swift
/// configuration.activityPollers = 10
/// configuration.workflowPollers = .autoscaling()
/// ```
public struct PollerBehavior: Hashable, Sendable, ExpressibleByIntegerLiteral, CustomStringConvertible {
    /// With how many polls it begins.
    let initial: Int
    let minimum: Int
    let maximum: Int
    /// Whether the server moves it between the two.
    let isAutoscaling: Bool

    private init(initial: Int, minimum: Int, maximum: Int, isAutoscaling: Bool) {
        self.initial = initial
        self.minimum = minimum
        self.maximum = maximum
        self.isAutoscaling = isAutoscaling
    }

    /// Always the same number, for which a number can be written as well.
    ///
    /// - Parameter maximum: How many polls.
    /// - Returns: The behavior.
    public static func simpleMaximum(_ maximum: Int) -> Self {
        Self(initial: maximum, minimum: maximum, maximum: maximum, isAutoscaling: false)
    }

    /// As many as the server suggests: more while tasks wait for pollers and more of them come in, fewer while polls end
    /// without a task.
    ///
    /// - Parameters:
    ///   - minimum: How many there are at least.
    ///   - initial: How many there are at first.
    ///   - maximum: How many there are at most.
    /// - Returns: The behavior.
    public static func autoscaling(minimum: Int = 1, initial: Int = 5, maximum: Int = 100) -> Self {
        Self(initial: initial, minimum: minimum, maximum: maximum, isAutoscaling: true)
    }

    /// Always the same number of polls, see ``simpleMaximum(_:)``.
    public init(integerLiteral value: Int) {
        self = .simpleMaximum(value)
    }

    /// The numbers, for messages.
    public var description: String {
        guard self.isAutoscaling else { return "\(self.initial)" }
        return "\(self.minimum) to \(self.maximum), at first \(self.initial)"
    }

    /// Whether there are polls, and the numbers are in order.
    var isValid: Bool { 1 <= self.minimum && self.minimum <= self.initial && self.initial <= self.maximum }
}
