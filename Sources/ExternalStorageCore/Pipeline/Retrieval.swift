//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import Groundwork
import NIOConcurrencyHelpers

/// What one message has room for, and what came for it so far.
///
/// A message may be tried in several steps: a page of history that turns out too large is cut, an entry of a list stays
/// as it is. What came in an earlier step is here and is not fetched again.
package final class Retrieval: Sendable {
    typealias Location = RetrievePlan.Location

    /// What becomes of the others when one payload cannot be had.
    package struct Manner: OptionSet, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        /// They go on if one fails: whoever needs it does without (lists, the tasks of one response).
        package static let survivesFailures = Self(rawValue: 1)
        /// Those before one that has no room go on, those behind it do not begin: a history ends there.
        package static let endsWhereRoomEnds = Self(rawValue: 2)
        /// They go on if one has no room: a smaller one may have.
        package static let survivesRefusals = Self(rawValue: 4)
    }

    private enum Fate: Sendable {
        case came(Payload)
        case refused(ExternalStorageError)
        case failed(ExternalStorageError)
    }

    private struct State: Sendable {
        /// In the order of the message, as its references were met.
        var ordinals: [Location: Int] = [:]
        /// What the references say of the sizes, and how often each stands in the message.
        var hints: [Int] = []
        /// How much room the reference itself takes, which its payload has.
        var credits: [Int] = []
        var weights: [Int] = []

        var used: Int
        var reserved: [Int: Int] = [:]
        /// Begun, and the size not known yet.
        var unknown: Set<Int> = []
        var largest = 0
        var firstRefused: Int?
        var results: [Int: Fate] = [:]
        /// What a driver threw for single claims, not classified yet.
        var errors: [Int: any Error] = [:]
        var firstFailure: ExternalStorageError?

        func cost(_ sizeInBytes: Int, of ordinal: Int) -> Int {
            let credit = ordinal < self.credits.count ? self.credits[ordinal] : 0
            let (cost, overflows) = max(0, sizeInBytes - credit)
                .multipliedReportingOverflow(by: self.weight(of: ordinal))
            return overflows ? .max : cost
        }

        /// Where it is; for the texts of errors, since it looks at all of them.
        func location(of ordinal: Int) -> Location? { self.ordinals.first { $0.value == ordinal }?.key }

        func weight(of ordinal: Int) -> Int { ordinal < self.weights.count ? self.weights[ordinal] : 1 }

        mutating func refuse(_ ordinal: Int, _ error: ExternalStorageError) {
            self.results[ordinal] = .refused(error)
            self.firstRefused = min(self.firstRefused ?? ordinal, ordinal)
        }
    }

    let manner: Manner
    let limit: Int
    private let occupied: Int
    private let replacesReferences: Bool
    private let memory: ByteShare?
    private let state: NIOLockedValueBox<State>

    /// - Parameters:
    ///   - limit: The size that the message may have with its payloads, in bytes.
    ///   - occupied: How much of that is taken by other things than payloads.
    ///   - manner: What becomes of the others when one cannot be had.
    ///   - memory: A share of the memory of all messages. It grows with what is reserved, as far as there is some left;
    ///     nothing waits for that, because whoever reserves may hold a permit that others wait for.
    ///   - replacesReferences: Whether the references stand in what is occupied, and make way for their payloads.
    package init(
        limit: Int,
        occupied: Int,
        manner: Manner,
        memory: ByteShare? = nil,
        replacesReferences: Bool = false
    ) {
        self.limit = limit
        self.occupied = occupied
        self.memory = memory
        self.replacesReferences = replacesReferences
        self.manner = manner
        self.state = NIOLockedValueBox(State(used: occupied))
    }

    /// The failure that came first, of those that are not for lack of room; else the first refusal.
    package var failure: ExternalStorageError? {
        self.state.withLockedValue { state in
            if let failure = state.firstFailure { return failure }
            guard let first = state.firstRefused, case .refused(let error) = state.results[first] else { return nil }
            return error
        }
    }

    /// Whether a failure kept others from being retrieved.
    package var isStoppedByFailure: Bool {
        !self.manner.contains(.survivesFailures) && self.state.withLockedValue { $0.firstFailure != nil }
    }

    /// Gives the memory back; nothing more is to be retrieved then.
    package func giveBack() {
        self.memory?.giveBack()
    }

    /// Hands the memory over to whoever keeps what came; nothing more is to be retrieved then.
    package func handMemory(to share: ByteShare) {
        if let memory = self.memory { share.absorb(memory) }
    }

    /// Whether something came although something else had no room.
    package var hasRoomLeftOver: Bool {
        self.state.withLockedValue { state in
            state.firstRefused != nil
                && state.results.values.contains { fate in
                    guard case .came = fate else { return false }
                    return true
                }
        }
    }

    /// Whether the driver has to be asked for nothing any more.
    var hasStopped: Bool {
        self.state.withLockedValue { state in
            (state.firstFailure != nil && !self.manner.contains(.survivesFailures))
                || (state.firstRefused != nil
                    && self.manner.isDisjoint(with: [.endsWhereRoomEnds, .survivesRefusals]))
        }
    }
}

// MARK: - Locations

extension Retrieval {
    /// Takes note of what the message refers to.
    ///
    /// - Returns: Those for which nothing is known yet, each once, in order.
    func open(_ locations: [Location], hints: [Int], credits: [Int]) -> [Location] {
        self.state.withLockedValue { state in
            var open: [Location] = []
            let known = state.hints.count
            for (index, location) in locations.enumerated() {
                if let ordinal = state.ordinals[location] {
                    // The same object takes its size as often as it stands there; a history may be cut in between.
                    if ordinal >= known, !self.manner.contains(.endsWhereRoomEnds) { state.weights[ordinal] += 1 }
                    continue
                }
                state.ordinals[location] = state.hints.count
                state.hints.append(hints[index])
                state.credits.append(self.replacesReferences ? credits[index] : 0)
                state.weights.append(1)
                open.append(location)
            }
            return open
        }
    }

    func ordinals(of locations: [Location]) -> [Int] {
        self.state.withLockedValue { state in
            locations.map { location in
                guard let ordinal = state.ordinals[location] else {
                    preconditionFailure("a location that the message does not refer to")
                }
                return ordinal
            }
        }
    }

    func outcome(at location: Location) -> RetrievalOutcome {
        self.state.withLockedValue { state in
            switch state.ordinals[location].flatMap({ state.results[$0] }) {
            case .came(let payload): .retrieved(payload)
            case .refused(let error): .noRoom(error)
            case .failed(let error): .failed(error)
            case nil: .stopped
            }
        }
    }

    /// Whether there is nothing more to be done about a location.
    func isSettled(_ location: Location) -> Bool {
        self.state.withLockedValue { state in
            guard let ordinal = state.ordinals[location] else { return false }
            if let first = state.firstRefused, ordinal > first, self.manner.contains(.endsWhereRoomEnds) { return true }
            return state.results[ordinal] != nil
        }
    }

    /// Whether there was no room for one of them.
    func hasRefused(_ locations: [Location]) -> Bool {
        self.contains(locations) { fate in
            guard case .refused = fate else { return false }
            return true
        }
    }

    /// Whether one of them is not there.
    func isMissing(_ locations: [Location]) -> Bool {
        self.contains(locations) { fate in
            guard case .failed(let error) = fate else { return false }
            return error.code == .notFound
        }
    }

    private func contains(_ locations: [Location], where condition: (Fate) -> Bool) -> Bool {
        self.state.withLockedValue { state in
            locations.contains { state.ordinals[$0].flatMap { state.results[$0] }.map(condition) ?? false }
        }
    }

    /// What came for a location, where nothing else is wanted.
    ///
    /// - Throws: What is in its way.
    func payload(at location: Location) throws(ExternalStorageError) -> Payload {
        switch self.outcome(at: location) {
        case .retrieved(let payload): return payload
        case .noRoom(let error), .failed(let error): throw error
        case .left, .stopped:
            throw self.failure ?? .notRetrieved
        }
    }

    /// A payload that came without having been asked for a reservation: from the cache, from another message, or from
    /// a driver that knows nothing of budgets.
    ///
    /// If there is no room for it, that is what becomes of it.
    func came(_ payload: Payload, at location: Location) {
        guard let ordinal = self.ordinals(of: [location]).first else { return }
        _ = try? self.keep(payload, for: ordinal)
    }

    /// What came for some locations.
    func payloads(at locations: [Location]) -> [(Location, Payload)] {
        self.state.withLockedValue { state in
            locations.compactMap { location in
                guard let ordinal = state.ordinals[location], case .came(let payload) = state.results[ordinal] else {
                    return nil
                }
                return (location, payload)
            }
        }
    }
}

// MARK: - Room

extension Retrieval {
    func reserve(_ sizeInBytes: Int, for ordinal: Int) throws(ExternalStorageError) {
        try self.state.withLockedValue { state in self.reserve(sizeInBytes, for: ordinal, &state) }.get()
    }

    func keep(_ payload: Payload, for ordinal: Int) throws(ExternalStorageError) {
        try self.state.withLockedValue { state in
            self.reserve(payload.sizeInBytes, for: ordinal, &state).map {
                state.results[ordinal] = .came(payload)
            }
        }.get()
    }

    func sizeLimit(for ordinal: Int) -> Int {
        self.state.withLockedValue { state in
            if let first = state.firstRefused, !self.manner.contains(.survivesRefusals),
                ordinal > first || !self.manner.contains(.endsWhereRoomEnds)
            {
                return state.reserved[ordinal] ?? 0
            }
            let credit = ordinal < state.credits.count ? state.credits[ordinal] : 0
            return max(state.reserved[ordinal, default: 0], credit)
                .addingClamped(max(0, self.limit - state.used) / state.weight(of: ordinal))
        }
    }

    private func reserve(
        _ sizeInBytes: Int,
        for ordinal: Int,
        _ state: inout State
    ) -> Result<Void, ExternalStorageError> {
        state.unknown.remove(ordinal)
        state.largest = max(state.largest, sizeInBytes)
        let reserved = state.reserved[ordinal, default: 0]
        guard sizeInBytes > reserved else { return .success(()) }
        let more = state.cost(sizeInBytes, of: ordinal) - state.cost(reserved, of: ordinal)
        let total = state.used.addingClamped(more)
        let isBehindTheEnd = state.firstRefused.map { ordinal > $0 } ?? false
        guard total <= self.limit, !(isBehindTheEnd && self.manner.contains(.endsWhereRoomEnds)) else {
            let error: ExternalStorageError =
                if more > self.limit, let location = state.location(of: ordinal) {
                    .payloadTooLargeForMessage(sizeInBytes: sizeInBytes, limit: self.limit, claim: location.claim)
                } else {
                    .messageTooLarge(sizeInBytes: total, limit: self.limit)
                }
            state.refuse(ordinal, error)
            return .failure(error)
        }
        if let memory = self.memory {
            let missing = total - self.occupied - memory.bytes
            guard missing <= 0 || memory.growIfAvailable(by: missing) else {
                let error = ExternalStorageError.outOfMemory(sizeInBytes: missing)
                state.refuse(ordinal, error)
                return .failure(error)
            }
        }
        state.reserved[ordinal] = sizeInBytes
        state.used = total
        return .success(())
    }

    /// Whether one more may begin before those that have begun are done.
    ///
    /// While the sizes of some are unknown, as many begin as have room if they are as large as the largest so far. So the
    /// room ends behind all that came, and nothing was fetched in vain.
    func hasRoomToBegin() -> Bool {
        self.state.withLockedValue { state in
            let (expected, overflows) = state.largest.multipliedReportingOverflow(by: state.unknown.count + 1)
            return !overflows && state.used.addingClamped(expected) <= self.limit
        }
    }

    /// Whether one is to be begun at all.
    func begins(_ ordinal: Int) -> Bool {
        self.state.withLockedValue { state in
            guard state.results[ordinal] == nil else { return false }
            let hint = ordinal < state.hints.count ? state.hints[ordinal] : 0
            let room = max(0, self.limit - state.used)
            var isRefused = state.firstRefused != nil && !self.manner.contains(.survivesRefusals)
            // A list does without what by its own account has no room.
            if self.manner.contains(.survivesRefusals), hint / state.weight(of: ordinal) > room { isRefused = true }
            guard isRefused else {
                state.unknown.insert(ordinal)
                return true
            }
            state.refuse(
                ordinal,
                .messageTooLarge(sizeInBytes: state.used.addingClamped(max(1, hint)), limit: self.limit)
            )
            return false
        }
    }

    /// Says which driver was asked for what is too large by itself: this account knows no names.
    func name(_ driver: String, inRefusalsOf locations: [Location]) {
        self.state.withLockedValue { state in
            for case let ordinal? in locations.map({ state.ordinals[$0] }) {
                guard case .refused(var error) = state.results[ordinal], error.operation != nil else { continue }
                error.driverName = driver
                state.results[ordinal] = .refused(error)
            }
        }
    }

    /// One could not be had.
    ///
    /// - Returns: Whether the others are to stop.
    func failed(_ error: any Error, at ordinal: Int) -> Bool {
        self.state.withLockedValue { state in
            state.unknown.remove(ordinal)
            if case .refused = state.results[ordinal] {
                return self.manner.isDisjoint(with: [.endsWhereRoomEnds, .survivesRefusals])
            }
            state.errors[ordinal] = error
            return !self.manner.contains(.survivesFailures)
        }
    }

    /// A reference leads nowhere, so that no driver can be asked for it.
    func failed(_ error: ExternalStorageError) {
        self.state.withLockedValue { $0.firstFailure = $0.firstFailure ?? error }
    }

    /// The failure of a driver, classified.
    func settle(_ location: Location, _ error: ExternalStorageError) {
        self.state.withLockedValue { state in
            guard let ordinal = state.ordinals[location], state.results[ordinal] == nil else { return }
            state.results[ordinal] = .failed(error)
            state.firstFailure = state.firstFailure ?? error
        }
    }

    /// The failure of all of them, if it is that the store is not there.
    func commonFailure(of locations: [Location]) -> ExternalStorageError? {
        var common: ExternalStorageError?
        for location in locations {
            guard case .failed(let error) = self.outcome(at: location),
                error.code == .unavailable || error.code == .throttled
            else { return nil }
            common = error
        }
        return common
    }

    /// What a driver threw for single claims.
    func errors(at locations: [Location]) -> [(Location, any Error)] {
        self.state.withLockedValue { state in
            locations.compactMap { location in
                guard let ordinal = state.ordinals[location], let error = state.errors.removeValue(forKey: ordinal)
                else { return nil }
                return (location, error)
            }
        }
    }

    func refusal(among ordinals: [Int]) -> ExternalStorageError? {
        self.state.withLockedValue { state in
            for ordinal in ordinals {
                if case .refused(let error) = state.results[ordinal] { return error }
            }
            return nil
        }
    }
}

/// What became of one reference.
package enum RetrievalOutcome: Sendable {
    case retrieved(Payload)
    /// The reference stays: its driver is not registered, and such references are left to others (ES-P8).
    case left
    /// The message has no room for it.
    case noRoom(ExternalStorageError)
    case failed(ExternalStorageError)
    /// It was not retrieved, because another one failed.
    case stopped
}

extension Int {
    /// The sum, or the largest number there is.
    package func addingClamped(_ other: Int) -> Int {
        let (sum, overflows) = self.addingReportingOverflow(other)
        return overflows ? .max : sum
    }
}
