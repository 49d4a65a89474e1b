//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

extension StorageDriverRetrieveContext {
    /// Retrieves the payload of every claim by itself, several at the same time, within the budget (ES-P11).
    ///
    /// What the driver's `retrieve` returns. It begins in the order of the claims, with as many at a time as there are
    /// permits for one message; the same place twice is read once. How the others go on when one fails is up to the
    /// message: as a rule they are cancelled and awaited (ES-P3), but what came until then is used.
    ///
    /// - Parameters:
    ///   - places: What the claims say, in their order.
    ///   - body: Retrieves one payload, and reserves its size before it reads.
    /// - Returns: One payload per place, in order.
    /// - Throws: What `body` threw first; `CancellationError` if the task is cancelled.
    public func retrieveEach<Place: Hashable & Sendable>(
        _ places: [Place],
        _ body: @escaping @Sendable (_ place: Place, _ room: RetrievalRoom) async throws -> Payload
    ) async throws -> [Payload] {
        try Task.checkCancellation()
        var indices: [Place: [Int]] = [:]
        for (index, place) in places.enumerated() { indices[place, default: []].append(index) }
        let groups = indices.values.sorted { $0[0] < $1[0] }
        let payloads: [Int: Payload]
        if groups.count == 1 {
            // Nothing to do at the same time.
            let budget = self.budget.forOneCall
            let payload = try await body(places[0], budget.room(forClaimAt: 0))
            for index in groups[0] { try budget.room(forClaimAt: index).keep(payload) }
            return Array(repeating: payload, count: places.count)
        }
        payloads = try await self.payloads(of: groups) { index, room in try await body(places[index], room) }
        return places.indices.compactMap { payloads[$0] }
    }

    /// What has become of the claims of one group.
    ///
    /// A type of its own, with the group's number: of a pair with the indices, which are shared with the tasks, the optimised
    /// code of Swift 6.3 has handed on an array that was gone.
    private struct Part: Sendable {
        var group: Int
        var result: Result<Payload, any Error>
    }

    /// `groups` are the indices of equal places, in the order of the first of them.
    private func payloads(
        of groups: [[Int]],
        _ body: @escaping @Sendable (_ index: Int, _ room: RetrievalRoom) async throws -> Payload
    ) async throws -> [Int: Payload] {
        let (budget, permits) = (self.budget.forOneCall, self.limiter.permits)
        return try await withThrowingTaskGroup(of: Part.self) { group in
            var (payloads, running, failure): ([Int: Payload], Int, (any Error)?) = ([:], 0, nil)
            func takeNext() async throws {
                guard let part = try await group.next() else { return }
                running -= 1
                for index in groups[part.group] {
                    do {
                        let payload = try part.result.get()
                        try budget.room(forClaimAt: index).keep(payload)
                        payloads[index] = payload
                    } catch {
                        // One that was cancelled because another failed has nothing to say.
                        guard !group.isCancelled else { return }
                        failure = failure ?? error
                        if budget.failed(error, at: index) { group.cancelAll() }
                    }
                }
            }
            for (number, indices) in groups.enumerated() {
                while running > 0, running >= permits || !budget.retrieval.hasRoomToBegin() { try await takeNext() }
                guard !group.isCancelled else { break }
                let first = indices[0]
                guard budget.begins(at: first) else { continue }
                running += 1
                group.addTask {
                    do {
                        let payload = try await body(first, budget.room(forClaimAt: first))
                        return Part(group: number, result: .success(payload))
                    } catch {
                        return Part(group: number, result: .failure(error))
                    }
                }
            }
            while running > 0 { try await takeNext() }
            try Task.checkCancellation()
            if let failure { throw failure }
            if let refusal = budget.refusal(among: groups.map { $0[0] }) { throw refusal }
            return payloads
        }
    }
}

extension RetrievalBudget {
    fileprivate func begins(at index: Int) -> Bool { self.retrieval.begins(self.room(forClaimAt: index).ordinal) }

    /// - Returns: Whether the others are to stop.
    fileprivate func failed(_ error: any Error, at index: Int) -> Bool {
        self.retrieval.failed(error, at: self.room(forClaimAt: index).ordinal)
    }

    /// Why claims were not begun.
    fileprivate func refusal(among indices: [Int]) -> (any Error)? {
        self.retrieval.refusal(among: indices.map { self.room(forClaimAt: $0).ordinal })
    }
}
