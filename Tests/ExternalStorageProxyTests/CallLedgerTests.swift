//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Testing

@testable import ExternalStorageProxy

@Suite("What a shutdown means for a call", .timeLimit(.minutes(1)))
struct CallLedgerTests {
    @Test("A drain ends long polls and nothing else")
    func drain() async {
        let ledger = CallLedger()
        let (poll, call) = (ledger.begin(isLongPoll: true), ledger.begin(isLongPoll: false))

        ledger.beginDrain()

        #expect(await self.interruption(of: poll, in: ledger) == .shutdown)
        #expect(await self.interruption(of: call, in: ledger) == nil)
    }

    @Test("A poll that is being answered is not ended: its task would be lost")
    func answered() async {
        let ledger = CallLedger()
        let poll = ledger.begin(isLongPoll: true)
        ledger.answers(poll)

        ledger.beginDrain()

        #expect(await self.interruption(of: poll, in: ledger) == nil)
    }

    @Test("A poll that begins during a drain ends at once, another call does not")
    func latePoll() async {
        let ledger = CallLedger()
        ledger.beginDrain()

        #expect(await self.interruption(of: ledger.begin(isLongPoll: true), in: ledger) == .shutdown)
        #expect(await self.interruption(of: ledger.begin(isLongPoll: false), in: ledger) == nil)
    }

    @Test("After the drain every call ends")
    func expiry() async {
        let ledger = CallLedger()
        let (poll, call) = (ledger.begin(isLongPoll: true), ledger.begin(isLongPoll: false))
        ledger.answers(poll)
        ledger.beginDrain()

        ledger.expire()

        #expect(await self.interruption(of: poll, in: ledger) == .shutdown)
        #expect(await self.interruption(of: call, in: ledger) == .shutdown)
        #expect(await self.interruption(of: ledger.begin(isLongPoll: false), in: ledger) == .shutdown)
    }

    @Test(
        "A cancellation is the client's before the drain, and means nothing after, when the transport sends it to all"
    )
    func cancellation() async {
        let ledger = CallLedger()
        let (first, second) = (ledger.begin(isLongPoll: false), ledger.begin(isLongPoll: false))

        ledger.cancelled(first)
        ledger.beginDrain()
        ledger.cancelled(second)

        #expect(await self.interruption(of: first, in: ledger) == .clientCancelled)
        #expect(await self.interruption(of: second, in: ledger) == nil)
    }

    @Test("Calls are counted while they are under way")
    func count() {
        let ledger = CallLedger()
        let calls = (0..<3).map { _ in ledger.begin(isLongPoll: false) }
        #expect(ledger.count == 3)

        for call in calls { ledger.end(call) }
        #expect(ledger.count == 0)
    }

    /// What has interrupted a call, after it has been ended.
    private func interruption(
        of call: CallLedger.Call,
        in ledger: CallLedger
    ) async -> CallLedger.Interruption? {
        ledger.end(call)
        for await interruption in call.interruptions { return interruption }
        return nil
    }
}
