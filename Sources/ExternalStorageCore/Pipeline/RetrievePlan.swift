//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageWire

/// What is downloaded for one message: which claims, by which driver.
///
/// Pure.
struct RetrievePlan: Sendable {
    /// Where one reference points: an index into the registry, and a claim.
    struct Location: Hashable, Sendable {
        var driver: Int
        var claim: StorageDriverClaim
        /// Who asks.
        ///
        /// A driver may give one namespace what it refuses another, so the cache keeps them apart.
        var namespace: String
    }

    /// One call of a driver's `retrieve`.
    struct Call: Sendable {
        var driver: Int
        /// No two are equal.
        var claims: [StorageDriverClaim] = []
    }

    private(set) var calls: [Call] = []

    /// Whether a payload has to be resolved (ES-W2, ES-W5).
    static func isReference(_ payload: Payload, readsLegacy: Bool) -> Bool {
        let traits = payload.traits
        return traits.isReference || (readsLegacy && traits.contains(.legacyReference))
    }

    /// Reads a reference that is not encoded.
    ///
    /// - Returns: Where it points; nil if its driver is not registered and such references are left to others.
    /// - Throws: `invalidReference`, `driverNotRegistered`.
    static func location(
        of payload: Payload,
        in registry: DriverRegistry,
        namespace: String,
        unregistered: ExternalStorage.Configuration.UnregisteredDrivers
    ) throws(ExternalStorageError) -> Location? {
        let reference =
            payload.traits.contains(.legacyReference)
            ? try StorageReference(legacyPayload: payload) : try StorageReference(payload: payload)
        if unregistered == .leave, !registry.contains(reference.driverName) { return nil }
        let driver = try registry.index(ofReferenced: reference.driverName)
        return Location(driver: driver, claim: reference.claim, namespace: namespace)
    }

    /// Groups the locations by driver (ES-P2); equal ones become one.
    init(_ locations: [Location]) {
        var callIndices: [Int: Int] = [:]
        var seen: Set<Location> = []
        for location in locations where seen.insert(location).inserted {
            if let call = callIndices[location.driver] {
                self.calls[call].claims.append(location.claim)
            } else {
                callIndices[location.driver] = self.calls.count
                self.calls.append(Call(driver: location.driver, claims: [location.claim]))
            }
        }
    }
}
