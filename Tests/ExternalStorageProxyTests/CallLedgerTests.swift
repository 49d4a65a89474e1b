//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Synchronization
import Testing

@testable import ExternalStorageProxy

@Suite("What a shutdown means for a call")
struct CallLedgerTests {
    /// A ledger, and the calls that it has ended.
    private final class Bed: Sendable {
        let ledger = CallLedger()
        private let ended = Mutex<[String]>([])

        func begin(_ name: String, isLongPoll: Bool) -> CallLedger.Call {
            self.ledger.begin(isLongPoll: isLongPoll) { self.ended.withLock { $0.append(name) } }
        }

        var cancelled: [String] { self.ended.withLock { $0.sorted() } }
    }

    @Test("A drain ends long polls and nothing else")
    func drain() {
        let bed = Bed()
        let (poll, call) = (bed.begin("poll", isLongPoll: true), bed.begin("call", isLongPoll: false))

        bed.ledger.beginDrain()

        #expect(bed.cancelled == ["poll"])
        #expect(bed.ledger.isInterrupted(poll))
        #expect(!bed.ledger.isInterrupted(call))
    }

    @Test("A poll that is being answered is not ended: its task would be lost")
    func answered() {
        let bed = Bed()
        let poll = bed.begin("poll", isLongPoll: true)
        bed.ledger.answers(poll)

        bed.ledger.beginDrain()

        #expect(bed.cancelled.isEmpty)
        #expect(!bed.ledger.isInterrupted(poll))
    }

    @Test("A poll that begins during a drain ends at once, another call does not")
    func latePoll() {
        let bed = Bed()
        bed.ledger.beginDrain()

        let (poll, call) = (bed.begin("poll", isLongPoll: true), bed.begin("call", isLongPoll: false))

        #expect(bed.cancelled == ["poll"])
        #expect(bed.ledger.isInterrupted(poll))
        #expect(!bed.ledger.isInterrupted(call))
    }

    @Test("After the drain every call ends")
    func expiry() {
        let bed = Bed()
        let poll = bed.begin("poll", isLongPoll: true)
        _ = bed.begin("call", isLongPoll: false)
        bed.ledger.answers(poll)
        bed.ledger.beginDrain()

        bed.ledger.expire()
        _ = bed.begin("late", isLongPoll: false)

        #expect(bed.cancelled == ["call", "late", "poll"])
    }

    @Test("Calls are counted while they are under way, and one that has ended is not ended again")
    func count() {
        let bed = Bed()
        let calls = (0..<3).map { bed.begin("\($0)", isLongPoll: false) }
        #expect(bed.ledger.count == 3)

        for call in calls { bed.ledger.end(call) }
        bed.ledger.expire()

        #expect(bed.ledger.count == 0)
        #expect(bed.cancelled.isEmpty)
    }
}
