//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Testing

@testable import BufferTransport

@Suite("Which member of a pool takes a stream")
struct PoolLoadTests {
    @Test("The member with the fewest streams does, the first of equals")
    func leastLoaded() {
        var load = PoolLoad(members: 3)

        #expect((0..<4).map { _ in load.open() } == [0, 1, 2, 0])
        load.close(1)
        #expect(load.open() == 1)
        #expect(load.streams == [2, 1, 1])
    }

    @Test("A member that failed is passed over for some streams, although it has none")
    func failure() {
        var load = PoolLoad(members: 2)
        let failed = load.open()
        load.fail(failed)

        let others = (0..<PoolLoad.passesAfterFailure).map { _ in load.open() }
        #expect(others.allSatisfy { $0 != failed })
        #expect(load.open() == failed)
    }

    @Test("If all members failed, the least loaded is tried again")
    func allFailed() {
        var load = PoolLoad(members: 2)
        load.fail(load.open())
        load.fail(load.open())

        #expect(load.open() == 0)
        #expect(load.open() == 1)
    }

    @Test("A member that opens a stream again is as good as the others")
    func recovery() {
        var load = PoolLoad(members: 2)
        let failed = load.open()
        load.fail(failed)
        load.succeed(failed)

        #expect(load.open() == failed)
    }

    @Test("The excluded member is chosen only if there is no other")
    func exclusion() {
        var pair = PoolLoad(members: 2)
        #expect(pair.open(excluding: 0) == 1)
        #expect(pair.open(excluding: 0) == 1)
        var single = PoolLoad(members: 1)
        #expect(single.open(excluding: 0) == 0)
    }
}
