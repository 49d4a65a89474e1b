//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Testing

@testable import ExternalStorageCore

@Suite("Permit queue")
struct PermitQueueTests {
    private func ticket(_ ticket: UInt64?) throws -> UInt64 { try #require(ticket) }

    @Test("ES-P7 Permits go to the first who waits")
    func order() throws {
        var queue = PermitQueue<String>(permits: 1)
        #expect(queue.acquire() == nil)
        let first = try self.ticket(queue.acquire())
        let second = try self.ticket(queue.acquire())
        // Begins to wait later, but came first.
        #expect(queue.wait(second, "second") == .wait)
        #expect(queue.wait(first, "first") == .wait)
        #expect(queue.release() == "first")
        #expect(queue.release() == "second")
        #expect(queue.release() == nil)
        #expect(queue.acquire() == nil)
    }

    @Test("ES-P7 Whoever gives up is passed over, at every moment")
    func cancellation() throws {
        var queue = PermitQueue<String>(permits: 1)
        #expect(queue.acquire() == nil)
        let early = try self.ticket(queue.acquire())
        let late = try self.ticket(queue.acquire())
        let patient = try self.ticket(queue.acquire())
        #expect(queue.cancel(early) == nil)
        #expect(queue.wait(early, "early") == .cancelled)
        #expect(queue.wait(late, "late") == .wait)
        #expect(queue.wait(patient, "patient") == .wait)
        #expect(queue.cancel(late) == "late")
        #expect(queue.cancel(late) == nil)
        #expect(queue.release() == "patient")
        #expect(queue.release() == nil)
    }

    @Test("ES-P7 A permit that comes before its owner begins to wait is kept for it")
    func granted() throws {
        var queue = PermitQueue<String>(permits: 1)
        #expect(queue.acquire() == nil)
        let ticket = try self.ticket(queue.acquire())
        #expect(queue.release() == nil)
        // The permit is the ticket's now, so a cancellation comes too late and nobody else gets it.
        #expect(queue.cancel(ticket) == nil)
        let next = try self.ticket(queue.acquire())
        #expect(queue.wait(ticket, "granted") == .proceed)
        #expect(queue.wait(next, "next") == .wait)
        #expect(queue.release() == "next")
    }

    @Test("ES-P7 Random calls never lose a permit, and never hand out one too many", arguments: 1...20)
    func random(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let permits = Int.random(in: 1...4, using: &generator)
        var queue = PermitQueue<UInt64>(permits: permits)
        var held = 0
        var waiting: [UInt64] = []
        func woken(_ ticket: UInt64?) {
            guard let ticket else { return }
            // First come, first served among those who wait and those who have a ticket.
            #expect(waiting.first == ticket)
            waiting.removeFirst()
            held += 1
        }
        for _ in 0..<2_000 {
            switch Int.random(in: 0..<5, using: &generator) {
            case 0, 1:
                if let ticket = queue.acquire() {
                    #expect(queue.wait(ticket, ticket) == .wait)
                    waiting.append(ticket)
                } else {
                    held += 1
                }
            case 2:
                guard let index = waiting.indices.randomElement(using: &generator) else { continue }
                #expect(queue.cancel(waiting[index]) == waiting[index])
                waiting.remove(at: index)
            default:
                guard held > 0 else { continue }
                held -= 1
                woken(queue.release())
            }
            #expect(held <= permits)
            if !waiting.isEmpty { #expect(held == permits) }
        }
    }
}
