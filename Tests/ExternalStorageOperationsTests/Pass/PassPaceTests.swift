//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageOperations
import Testing

@Suite("How far a pass is")
struct PassPaceTests {
    @Test("The time left is that of the stage, at the rate of the stage, and is not told before there is a rate")
    func timeLeft() {
        var pace = PassPace()
        var snapshot = PassProgress.Snapshot()
        (snapshot.stage, snapshot.itemsListed) = ("listing", 1_000)
        #expect(pace.line(snapshot, after: .zero) == "listing: 0 of 1000 read, 0 references")
        (snapshot.stage, snapshot.itemsRead) = ("reading", 200)
        #expect(pace.line(snapshot, after: .seconds(60)) == "reading: 200 of 1000 read, 0 references")
        snapshot.itemsRead = 300
        #expect(pace.line(snapshot, after: .seconds(61)) == "reading: 300 of 1000 read, 0 references, 100/s")
        snapshot.itemsRead = 600
        #expect(
            pace.line(snapshot, after: .seconds(70)) == "reading: 600 of 1000 read, 0 references, 40/s, 10 s left"
        )
        snapshot.itemsRead = 1_000
        #expect(!pace.line(snapshot, after: .seconds(80)).contains("left"))
    }

    @Test("Of a sweep the objects count; problems are told")
    func sweep() {
        var pace = PassPace()
        var snapshot = PassProgress.Snapshot()
        (snapshot.stage, snapshot.objectsExpected, snapshot.itemsRead) = ("sweeping b", 1_000_000, 77)
        _ = pace.line(snapshot, after: .zero)
        (snapshot.objects, snapshot.problems) = (1_000, 2)
        #expect(
            pace.line(snapshot, after: .seconds(10))
                == "sweeping b: 1000 of 1000000 objects, 100/s, 2.8 h left, 2 problems"
        )
    }
}
