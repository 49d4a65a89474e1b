//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOCore
import NIOPosix
import Testing

@testable import TemporalNative

@Suite("The watchdog of workflow code", .timeLimit(.minutes(1)))
struct WatchdogTests {
    @Test("What takes too long is said, in the order of time, a shorter limit behind a longer one too; the rest is not")
    func late() async {
        let watchdog = Watchdog(loop: MultiThreadedEventLoopGroup.singleton.next())
        let (said, saying) = AsyncStream.makeStream(of: String.self)
        let far = watchdog.begin(.hours(1)) { saying.yield("far") }
        // All of them longer than a busy machine keeps this test waiting between two lines.
        let ended = watchdog.begin(.milliseconds(500)) { saying.yield("ended") }
        watchdog.end(ended)
        _ = watchdog.begin(.seconds(2)) { saying.yield("second") }
        _ = watchdog.begin(.seconds(1)) { saying.yield("first") }
        var heard: [String] = []
        for await each in said {
            heard.append(each)
            if heard.count == 2 {
                // The timer is set for those that are left, and for those that come.
                _ = watchdog.begin(.milliseconds(10)) { saying.yield("third") }
            }
            if heard.count == 3 { break }
        }
        #expect(heard == ["first", "second", "third"])
        watchdog.end(far)
    }

    @Test("A thousand that end in time are never said, and the next that does not is")
    func many() async {
        let watchdog = Watchdog(loop: MultiThreadedEventLoopGroup.singleton.next())
        let (said, saying) = AsyncStream.makeStream(of: Int.self)
        for number in 0..<1_000 {
            watchdog.end(watchdog.begin(.hours(1)) { saying.yield(number) })
        }
        _ = watchdog.begin(.milliseconds(50)) { saying.yield(-1) }
        var heard: [Int] = []
        for await each in said {
            heard.append(each)
            if each == -1 { break }
        }
        #expect(heard == [-1])
    }
}
