//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// How many polls of one kind there are to be, as the server suggests.
///
/// Pure: the moment is a parameter.
struct PollScaling: Sendable {
    /// More polls only help as long as more tasks come in; they are counted over times of this length.
    static let window = Duration.milliseconds(100)
    /// By how much one window has to exceed the one before.
    static let growth = 1.1

    private let behavior: PollerBehavior
    /// How many polls there are to be.
    private(set) var target: Int
    /// Whether the server says when there are too few: if it never does, a poll without a task says nothing either.
    private var isServerScaling: Bool
    private var windowBegan: ContinuousClock.Instant?
    private var tasks = 0
    private var tasksBefore = 0
    private var isGrowing = true

    init(_ behavior: PollerBehavior, isServerScaling: Bool = false) {
        self.behavior = behavior
        self.target = behavior.initial
        self.isServerScaling = isServerScaling
    }

    /// The server answered a poll.
    ///
    /// - Parameters:
    ///   - suggestion: How many polls more it would like, or fewer; nil if it says nothing.
    ///   - hasTask: Whether a task came.
    ///   - now: The moment.
    mutating func answered(suggestion: Int?, hasTask: Bool, at now: ContinuousClock.Instant) {
        guard self.behavior.isAutoscaling else { return }
        self.count(hasTask, at: now)
        if let suggestion {
            self.isServerScaling = true
            if suggestion < 0 || self.isGrowing { self.move(by: suggestion) }
        } else if !hasTask, self.isServerScaling {
            self.move(by: -1)
        }
    }

    /// The server has refused a poll because there are too many calls.
    mutating func exhausted() {
        guard self.behavior.isAutoscaling else { return }
        self.target = max(self.target / 2, self.behavior.minimum)
    }

    private mutating func count(_ hasTask: Bool, at now: ContinuousClock.Instant) {
        let began = self.windowBegan ?? now
        let elapsed = began.duration(to: now)
        if elapsed >= Self.window {
            self.isGrowing = Double(self.tasks) >= Double(self.tasksBefore) * Self.growth
            // Nothing came in a window that nobody has looked at.
            self.tasksBefore = elapsed >= Self.window * 2 ? 0 : self.tasks
            self.tasks = 0
            self.windowBegan = now
        } else {
            self.windowBegan = began
        }
        if hasTask { self.tasks += 1 }
    }

    private mutating func move(by change: Int) {
        // The change comes from outside, and may be any number.
        let change = min(max(change, -self.behavior.maximum), self.behavior.maximum)
        self.target = min(max(self.target + change, self.behavior.minimum), self.behavior.maximum)
    }
}
