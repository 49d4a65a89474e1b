//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Groundwork
import NIOConcurrencyHelpers
import Synchronization
import WorkflowEngine

/// A run that is in memory, and the local activities that go on in it.
final class KeptRun: Sendable {
    let run: WorkflowRun
    let references: RunReferences
    let localActivities = LocalActivities()
    private let sentBytes = Atomic(0)

    init(_ run: WorkflowRun, references: RunReferences) {
        self.run = run
        self.references = references
    }

    /// What it takes of memory, about: its tasks, its history, which the code has seen all of, what was loaded for it, and
    /// what it has sent, whether the code still has it or not.
    ///
    /// What was sent may be in history or in storage by now. Where it is in history it counts twice: rather that, than a run
    /// that holds large values while it waits for an activity, and counts for nothing.
    var estimatedBytes: Int {
        Self.bytesOfRun + Int(clamping: self.run.historySizeInBytes) + self.references.loadedBytes
            + self.sentBytes.load(ordering: .relaxed)
    }

    /// Notes the size of an answer, before storage.
    func noteSent(_ bytes: Int) { self.sentBytes.add(bytes, ordering: .relaxed) }

    /// What a run takes that has only begun to wait; `Scripts/benchmark workflows` measures it with its history, 7 KiB.
    private static let bytesOfRun = 8_192
}

/// The local activities of a run: those that go on, and how those ended that the run has not been told of.
final class LocalActivities: Sendable {
    /// What comes first.
    enum News: Sendable {
        case ended([LocalActivityEnding])
        /// The task has to be answered before the server takes the worker for dead.
        case timeIsUp
        /// The worker shuts down.
        case interrupted
    }

    private struct State: Sendable {
        var running: [Int64: OneShot] = [:]
        var endings: [LocalActivityEnding] = []
        var isInterrupted = false
        var news = OneShot()
        /// Attempts beyond the first ones, since the server was last told.
        var retries = 0
    }

    private let state = NIOLockedValueBox(State())

    /// Whether some go on, or have ended without the run knowing.
    var isBusy: Bool { self.state.withLockedValue { !$0.running.isEmpty || !$0.endings.isEmpty } }

    /// How many attempts beyond the first ones there were since this was last asked.
    func takeRetries() -> Int {
        self.state.withLockedValue { state in
            defer { state.retries = 0 }
            return state.retries
        }
    }

    /// One begins.
    ///
    /// - Returns: What cancels it.
    func begin(_ sequence: Int64) -> OneShot {
        let cancelled = OneShot()
        self.state.withLockedValue { $0.running[sequence] = cancelled }
        return cancelled
    }

    /// Takes note of an end.
    ///
    /// - Parameters:
    ///   - sequence: Of which.
    ///   - ending: How; nil if it did not end by itself, so that it has to be started again.
    func ended(_ sequence: Int64, _ ending: LocalActivityEnding?) {
        let news = self.state.withLockedValue { state in
            state.running[sequence] = nil
            if let ending {
                state.endings.append(ending)
                state.retries += max(0, ending.attempt - 1)
            } else {
                state.isInterrupted = true
            }
            return state.news
        }
        news.fire()
    }

    func cancel(_ sequence: Int64) {
        self.state.withLockedValue { $0.running[sequence] }?.fire()
    }

    func cancelAll() {
        for cancelled in self.state.withLockedValue({ Array($0.running.values) }) { cancelled.fire() }
    }

    /// Waits until something has ended.
    ///
    /// - Parameters:
    ///   - end: Until when.
    ///   - clock: Measures that.
    ///   - stopped: Returns when the worker has no more time.
    /// - Returns: What came first.
    func next(
        by end: ContinuousClock.Instant,
        clock: WorkerClock,
        stopped: @escaping @Sendable () async -> Void
    ) async -> News {
        if let news = self.take() { return news }
        let arrived = self.state.withLockedValue { $0.news }
        let other: News? = await withTaskGroup(of: News?.self) { group in
            group.addTask {
                await arrived.wait()
                return nil
            }
            group.addTask {
                try? await clock.sleep(end)
                return .timeIsUp
            }
            group.addTask {
                await stopped()
                return .interrupted
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
        return self.take() ?? other ?? .interrupted
    }

    private func take() -> News? {
        self.state.withLockedValue { state in
            if state.news.hasFired { state.news = OneShot() }
            guard state.endings.isEmpty else {
                defer { state.endings = [] }
                return .ended(state.endings)
            }
            return state.isInterrupted ? .interrupted : nil
        }
    }
}
