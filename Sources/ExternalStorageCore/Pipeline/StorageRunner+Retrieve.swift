//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

extension StorageRunner {
    typealias Location = RetrievePlan.Location

    /// A part of the work for one message.
    private enum Work: Sendable {
        case call(RetrievePlan.Call)
        case wait(location: Location, flight: Flight)
    }

    /// Retrieves what stands at the locations.
    ///
    /// - Returns: One payload per location, in order.
    func retrieve(_ locations: [Location], namespace: String) async throws -> [Payload] {
        let scope = MessageScope(namespace: namespace, permits: self.configuration.requestsPerMessage)
        defer { self.telemetry.record(scope.intervals, .retrieve) }
        var found: [Location: Payload] = [:]
        if let cache = self.cache {
            found = try await self.retrieve(Set(locations), through: cache, scope: scope)
        } else {
            let results = try await self.runAll(RetrievePlan(locations).calls) { call in
                try await self.retrieve(call, scope: scope)
            }
            for (location, payload) in results.joined() { found[location] = payload }
        }
        return locations.map { location in
            guard let payload = found[location] else { preconditionFailure("a location is in no call of its plan") }
            return payload
        }
    }

    /// Fetches what nobody has and nobody is fetching, and waits for the rest.
    ///
    /// Own calls and waiting run at the same time, and an own call tells those who wait for it as soon as it is done: two
    /// messages that wait for each other's payloads both get on.
    private func retrieve(
        _ locations: Set<Location>,
        through cache: PayloadCache,
        scope: MessageScope
    ) async throws -> [Location: Payload] {
        var found: [Location: Payload] = [:]
        var alone: Set<Location> = []
        while found.count < locations.count {
            let split = cache.begin(locations.filter { found[$0] == nil }, alone: alone)
            self.count(split)
            found.merge(split.hits) { $1 }
            let work = RetrievePlan(split.own).calls.map(Work.call) + split.joined.map(Work.wait)
            let outcomes = try await self.runAll(work) { work in
                switch work {
                case .call(let call): try await self.fetch(call, flights: split.flights, of: cache, scope: scope)
                case .wait(let location, let flight): [(location, try await flight.wait())]
                }
            }
            for (location, outcome) in outcomes.joined() {
                switch outcome {
                case .landed(let payload): found[location] = payload
                case .failed: alone.insert(location)
                case .abandoned: break
                }
            }
        }
        return found
    }

    private func fetch(
        _ call: RetrievePlan.Call,
        flights: [Location: Flight],
        of cache: PayloadCache,
        scope: MessageScope
    ) async throws -> [(Location, Flight.Outcome)] {
        let own = flights.filter { $0.key.driver == call.driver }
        do {
            let results = try await self.retrieve(call, scope: scope)
            cache.landed(results, flights: own)
            return results.map { ($0, .landed($1)) }
        } catch let error as CancellationError {
            cache.end(own, .abandoned)
            throw error
        } catch {
            cache.end(own, .failed)
            if (error as? ExternalStorageError)?.code == .notFound { cache.forgetStores(of: call.driver) }
            throw error
        }
    }

    private func count(_ split: PayloadCacheState.Split) {
        for location in split.hits.keys {
            self.telemetry.cacheHit(.retrieve, self.registry[location.driver])
        }
    }

    private func retrieve(_ call: RetrievePlan.Call, scope: MessageScope) async throws -> [(Location, Payload)] {
        let driver = self.registry[call.driver]
        let payloads = try await self.observe(.retrieve, driver, payloads: call.claims.count, scope: scope) { limiter in
            let context = StorageDriverRetrieveContext(namespace: scope.namespace, limiter: limiter)
            let payloads = try await driver.driver.retrieve(call.claims, context: context)
            try driver.check(count: payloads.count, of: "payloads", for: call.claims.count, "claims")
            return (payloads, payloads)
        }
        return zip(call.claims, payloads).map {
            (Location(driver: call.driver, claim: $0, namespace: scope.namespace), $1)
        }
    }
}
