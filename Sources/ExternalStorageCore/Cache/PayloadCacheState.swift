//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// What is remembered, and who is fetching what: the decisions of ``PayloadCache``, without lock and clock.
struct PayloadCacheState: Sendable {
    typealias Location = RetrievePlan.Location

    /// A payload that was stored for a target by a driver.
    struct StoreKey: Hashable, Sendable {
        var driver: Int
        var target: StorageDriverTarget?
        /// A driver may choose the place by the ambient namespace.
        var namespace: String
        var digest: PayloadDigest
    }

    private struct RecentStore: Sendable {
        var claim: StorageDriverClaim
        var expires: ContinuousClock.Instant
    }

    /// Where the payloads of one message come from.
    struct Split: Sendable {
        /// Known already.
        var hits: [Location: Payload] = [:]
        /// Being fetched by somebody else.
        var joined: [(location: Location, flight: Flight)] = []
        /// To be fetched by the caller.
        var own: [Location] = []
        /// Those of its own that others can wait for; the caller has to end every one of them.
        var flights: [Location: Flight] = [:]
    }

    private var payloads: BoundedMap<Location, Payload>
    private var stores: BoundedMap<StoreKey, RecentStore>
    private var flights: [Location: Flight] = [:]
    private let storesAreRecentFor: Duration

    init(_ configuration: ExternalStorage.Configuration.Cache) {
        self.payloads = BoundedMap(entryLimit: configuration.entries, costLimit: configuration.sizeInBytes)
        self.stores = BoundedMap(entryLimit: configuration.entries, costLimit: configuration.entries)
        self.storesAreRecentFor = configuration.storesAreRecentFor
    }

    var count: Int { self.payloads.count }
    var sizeInBytes: Int { self.payloads.cost }
    var recentStores: Int { self.stores.count }

    /// The claim of the same payload, if it was stored for the same target a short time ago.
    mutating func recentClaim(for key: StoreKey, now: ContinuousClock.Instant) -> StorageDriverClaim? {
        guard let store = self.stores.value(forKey: key) else { return nil }
        guard now < store.expires else {
            self.stores.removeValue(forKey: key)
            return nil
        }
        return store.claim
    }

    mutating func stored(_ payload: Payload, key: StoreKey, claim: StorageDriverClaim, now: ContinuousClock.Instant) {
        self.remember(key, claim: claim, now: now)
        self.keep(payload, at: Location(driver: key.driver, claim: claim, namespace: key.namespace))
    }

    mutating func remember(_ key: StoreKey, claim: StorageDriverClaim, now: ContinuousClock.Instant) {
        let store = RecentStore(claim: claim, expires: now.advanced(by: self.storesAreRecentFor))
        self.stores.insert(store, forKey: key, cost: 1)
    }

    mutating func payload(at location: Location) -> Payload? { self.payloads.value(forKey: location) }

    /// Something that a driver once stored is gone: what else is remembered of it may be gone too.
    mutating func forgetStores(of driver: Int) {
        self.stores.removeAll { $0.driver == driver }
    }

    mutating func keep(_ payload: Payload, at location: Location) {
        self.payloads.insert(payload, forKey: location, cost: payload.sizeInBytes)
    }

    /// Decides for every location where its payload comes from.
    ///
    /// - Parameters:
    ///   - locations: What the caller wants.
    ///   - alone: Locations for which the caller relies on nobody else: a flight that it had joined has failed.
    /// - Returns: What is known, what to wait for, what to fetch.
    mutating func begin(_ locations: [Location], alone: Set<Location>) -> Split {
        var split = Split()
        for location in locations {
            if let payload = self.payloads.value(forKey: location) {
                split.hits[location] = payload
            } else if let flight = self.flights[location] {
                if alone.contains(location) {
                    split.own.append(location)
                } else {
                    split.joined.append((location, flight))
                }
            } else {
                let flight = Flight()
                self.flights[location] = flight
                split.flights[location] = flight
                split.own.append(location)
            }
        }
        return split
    }

    /// How many wait for a payload that somebody else is fetching.
    ///
    /// For tests.
    func waiters(at location: Location) -> Int { self.flights[location]?.waiters ?? 0 }

    /// Takes a flight off the list, so that nobody joins it any more.
    mutating func end(_ location: Location) {
        self.flights[location] = nil
    }
}
