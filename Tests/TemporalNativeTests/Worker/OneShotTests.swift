//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Testing

@testable import TemporalNative

@Suite("Something that happens once", .timeLimit(.minutes(1)))
struct OneShotTests {
    @Test("All who wait go on, and all who come later")
    func everybody() async {
        let event = OneShot()
        await withDiscardingTaskGroup { group in
            for _ in 0..<5 { group.addTask { await event.wait() } }
            event.fire()
        }
        await event.wait()
        #expect(event.hasFired)
    }

    @Test("Cancellation ends the waiting")
    func cancellation() async {
        let event = OneShot()
        await withDiscardingTaskGroup { group in
            group.addTask { await event.wait() }
            group.cancelAll()
        }
        #expect(!event.hasFired)
    }

    @Test("It cancels what runs until then, whose result counts all the same")
    func cancelling() async {
        let event = OneShot()
        let result = await event.cancelling {
            event.fire()
            await OneShot().wait()
            return Task.isCancelled
        }
        #expect(result)
    }

    @Test("Without it, the body just ends")
    func uncancelled() async {
        #expect(await OneShot().cancelling { 3 } == 3)
    }
}
