//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import NIOCore

/// Runs tasks on the thread of an event loop.
///
/// A call that is made or forwarded by tasks on the loop that carries its connection changes no thread on its way, and
/// waking a thread costs more than all the rest of a small call.
package final class EventLoopTaskExecutor: TaskExecutor {
    /// The loop.
    package let eventLoop: any EventLoop

    package init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// Nil if the group has several loops.
    package init?(ofOneThread group: some EventLoopGroup) {
        var loops = group.makeIterator()
        guard let eventLoop = loops.next(), loops.next() == nil else { return nil }
        self.eventLoop = eventLoop
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        self.eventLoop.execute { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
