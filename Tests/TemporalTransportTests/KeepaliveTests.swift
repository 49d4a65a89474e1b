//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOCore
import NIOEmbedded
import NIOHTTP2
import Testing

@testable import TemporalTransport

@Suite("Keepalive and backoff")
struct KeepaliveTests {
    private func keepalive() -> (Keepalive, NIODeadline) {
        (Keepalive(on: EmbeddedEventLoop(), interval: .seconds(30), timeout: .seconds(10)), .now())
    }

    @Test("A silent peer is asked, and gone if it does not answer")
    func silence() {
        var (keepalive, now) = self.keepalive()
        guard case .nothing = keepalive.check(at: now + .seconds(20)) else {
            Issue.record("too early")
            return
        }
        guard case .ping(let data) = keepalive.check(at: now + .seconds(31)) else {
            Issue.record("no ping")
            return
        }
        guard case .gone = keepalive.check(at: now + .seconds(50)) else {
            Issue.record("not gone")
            return
        }
        #expect(keepalive.isWaiting)
        let wrong = keepalive.answered(.init(withInteger: 999))
        #expect(!wrong)
        let right = keepalive.answered(data)
        #expect(right)
        #expect(!keepalive.isWaiting)
    }

    @Test("The pause between tries to connect grows to five seconds, and spreads by a fifth")
    func backoff() {
        var backoff = ConnectionBackoff()
        let pauses = (0..<12).map { _ in backoff.next(chance: 0) }
        #expect(pauses.first == .milliseconds(200))
        #expect(pauses.last == .seconds(5))
        #expect(zip(pauses, pauses.dropFirst()).allSatisfy { $0 <= $1 })
        var other = ConnectionBackoff()
        #expect(abs((other.next(chance: 1) / .milliseconds(1)) - 240) < 1)
    }
}
