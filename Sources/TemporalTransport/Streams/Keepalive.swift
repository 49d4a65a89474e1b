//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOCore
import NIOHTTP2

/// Finds out that a peer is gone without having said so.
///
/// A ping is sent where nothing has been heard for a while; if nothing is heard in answer, the peer is gone. Lives on an
/// event loop.
struct Keepalive {
    /// What to do now.
    enum Action {
        case nothing
        case ping(HTTP2PingData)
        case gone
    }

    private let eventLoop: any EventLoop
    private let interval: TimeAmount
    private let timeout: TimeAmount
    private var timer: Scheduled<Void>?
    private var lastHeard = NIODeadline.now()
    private var sent: (data: HTTP2PingData, at: NIODeadline)?
    private var count: UInt64 = 0

    /// - Parameters:
    ///   - eventLoop: Where the connection lives.
    ///   - interval: After how long a silence a ping is sent.
    ///   - timeout: How long the answer may take.
    init(on eventLoop: any EventLoop, interval: Duration, timeout: Duration) {
        self.eventLoop = eventLoop
        self.interval = TimeAmount(interval)
        self.timeout = TimeAmount(timeout)
    }

    /// Whether a ping has not been answered yet.
    var isWaiting: Bool { self.sent != nil }

    /// Calls `check` once, soon enough.
    mutating func schedule(_ check: @escaping () -> Void) {
        self.timer?.cancel()
        let pause = min(self.interval, self.timeout)
        self.timer = self.eventLoop.assumeIsolated().scheduleTask(in: pause, check)
    }

    /// Ends the wait for `check`.
    mutating func stop() {
        self.timer?.cancel()
        self.timer = nil
    }

    /// Something has arrived.
    mutating func heard() {
        self.lastHeard = .now()
    }

    /// A ping to send now, whatever has been heard.
    mutating func ping() -> HTTP2PingData {
        self.count += 1
        let data = HTTP2PingData(withInteger: self.count)
        self.sent = (data, .now())
        return data
    }

    /// An answer to a ping has arrived; whether it answers the last one.
    mutating func answered(_ data: HTTP2PingData) -> Bool {
        guard let sent = self.sent, sent.data == data else { return false }
        self.sent = nil
        return true
    }

    /// Decides what to do at this moment.
    mutating func check(at now: NIODeadline = .now()) -> Action {
        if let sent = self.sent { return now - max(sent.at, self.lastHeard) >= self.timeout ? .gone : .nothing }
        guard now - self.lastHeard >= self.interval else { return .nothing }
        return .ping(self.ping())
    }
}
