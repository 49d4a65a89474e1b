//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOConcurrencyHelpers
import NIOCore

/// Recent payloads by driver and claim, and recent stores by driver, target and digest.
///
/// Bounded in bytes and entries. Failures are not kept. Of several who want the same payload at the same time one fetches
/// it and the others wait. If the one fails or is cancelled, the others fetch it themselves.
final class PayloadCache: Sendable {
    typealias Location = RetrievePlan.Location

    private let state: NIOLockedValueBox<PayloadCacheState>
    /// What is larger is not kept, so it is not copied either.
    private let largest: Int
    private let now: @Sendable () -> ContinuousClock.Instant

    /// Nil if the configuration switches the cache off.
    init?(
        _ configuration: ExternalStorage.Configuration.Cache,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
    ) {
        guard configuration.isEnabled else { return nil }
        self.state = NIOLockedValueBox(PayloadCacheState(configuration))
        self.largest = configuration.sizeInBytes
        self.now = now
    }

    var count: Int { self.state.withLockedValue { $0.count } }
    var sizeInBytes: Int { self.state.withLockedValue { $0.sizeInBytes } }

    /// How many wait for a payload that somebody else is fetching.
    ///
    /// For tests.
    func waiters(at location: Location) -> Int { self.state.withLockedValue { $0.waiters(at: location) } }

    func recentClaims(for keys: [PayloadCacheState.StoreKey]) -> [StorageDriverClaim?] {
        let now = self.now()
        return self.state.withLockedValue { state in keys.map { state.recentClaim(for: $0, now: now) } }
    }

    func stored(_ payload: Payload, key: PayloadCacheState.StoreKey, claim: StorageDriverClaim) {
        let now = self.now()
        let payload = self.compact(payload)
        self.state.withLockedValue { $0.stored(payload, key: key, claim: claim, now: now) }
    }

    /// Remembers the store of a payload that nobody had in memory.
    func stored(key: PayloadCacheState.StoreKey, claim: StorageDriverClaim) {
        let now = self.now()
        self.state.withLockedValue { $0.remember(key, claim: claim, now: now) }
    }

    /// What is known, without fetching it or waiting for somebody who does.
    func payload(at location: Location) -> Payload? {
        self.state.withLockedValue { $0.payload(at: location) }
    }

    func forgetStores(of driver: Int) {
        self.state.withLockedValue { $0.forgetStores(of: driver) }
    }

    func begin(_ locations: [Location], alone: Set<Location>) -> PayloadCacheState.Split {
        self.state.withLockedValue { $0.begin(locations, alone: alone) }
    }

    /// Keeps what was fetched, and ends the caller's flights with it.
    func landed(_ payloads: [(Location, Payload)], flights: [Location: Flight]) {
        let compacted = payloads.map { ($0, self.compact($1)) }
        self.state.withLockedValue { state in
            for (location, payload) in compacted {
                state.keep(payload, at: location)
                if flights[location] != nil { state.end(location) }
            }
        }
        for (location, payload) in compacted { flights[location]?.end(.landed(payload)) }
    }

    /// Ends the caller's flights without payloads.
    func end(_ flights: [Location: Flight], _ outcome: Flight.Outcome) {
        self.state.withLockedValue { state in
            for location in flights.keys { state.end(location) }
        }
        for flight in flights.values { flight.end(outcome) }
    }

    /// A payload that does not keep a much larger buffer alive, so that what the cache holds is what it counts.
    ///
    /// A buffer of its own may be up to twice as large as the payload: that is how buffers grow.
    private func compact(_ payload: Payload) -> Payload {
        guard payload.sizeInBytes <= self.largest else { return payload }
        return Self.compact(payload)
    }

    /// As above, for a payload that is kept.
    static func compact(_ payload: Payload) -> Payload {
        let largest = payload.pieces.max { $0.storageCapacity < $1.storageCapacity }?.storageCapacity ?? 0
        guard largest > 2 * payload.sizeInBytes + 1_024 else { return payload }
        let copy = Payload(unchecked: ByteBuffer(bytes: payload.serializedBytes.readableBytesView))
        return payload.hasDigest ? copy.withDigest(payload.digest) : copy
    }
}
