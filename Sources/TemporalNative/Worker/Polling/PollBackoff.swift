//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// What a poller does after each of its calls: poll again, wait first, or give up for the whole worker.
///
/// Pure: the moment is a parameter. One value per poller.
struct PollBackoff: Sendable {
    /// How a call ended that gave neither a task nor an empty answer.
    enum Trouble: Hashable, Sendable {
        /// The server cannot answer now; it may at any time.
        case passing
        /// Nothing that waiting is known to cure, such as refused credentials: tolerated for ``tolerance``, since
        /// credentials are replaced and proxies come back.
        case suspicious
        /// No later call can succeed: the namespace is not there, or the server does not accept the request.
        case hopeless
    }

    enum Action: Hashable, Sendable {
        case wait(Duration)
        case giveUp
    }

    static let shortest = Duration.milliseconds(200)
    static let longest = Duration.seconds(10)
    static let tolerance = Duration.seconds(60)

    private var next = Self.shortest
    private var suspiciousSince: ContinuousClock.Instant?

    /// The server answered, with a task or without one.
    mutating func answered() {
        self = Self()
    }

    /// The call failed.
    ///
    /// - Returns: How long to wait, from 200 ms, twice as long with each failure in a row, up to 10 s; or the end.
    mutating func failed(_ trouble: Trouble, at now: ContinuousClock.Instant) -> Action {
        switch trouble {
        case .passing:
            self.suspiciousSince = nil
        case .suspicious:
            let since = self.suspiciousSince ?? now
            self.suspiciousSince = since
            if since.duration(to: now) >= Self.tolerance { return .giveUp }
        case .hopeless:
            return .giveUp
        }
        defer { self.next = min(self.next * 2, Self.longest) }
        return .wait(self.next)
    }
}
