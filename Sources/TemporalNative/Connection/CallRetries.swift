//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore

/// Whether a call is made again after it failed, and when: a decision, without any waiting.
struct CallRetries: Hashable, Sendable {
    /// What is known of a failed call.
    struct Failed: Hashable, Sendable {
        /// The status.
        var code: RPCError.Code
        /// What the status says.
        var message: String
        /// How many tries have failed, this one included.
        var tries: Int
        /// The time since the first of them failed.
        ///
        /// Not since the call began: a poll that the server held for a minute has used up nothing.
        var sinceFirstFailure: Duration
    }

    /// The delay before the second try.
    var initialDelay: Duration
    /// What each further delay is multiplied with.
    var multiplier: Double
    /// The longest delay.
    var maximumDelay: Duration
    /// The part of a delay that chance adds or takes away.
    var jitter: Double
    /// How often a call is tried in all; nil for no limit.
    var maximumTries: Int?
    /// No try begins later than this after the first failure; nil for no limit.
    var maximumTime: Duration?
    /// Whether a deadline that passed, and a call that the server canceled, are reasons to try again.
    var retriesEndedCalls: Bool

    /// For ordinary calls.
    static let call = Self(
        initialDelay: .milliseconds(100),
        multiplier: 1.7,
        maximumDelay: .seconds(5),
        jitter: 0.2,
        maximumTries: 10,
        maximumTime: .seconds(10),
        retriesEndedCalls: false
    )

    /// For calls that wait: a server that restarts is waited for.
    static let longPoll = Self(
        initialDelay: .milliseconds(100),
        multiplier: 1.7,
        maximumDelay: .seconds(5),
        jitter: 0.2,
        maximumTries: nil,
        maximumTime: .seconds(60),
        retriesEndedCalls: true
    )

    /// No second try.
    static let once = Self(
        initialDelay: .zero,
        multiplier: 1,
        maximumDelay: .zero,
        jitter: 0,
        maximumTries: 1,
        maximumTime: nil,
        retriesEndedCalls: false
    )

    /// Decides after a failure.
    ///
    /// - Parameters:
    ///   - failed: What is known of the call.
    ///   - chance: A random number from -1 to 1.
    /// - Returns: How long to wait before the next try; nil if there is none.
    func delay(after failed: Failed, chance: Double) -> Duration? {
        guard self.isWorthRetrying(failed), failed.tries < self.maximumTries ?? .max else { return nil }
        let isExhausted = failed.code == .resourceExhausted
        var delay = isExhausted ? max(self.initialDelay, .seconds(1)) : self.initialDelay
        let (multiplier, maximum) = isExhausted ? (2.0, Duration.seconds(10)) : (self.multiplier, self.maximumDelay)
        for _ in 1..<failed.tries where delay < maximum { delay = delay * multiplier }
        delay = min(delay, maximum) * (1 + self.jitter * chance)
        if let maximumTime, failed.sinceFirstFailure + delay > maximumTime { return nil }
        return delay
    }

    private func isWorthRetrying(_ failed: Failed) -> Bool {
        switch failed.code {
        case .resourceExhausted: !Self.isTooLarge(failed.message)
        case .unavailable, .unknown, .internalError, .aborted, .outOfRange, .dataLoss: true
        case .cancelled, .deadlineExceeded: self.retriesEndedCalls
        default: false
        }
    }

    /// Whether a RESOURCE_EXHAUSTED speaks of the size of a message, which no waiting changes.
    static func isTooLarge(_ message: String) -> Bool {
        message.contains("larger than max") || message.contains("message too large") || message.contains("too large")
    }
}

/// How long a call may take, and how often it is tried.
struct Patience: Hashable, Sendable {
    /// The deadline of one try.
    var timeout: Duration
    /// When it is tried again.
    var retries: CallRetries
    /// Whether a source of API keys that fails is asked again, as a server that is away would be.
    var waitsForKey = false
    /// Among which calls it waits for a connection.
    var kind = CallPermits.Kind.ordinary

    /// A try, and no second one.
    static func once(_ timeout: Duration, kind: CallPermits.Kind = .ordinary) -> Self {
        Self(timeout: timeout, retries: .once, kind: kind)
    }
}
