//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOConcurrencyHelpers

/// What has arrived on a stream, for the one task that reads it.
///
/// The event loop puts parts in, from one side, and never waits. A part that is there already is taken without a
/// suspension.
final class Inbox<Part: Sendable>: Sendable {
    private enum End {
        case finished
        case failed(any Error)
    }

    private struct State {
        var parts: [(part: Part, size: Int)?] = []
        /// The first part that has not been taken.
        var head = 0
        var bytes = 0
        var end: End?
        var waiter: CheckedContinuation<Part?, any Error>?
        /// Who waits for all parts.
        var collector: CheckedContinuation<[Part], any Error>?
        var isCancelled = false
        var hasToDrain = false

        mutating func take() -> (part: Part, size: Int)? {
            guard self.head < self.parts.count, let entry = self.parts[self.head] else { return nil }
            self.parts[self.head] = nil
            self.head += 1
            if self.head == self.parts.count {
                self.parts.removeAll(keepingCapacity: true)
                self.head = 0
            }
            self.bytes -= entry.size
            return entry
        }

        mutating func takeAll() -> [Part] {
            defer { (self.parts, self.head, self.bytes) = ([], 0, 0) }
            return self.parts.compactMap { $0?.part }
        }
    }

    private enum Next {
        case part(Part, wasFull: Bool)
        case end
        case failure(any Error)
    }

    /// From how many bytes on the inbox counts as full.
    private let limit: Int
    /// Called when an inbox that was full no longer is, on the thread of the reader.
    private let drained: @Sendable () -> Void
    private let state = NIOLockedValueBox(State())

    init(limit: Int, drained: @escaping @Sendable () -> Void = {}) {
        self.limit = limit
        self.drained = drained
    }

    /// Whether the peer should wait.
    var isFull: Bool {
        self.state.withLockedValue { state in
            state.hasToDrain = state.bytes >= self.limit
            return state.hasToDrain
        }
    }

    /// Puts a part in; nothing happens after the end.
    func put(_ part: Part, size: Int = 0) {
        let waiter = self.state.withLockedValue { state -> CheckedContinuation<Part?, any Error>? in
            guard state.end == nil else { return nil }
            if let waiter = state.waiter {
                state.waiter = nil
                return waiter
            }
            state.parts.append((part, size))
            state.bytes += size
            return nil
        }
        waiter?.resume(returning: part)
    }

    /// Ends the parts; what is there can still be taken.
    func finish() {
        self.end(.finished)
    }

    /// Ends the parts with an error, after those that are there.
    func fail(_ error: any Error) {
        self.end(.failed(error))
    }

    private func end(_ end: End) {
        let resume = self.state.withLockedValue { state -> (@Sendable () -> Void)? in
            guard state.end == nil else { return nil }
            state.end = end
            if let collector = state.collector {
                let result = Self.all(state.takeAll(), end)
                state.collector = nil
                return { collector.resume(with: result) }
            }
            guard let waiter = state.waiter else { return nil }
            state.waiter = nil
            switch end {
            case .finished: return { waiter.resume(returning: nil) }
            case .failed(let error): return { waiter.resume(throwing: error) }
            }
        }
        resume?()
    }

    /// The next part, as soon as it is there; nil at the end.
    ///
    /// - Throws: The error that ended the parts. `CancellationError` if the task is cancelled while there is nothing to
    ///   take.
    func next() async throws -> Part? {
        if let next = self.state.withLockedValue({ self.take(&$0) }) { return try self.result(next) }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let next = self.state.withLockedValue { state -> Next? in
                    if let next = self.take(&state) { return next }
                    if state.isCancelled { return .failure(CancellationError()) }
                    state.waiter = continuation
                    return nil
                }
                if let next { continuation.resume(with: Result { try self.result(next) }) }
            }
        } onCancel: {
            let waiter = self.state.withLockedValue { state -> CheckedContinuation<Part?, any Error>? in
                state.isCancelled = true
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume(throwing: CancellationError())
        }
    }

    /// All parts, when the last of them is there: one change of tasks instead of one for each.
    ///
    /// Instead of ``next()``, for parts that hardly ever are full.
    ///
    /// - Throws: The error that ended the parts. `CancellationError` if the task is cancelled before their end.
    func all() async throws -> [Part] {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result = self.state.withLockedValue { state -> Result<[Part], any Error>? in
                    if let end = state.end { return Self.all(state.takeAll(), end) }
                    if state.isCancelled { return .failure(CancellationError()) }
                    state.collector = continuation
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            let collector = self.state.withLockedValue { state in
                state.isCancelled = true
                defer { state.collector = nil }
                return state.collector
            }
            collector?.resume(throwing: CancellationError())
        }
    }

    private static func all(_ parts: [Part], _ end: End) -> Result<[Part], any Error> {
        switch end {
        case .finished: .success(parts)
        case .failed(let error): .failure(error)
        }
    }

    private func take(_ state: inout State) -> Next? {
        if let entry = state.take() {
            let wasFull = state.hasToDrain && state.bytes < self.limit
            if wasFull { state.hasToDrain = false }
            return .part(entry.part, wasFull: wasFull)
        }
        switch state.end {
        case .finished: return .end
        case .failed(let error): return .failure(error)
        case nil: return nil
        }
    }

    private func result(_ next: Next) throws -> Part? {
        switch next {
        case .part(let part, let wasFull):
            if wasFull { self.drained() }
            return part
        case .end: return nil
        case .failure(let error): throw error
        }
    }
}
