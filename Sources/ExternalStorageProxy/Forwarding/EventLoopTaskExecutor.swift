//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOCore

/// Runs tasks on the thread of an event loop.
///
/// A call that is forwarded by tasks on the loop that carries both of its connections changes no thread on its way, and
/// waking a thread costs more than all the rest of a small call.
final class EventLoopTaskExecutor: TaskExecutor {
    private let eventLoop: any EventLoop

    /// Nil if the group has several loops.
    init?(ofOneThread group: some EventLoopGroup) {
        var loops = group.makeIterator()
        guard let eventLoop = loops.next(), loops.next() == nil else { return nil }
        self.eventLoop = eventLoop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        self.eventLoop.execute { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
