//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOConcurrencyHelpers
import NIOCore

/// Does something after a time in which the process ran.
///
/// The time is waited for in parts, each from when the one before was seen to be over: of a time in which the whole process
/// stood still (a signal, a debugger, a machine that slept), one part counts.
final class Watchdog: Sendable {
    private static let parts = 8

    private struct State: Sendable {
        var left = Watchdog.parts
        var timer: Scheduled<Void>?
    }

    private let part: TimeAmount
    private let loop: any EventLoop
    private let bark: @Sendable () -> Void
    private let state = NIOLockedValueBox(State())

    /// - Parameters:
    ///   - limit: The time.
    ///   - loop: Where it is kept.
    ///   - bark: What to do then, once, on that loop.
    init(_ limit: Duration, on loop: any EventLoop, _ bark: @escaping @Sendable () -> Void) {
        self.part = .nanoseconds(TimeAmount(limit).nanoseconds / Int64(Self.parts))
        self.loop = loop
        self.bark = bark
    }

    /// Begins to wait.
    func start() {
        self.state.withLockedValue { state in
            guard state.left > 0 else { return }
            state.timer = self.loop.scheduleTask(in: self.part) { self.tick() }
        }
    }

    private func tick() {
        let isOver = self.state.withLockedValue { state in
            state.left -= 1
            return state.left == 0
        }
        if isOver { self.bark() } else { self.start() }
    }

    /// Does nothing any more, if it has not been done.
    func cancel() {
        let timer = self.state.withLockedValue { state in
            state.left = 0
            return state.timer.take()
        }
        timer?.cancel()
    }
}
