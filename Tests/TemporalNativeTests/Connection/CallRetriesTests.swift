//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import Testing

@testable import TemporalNative

@Suite("When a call is made again")
struct CallRetriesTests {
    private static func failed(
        _ code: RPCError.Code,
        _ message: String = "",
        tries: Int = 1,
        since: Duration = .zero
    ) -> CallRetries.Failed {
        CallRetries.Failed(code: code, message: message, tries: tries, sinceFirstFailure: since)
    }

    @Test("Codes that may pass by themselves are retried, others are not")
    func codes() {
        let passing: [RPCError.Code] = [
            .dataLoss, .internalError, .unknown, .resourceExhausted, .aborted, .outOfRange, .unavailable,
        ]
        let lasting: [RPCError.Code] = [
            .invalidArgument, .notFound, .alreadyExists, .permissionDenied, .unauthenticated, .failedPrecondition,
            .unimplemented, .cancelled, .deadlineExceeded,
        ]
        for code in passing { #expect(CallRetries.call.delay(after: Self.failed(code), chance: 0) != nil, "\(code)") }
        for code in lasting { #expect(CallRetries.call.delay(after: Self.failed(code), chance: 0) == nil, "\(code)") }
        #expect(CallRetries.once.delay(after: Self.failed(.unavailable), chance: 0) == nil)
    }

    @Test("Delays grow by 1.7 from 100 milliseconds to 5 seconds, give or take a fifth")
    func delays() {
        func delay(_ tries: Int, _ chance: Double = 0) -> Duration? {
            CallRetries.call.delay(after: Self.failed(.unavailable, tries: tries), chance: chance)
        }
        #expect(delay(1) == .milliseconds(100))
        #expect(delay(2) == .milliseconds(170))
        #expect(delay(3) == .milliseconds(289))
        #expect(delay(9) == .seconds(5))
        #expect(delay(1, 1) == .milliseconds(120))
        #expect(delay(1, -1) == .milliseconds(80))
        #expect(delay(10) == nil)
    }

    @Test("A server that asks to slow down gets a second first; a message too large is not sent again")
    func exhausted() {
        func delay(_ tries: Int, _ message: String = "") -> Duration? {
            CallRetries.call.delay(after: Self.failed(.resourceExhausted, message, tries: tries), chance: 0)
        }
        #expect(delay(1) == .seconds(1))
        #expect(delay(2) == .seconds(2))
        #expect(delay(4) == .seconds(8))
        #expect(delay(5) == .seconds(10))
        #expect(delay(9) == .seconds(10))
        #expect(delay(10) == nil)
        #expect(delay(1, "grpc: received message larger than max (5 vs. 4)") == nil)
    }

    @Test("Ten seconds after the first failure no try begins, however long the call was held before")
    func time() {
        let late = Self.failed(.unavailable, tries: 2, since: .seconds(10))
        #expect(CallRetries.call.delay(after: late, chance: 0) == nil)
        #expect(CallRetries.call.delay(after: Self.failed(.unavailable, since: .seconds(9)), chance: 0) != nil)
    }

    @Test("A call that waits goes on after deadlines too, for a minute after the first failure")
    func longPolls() {
        for code in [RPCError.Code.unavailable, .cancelled, .deadlineExceeded] {
            let failed = Self.failed(code, tries: 500, since: .seconds(50))
            #expect(CallRetries.longPoll.delay(after: failed, chance: 0) == .seconds(5))
            #expect(
                CallRetries.longPoll.delay(after: Self.failed(code, tries: 500, since: .seconds(56)), chance: 0) == nil
            )
        }
        #expect(CallRetries.longPoll.delay(after: Self.failed(.permissionDenied), chance: 0) == nil)
    }
}
