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

    /// Retrieves what stands at the locations, as far as there is room in the message (ES-P11).
    ///
    /// Fetches what nobody has and nobody is fetching, and waits for the rest. Own calls and waiting run at the same time,
    /// and an own call tells those who wait for it as soon as it is done: two messages that wait for each other's payloads
    /// both get on.
    ///
    /// - Parameters:
    ///   - locations: Where the references point.
    ///   - hints: What the references say of the sizes, zero where they say nothing; to plan by, not to believe.
    ///   - credits: The sizes of the references.
    ///   - namespace: The namespace of the call.
    ///   - retrieval: The message: what came before is not fetched again, and what comes is put there.
    /// - Throws: `CancellationError` if the task is cancelled, and nothing else: failures are in the retrieval.
    func retrieve(
        _ locations: [Location],
        hints: [Int],
        credits: [Int],
        namespace: String,
        in retrieval: Retrieval
    ) async throws {
        var open = retrieval.open(locations, hints: hints, credits: credits)
        guard !open.isEmpty else { return }
        let scope = MessageScope(namespace: namespace, permits: self.configuration.requestsPerMessage)
        defer { self.telemetry.record(scope.intervals, .retrieve) }
        var alone: Set<Location> = []
        while !open.isEmpty, !retrieval.hasStopped {
            let split = self.cache?.begin(open, alone: alone) ?? PayloadCacheState.Split(own: open)
            // In the order of the message: the room may end with one of them.
            for location in open {
                guard let payload = split.hits[location] else { continue }
                self.telemetry.cacheHit(.retrieve, self.registry[location.driver])
                retrieval.came(payload, at: location)
            }
            let work = RetrievePlan(split.own).calls.map(Work.call) + split.joined.map(Work.wait)
            do {
                let failed = try await self.runAll(work) { work -> Location? in
                    switch work {
                    case .call(let call):
                        try await self.fetch(call, flights: split.flights, scope: scope, in: retrieval)
                        return nil
                    case .wait(let location, let flight):
                        switch try await flight.wait() {
                        case .landed(let payload): retrieval.came(payload, at: location)
                        case .failed: return location
                        case .abandoned: break
                        }
                        return nil
                    }
                }
                alone.formUnion(failed.compactMap { $0 })
            } catch {
                try Task.checkCancellation()
                // One of them failed, and the others were cancelled for it.
                return
            }
            open = open.filter { !retrieval.isSettled($0) }
        }
    }

    /// Makes a call, and tells the retrieval, the cache and those who wait what came of it.
    ///
    /// - Throws: What is to end the other calls for the message; `CancellationError` if the task is cancelled.
    private func fetch(
        _ call: RetrievePlan.Call,
        flights: [Location: Flight],
        scope: MessageScope,
        in retrieval: Retrieval
    ) async throws {
        let locations = call.claims.map { Location(driver: call.driver, claim: $0, namespace: scope.namespace) }
        var own = flights.filter { $0.key.driver == call.driver }
        do {
            try await self.fetch(locations, scope: scope, in: retrieval)
        } catch {
            let isCancelled = Task.isCancelled
            self.land(locations, of: &own, in: retrieval)
            self.cache?.end(own, isCancelled ? .abandoned : .failed)
            if retrieval.isMissing(locations) { self.cache?.forgetStores(of: call.driver) }
            throw error
        }
        self.land(locations, of: &own, in: retrieval)
        self.cache?.end(own, .failed)
        if retrieval.isMissing(locations) { self.cache?.forgetStores(of: call.driver) }
    }

    /// Keeps what came in the cache, and ends the flights of it.
    private func land(_ locations: [Location], of flights: inout [Location: Flight], in retrieval: Retrieval) {
        guard let cache = self.cache else { return }
        let came = retrieval.payloads(at: locations)
        cache.landed(came, flights: flights)
        for (location, _) in came { flights[location] = nil }
    }

    /// - Throws: As above; every location is settled if it does not.
    private func fetch(_ locations: [Location], scope: MessageScope, in retrieval: Retrieval) async throws {
        do {
            try await self.call(locations, scope: scope, in: retrieval)
            return
        } catch {
            guard !Task.isCancelled else { throw CancellationError() }
            let driver = self.registry[locations[0].driver]
            retrieval.name(driver.name, inRefusalsOf: locations)
            let single = retrieval.errors(at: locations)
            for (location, error) in single {
                guard let error = driver.classified(error, operation: .retrieve) as? ExternalStorageError else {
                    continue
                }
                retrieval.settle(location, error)
            }
            guard single.isEmpty, let failure = error as? ExternalStorageError,
                !([.messageTooLarge, .throttled].contains(failure.code) && retrieval.hasRefused(locations))
            else {
                if retrieval.hasStopped { throw error }
                return
            }
            // A driver that says nothing of single claims: one of them may be to blame, or the store.
            let open = locations.filter { !retrieval.isSettled($0) }
            guard open.count > 1, retrieval.manner.contains(.survivesFailures) else {
                for location in open { retrieval.settle(location, failure) }
                if retrieval.hasStopped { throw failure }
                return
            }
            try await self.fetchEach(open, scope: scope, in: retrieval)
        }
    }

    /// Fetches each for itself; the first few one after the other, to see whether it is the store that fails.
    private func fetchEach(_ locations: [Location], scope: MessageScope, in retrieval: Retrieval) async throws {
        let probes = locations.prefix(Self.probes)
        for location in probes { try await self.fetch([location], scope: scope, in: retrieval) }
        let rest = Array(locations.dropFirst(probes.count))
        if let failure = retrieval.commonFailure(of: Array(probes)) {
            for location in rest { retrieval.settle(location, failure) }
            return
        }
        _ = try await self.runAll(rest) { location in
            try await self.fetch([location], scope: scope, in: retrieval)
        }
    }

    /// How many have to fail for want of a store before it is not asked any more for the same message.
    private static var probes: Int { 3 }

    private func call(_ locations: [Location], scope: MessageScope, in retrieval: Retrieval) async throws {
        let driver = self.registry[locations[0].driver]
        try await self.observe(
            .retrieve,
            driver,
            payloads: locations.count,
            scope: scope,
            moved: { (_: Void?) in retrieval.payloads(at: locations).map(\.1) },
            body: { limiter in
                let budget = RetrievalBudget(retrieval, ordinals: retrieval.ordinals(of: locations))
                let context = StorageDriverRetrieveContext(namespace: scope.namespace, limiter: limiter, budget: budget)
                let payloads = try await driver.driver.retrieve(locations.map(\.claim), context: context)
                try driver.check(count: payloads.count, of: "payloads", for: locations.count, "claims")
                for (location, payload) in zip(locations, payloads) { retrieval.came(payload, at: location) }
            }
        )
    }
}
