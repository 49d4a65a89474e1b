//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import DequeModule
import NIOConcurrencyHelpers

/// What is handed to one task, in order, until it is closed.
///
/// Unlike an `AsyncStream` it does not end when whoever reads is cancelled: what was sent is received.
final class Mailbox<Element: Sendable>: Sendable {
    private struct State {
        var elements: Deque<Element> = []
        var reader: CheckedContinuation<Element?, Never>?
        var isClosed = false
    }

    private let state = NIOLockedValueBox(State())

    /// Sends an element.
    ///
    /// - Returns: Whether it will be received: false once the mailbox is closed.
    @discardableResult
    func send(_ element: Element) -> Bool {
        let (isTaken, reader) = self.state.withLockedValue { state -> (Bool, CheckedContinuation<Element?, Never>?) in
            guard !state.isClosed else { return (false, nil) }
            guard let reader = state.reader else {
                state.elements.append(element)
                return (true, nil)
            }
            state.reader = nil
            return (true, reader)
        }
        reader?.resume(returning: element)
        return isTaken
    }

    /// Takes no more elements; those that were sent are received.
    func close() {
        let reader = self.state.withLockedValue { state in
            state.isClosed = true
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(returning: nil)
    }

    /// Waits for the next element; one task at a time.
    ///
    /// - Returns: The element; nil when the mailbox is closed and empty.
    func next() async -> Element? {
        await withCheckedContinuation { continuation in
            let element: Element?? = self.state.withLockedValue { state in
                if let element = state.elements.popFirst() { return .some(element) }
                if state.isClosed { return .some(nil) }
                precondition(state.reader == nil, "one task reads a mailbox at a time")
                state.reader = continuation
                return nil
            }
            if let element { continuation.resume(returning: element) }
        }
    }
}
