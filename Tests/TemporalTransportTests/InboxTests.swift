//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Synchronization
import Testing

@testable import TemporalTransport

@Suite("The inbox of a stream", .timeLimit(.minutes(1)))
struct InboxTests {
    @Test("Parts come out in order, those too that came before anyone waited, and then the end")
    func order() async throws {
        let inbox = Inbox<Int>(limit: 100)
        for number in 0..<10 { inbox.put(number) }
        inbox.finish()
        inbox.put(99)

        var read: [Int] = []
        while let number = try await inbox.next() { read.append(number) }

        #expect(read == Array(0..<10))
        #expect(try await inbox.next() == nil)
    }

    @Test("A reader and a writer at once lose nothing")
    func concurrent() async throws {
        let inbox = Inbox<Int>(limit: 100)
        let read = try await withThrowingTaskGroup(of: [Int].self) { group in
            group.addTask {
                var read: [Int] = []
                while let number = try await inbox.next() { read.append(number) }
                return read
            }
            group.addTask {
                for number in 0..<10_000 { inbox.put(number) }
                inbox.finish()
                return []
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }

        #expect(read == Array(0..<10_000))
    }

    @Test("An error comes after what is there")
    func failure() async throws {
        struct Broken: Error {}
        let inbox = Inbox<Int>(limit: 100)
        inbox.put(1)
        inbox.fail(Broken())

        #expect(try await inbox.next() == 1)
        await #expect(throws: Broken.self) { try await inbox.next() }
    }

    @Test("A reader that is cancelled gets what is there, and does not wait")
    func cancellation() async throws {
        let inbox = Inbox<Int>(limit: 100)
        inbox.put(1)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                #expect((try? await inbox.next()) == 1)
                await #expect(throws: CancellationError.self) { try await inbox.next() }
            }
            group.cancelAll()
        }
    }

    @Test("A full inbox says once when it no longer is")
    func backpressure() async throws {
        let drained = Mutex(0)
        let inbox = Inbox<Int>(limit: 10) { drained.withLock { $0 += 1 } }
        inbox.put(1, size: 6)
        #expect(!inbox.isFull)
        inbox.put(2, size: 6)
        #expect(inbox.isFull)

        _ = try await inbox.next()
        #expect(drained.withLock { $0 } == 1)
        _ = try await inbox.next()
        #expect(drained.withLock { $0 } == 1)
        #expect(!inbox.isFull)
    }

    @Test("All parts come at their end, whether or not somebody waited before", arguments: [true, false])
    func all(waitsBefore: Bool) async throws {
        let inbox = Inbox<Int>(limit: 100)
        inbox.put(0)
        if !waitsBefore { inbox.finish() }
        let parts = try await withThrowingTaskGroup(of: [Int].self) { group in
            group.addTask { try await inbox.all() }
            group.addTask {
                for number in 1..<10 { inbox.put(number) }
                inbox.finish()
                return []
            }
            return try await group.reduce([], +)
        }

        #expect(parts == (waitsBefore ? Array(0..<10) : [0]))
    }

    @Test("Whoever waits for all parts is told of an error, and of the own cancellation")
    func allFailing() async throws {
        struct Broken: Error {}
        let inbox = Inbox<Int>(limit: 100)
        inbox.put(1)
        await withThrowingTaskGroup(of: [Int].self) { group in
            group.addTask { try await inbox.all() }
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.next() }
        }
        let other = Inbox<Int>(limit: 100)
        await withThrowingTaskGroup(of: [Int].self) { group in
            group.addTask { try await other.all() }
            other.put(1)
            other.fail(Broken())
            await #expect(throws: Broken.self) { try await group.next() }
        }
    }
}
