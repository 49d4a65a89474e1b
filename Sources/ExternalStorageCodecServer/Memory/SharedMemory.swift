//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import Groundwork
internal import NIOConcurrencyHelpers

/// Memory that requests share, and of which one caller has only a part at a time: the rest is there for the others,
/// whatever that caller sends, and however slowly it reads.
final class SharedMemory: Sendable {
    /// A caller's part; it goes when the last request of the caller does.
    private struct Part {
        var budget: ByteBudget
        var requests = 0
    }

    private let common: ByteBudget
    private let partSize: Int
    /// How many of them one request has: three quarters, so that the last quarter is there for small requests of others
    /// whatever it waits for.
    private let requestSize: Int
    private let parts = NIOLockedValueBox<[CallerKey: Part]>([:])

    /// - Parameters:
    ///   - capacity: How many bytes there are.
    ///   - partSize: How many of them one caller has at a time.
    ///   - onChange: Told after bytes were taken or given back, for metrics.
    init(capacity: Int, partSize: Int, onChange: @escaping @Sendable (ByteBudget.Usage) -> Void = { _ in }) {
        self.common = ByteBudget(capacity: capacity, onChange: onChange)
        self.partSize = min(capacity, partSize)
        self.requestSize = max(1, capacity - capacity / 4)
    }

    /// How many bytes are taken, and how many requests wait for others; those that wait for their own caller do not count.
    var usage: ByteBudget.Usage { self.common.usage }

    /// The memory of one request, of which there is none yet.
    func share(of caller: CallerKey) async throws -> Share {
        let budget = self.parts.withLockedValue { parts in
            var part = parts[caller] ?? Part(budget: ByteBudget(capacity: self.partSize))
            part.requests += 1
            parts[caller] = part
            return part.budget
        }
        do {
            return Share(
                of: self,
                caller: caller,
                own: try await budget.take(0),
                common: try await self.common.take(0)
            )
        } catch {
            self.leave(caller)
            throw error
        }
    }

    /// How many callers have requests under way.
    var callers: Int { self.parts.withLockedValue { $0.count } }

    private func leave(_ caller: CallerKey) {
        self.parts.withLockedValue { parts in
            parts[caller]?.requests -= 1
            if parts[caller]?.requests == 0 { parts[caller] = nil }
        }
    }

    /// What one request has; it is given back when nobody keeps this any more.
    final class Share: Sendable {
        private let memory: SharedMemory
        private let caller: CallerKey
        private let own: ByteShare
        private let common: ByteShare
        private let wanted = NIOLockedValueBox(0)

        fileprivate init(of memory: SharedMemory, caller: CallerKey, own: ByteShare, common: ByteShare) {
            self.memory = memory
            self.caller = caller
            self.own = own
            self.common = common
        }

        deinit { self.memory.leave(self.caller) }

        /// Takes more, and waits for it: first for what the caller's other requests hold, then for what those of others do.
        ///
        /// One that is larger than the part has all of it, and of the whole at most three quarters.
        ///
        /// - Throws: `ByteBudgetError` if all wait for each other; `CancellationError`.
        func grow(by bytes: Int) async throws {
            let wanted = self.wanted.withLockedValue { wanted in
                wanted = wanted.addingReportingOverflow(bytes).overflow ? .max : wanted + bytes
                return wanted
            }
            let own = min(wanted, self.memory.partSize) - self.own.bytes
            if own > 0, !self.own.growIfAvailable(by: own) { try await self.own.grow(by: own) }
            let common = min(wanted, self.memory.requestSize) - self.common.bytes
            if common > 0, !self.common.growIfAvailable(by: common) { try await self.common.grow(by: common) }
        }

        /// Takes more if it need not wait.
        ///
        /// - Returns: Whether it has it now.
        func growIfAvailable(by bytes: Int) -> Bool {
            let before = self.wanted.withLockedValue { $0 }
            let (sum, overflow) = before.addingReportingOverflow(bytes)
            let wanted = overflow ? .max : sum
            let own = max(0, min(wanted, self.memory.partSize) - self.own.bytes)
            guard self.own.growIfAvailable(by: own) else { return false }
            let common = max(0, min(wanted, self.memory.requestSize) - self.common.bytes)
            guard self.common.growIfAvailable(by: common) else {
                self.own.giveBack(own)
                return false
            }
            self.wanted.withLockedValue { $0 = wanted }
            return true
        }

        /// Gives back what is more than that.
        func shrink(to bytes: Int) {
            self.wanted.withLockedValue { $0 = min($0, bytes) }
            self.own.giveBack(max(0, self.own.bytes - bytes))
            self.common.giveBack(max(0, self.common.bytes - bytes))
        }
    }
}
