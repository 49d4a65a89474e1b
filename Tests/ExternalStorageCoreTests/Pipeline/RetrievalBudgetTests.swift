//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageTesting
import Groundwork
import NIOConcurrencyHelpers
import NIOCore
import Testing

@testable import ExternalStorageCore

/// Knows the size of a payload before it reads it, as a store does, and remembers what it read.
final class SizedDriver: StorageDriver {
    let name = "sized"
    let type = "sized"
    private let sizes: [Int]
    private let missing: Set<Int>
    private let neverReads: Bool
    private let state = NIOLockedValueBox([Int]())
    private let asked = NIOLockedValueBox(0)

    /// Payloads of these sizes, by number; some are missing, and the others may wait until they are cancelled.
    init(sizes: [Int], missing: Set<Int> = [], neverReads: Bool = false) {
        self.sizes = sizes
        self.missing = missing
        self.neverReads = neverReads
    }

    /// The numbers of the payloads that were read, in order.
    var reads: [Int] { self.state.withLockedValue { $0 } }
    /// How many payloads it was asked for, whether or not there was room for them.
    var asks: Int { self.asked.withLockedValue { $0 } }
    var bytesRead: Int { self.reads.reduce(0) { $0 + self.sizes[$1] } }

    func payload(_ number: Int) -> Payload { .sample(number, sizeInBytes: self.sizes[number]) }

    /// A reference that says nothing of the size, as ES-W3 allows, or something else.
    func reference(_ number: Int, declaring sizeInBytes: Int? = nil) -> Payload {
        let reference = StorageReference(driverName: self.name, claim: ["number": "\(number)"]).payload(forStored: 1)
        return Payload(
            metadata: reference.metadata,
            data: reference.data,
            externalPayloadSizes: sizeInBytes.map { [Int64($0)] } ?? []
        )
    }

    func store(_ payloads: [Payload], context: StorageDriverStoreContext) async throws -> [StorageDriverClaim] { [] }

    func retrieve(_ claims: [StorageDriverClaim], context: StorageDriverRetrieveContext) async throws -> [Payload] {
        try await context.retrieveEach(claims) { claim, room in
            try await context.limiter.withPermit {
                guard let number = claim["number"].flatMap({ Int($0) }), !self.missing.contains(number) else {
                    throw ExternalStorageError(code: .notFound, message: "no object there")
                }
                self.asked.withLockedValue { $0 += 1 }
                // Nobody fires this one.
                if self.neverReads { try await TestEvent().wait() }
                await Task.yield()
                try room.reserve(self.sizes[number])
                self.state.withLockedValue { $0.append(number) }
                return self.payload(number)
            }
        }
    }
}

@Suite("The budget of a retrieve", .timeLimit(.minutes(1)))
struct RetrievalBudgetTests {
    private static let size = 10_000

    private func storage(_ driver: any StorageDriver) throws -> ExternalStorage {
        try ExternalStorage(driver: driver, configuration: .test(), logger: .silent)
    }

    @Test(
        "ES-P11 No more is read than there is room for, whatever the references say",
        arguments: [nil, 1, 1_000_000_000] as [Int?]
    )
    func bounded(declared: Int?) async throws {
        let driver = SizedDriver(sizes: Array(repeating: Self.size, count: 200))
        let references = (0..<200).map { driver.reference($0, declaring: declared) }
        let storage = try self.storage(driver)

        let error = await #expect(throws: ExternalStorageError.self) {
            try await storage.retrieve(references: references, namespace: "n", sizeLimit: 20 * Self.size)
        }

        #expect(error?.code == .messageTooLarge)
        #expect(error?.description.contains("more than the limit of \(20 * Self.size) bytes") == true)
        #expect(driver.bytesRead <= 20 * Self.size)
        let few = try await storage.retrieve(
            references: Array(references.prefix(20)),
            namespace: "n",
            sizeLimit: 20 * Self.size
        )
        #expect(few == (0..<20).map { driver.payload($0) })
    }

    @Test("ES-P11 A history ends where its room ends; what was fetched is used, and nothing is fetched twice")
    func pages() async throws {
        // No cache: nothing else remembers what came.
        let driver = SizedDriver(sizes: Array(repeating: Self.size, count: 200))
        let storage = try self.storage(driver)
        var (next, pages) = (0, 0)
        while next < 200 {
            let retrieval = Retrieval(limit: 64 * Self.size, occupied: 0, manner: .endsWhereRoomEnds)
            let references = (next..<200).map { driver.reference($0) }
            let outcomes = try await storage.retrieve(references: references, namespace: "n", in: retrieval)
            let came = outcomes.prefix { outcome in
                guard case .retrieved = outcome else { return false }
                return true
            }
            #expect(!came.isEmpty)
            #expect(retrieval.failure == nil || retrieval.failure?.code == .messageTooLarge)
            // The same page again, as it is after it was cut.
            let again = try await storage.retrieve(
                references: Array(references.prefix(came.count)),
                namespace: "n",
                in: retrieval
            )
            for (index, outcome) in again.enumerated() {
                guard case .retrieved(let payload) = outcome else {
                    Issue.record("\(index): \(outcome)")
                    continue
                }
                #expect(payload == driver.payload(next + index))
            }
            next += came.count
            pages += 1
        }
        #expect(pages == 4)
        #expect(driver.reads.sorted() == Array(0..<200))
        // Of a page the first that has no room is asked for, to say so; those behind it wait until those before it are done.
        #expect(driver.asks <= 200 + pages)
    }

    @Test("ES-F7 In a list the others are resolved if one is missing, or has no room")
    func lists() async throws {
        var sizes = Array(repeating: 100, count: 50)
        sizes[20] = 100_000
        let driver = SizedDriver(sizes: sizes, missing: [7, 30])
        let storage = try self.storage(driver)
        let retrieval = Retrieval(limit: 50_000, occupied: 0, manner: [.survivesFailures, .survivesRefusals])

        let outcomes = try await storage.retrieve(
            references: (0..<50).map { driver.reference($0) } + [.reference("gone", [:])],
            namespace: "n",
            in: retrieval
        )

        for (index, outcome) in outcomes.enumerated() {
            switch (index, outcome) {
            case (7, .failed(let error)), (30, .failed(let error)): #expect(error.code == .notFound)
            case (50, .failed(let error)): #expect(error.code == .driverNotRegistered)
            case (20, .noRoom): break
            case (_, .retrieved(let payload)): #expect(payload == driver.payload(index))
            default: Issue.record("\(index): \(outcome)")
            }
        }
    }

    @Test("ES-F7 So it is with a driver that fails as a whole, and knows nothing of budgets")
    func customDriver() async throws {
        let base = InMemoryStorageDriver(name: "custom")
        let storage = try self.storage(CustomDriver(base: base))
        let stored = try await storage.store((0..<10).map { Payload.large($0) }, context: .test)
        base.objects = base.objects.filter { $0.value != .large(4) }
        let retrieval = Retrieval(limit: 6 * 301_000, occupied: 0, manner: [.survivesFailures, .survivesRefusals])

        let outcomes = try await storage.retrieve(references: stored, namespace: "n", in: retrieval)

        guard case .failed(let error) = outcomes[4] else {
            Issue.record("\(outcomes[4])")
            return
        }
        #expect(error.code == .notFound && error.driverName == "custom")
        // What it returned is counted when it comes.
        let came = outcomes.count { outcome in
            guard case .retrieved = outcome else { return false }
            return true
        }
        #expect(came == 6)
        await #expect(throws: ExternalStorageError.self) {
            try await storage.retrieve(references: [stored[0], stored[1]], namespace: "n", sizeLimit: 400_000)
        }
    }

    @Test("ES-P11 The same object takes its size as often as it stands in the message")
    func repeated() async throws {
        let driver = SizedDriver(sizes: [Self.size])
        let storage = try self.storage(driver)
        let references = Array(repeating: driver.reference(0), count: 10)
        await #expect(throws: ExternalStorageError.self) {
            try await storage.retrieve(references: references, namespace: "n", sizeLimit: 9 * Self.size)
        }
        #expect(driver.reads.isEmpty)
        let payloads = try await storage.retrieve(references: references, namespace: "n", sizeLimit: 10 * Self.size)
        #expect(payloads.count == 10 && driver.reads == [0])
    }

    @Test("A context of a driver's own test can be used more than once")
    func contextAgain() async throws {
        let driver = SizedDriver(sizes: [Self.size, Self.size])
        let context = StorageDriverRetrieveContext(
            namespace: "n",
            limiter: StorageLimiter(permits: 2),
            budget: RetrievalBudget(sizeInBytes: 2 * Self.size)
        )
        for _ in 0..<3 {
            let found = try await driver.retrieve([["number": "0"], ["number": "1"]], context: context)
            #expect(found == [driver.payload(0), driver.payload(1)])
        }
    }

    @Test("ES-P11 What is too large by itself is named, with its driver and its place")
    func named() async throws {
        let driver = SizedDriver(sizes: [1, 3 * Self.size])
        let storage = try self.storage(driver)
        let error = await #expect(throws: ExternalStorageError.self) {
            try await storage.retrieve(
                references: [driver.reference(0), driver.reference(1, declaring: 1)],
                namespace: "n",
                sizeLimit: 2 * Self.size
            )
        }
        #expect(error?.code == .messageTooLarge)
        #expect(error?.driverName == driver.name)
        let text = try #require(error?.description)
        #expect(text.contains("[number=1]"), "\(text)")
        #expect(text.contains("storage driver \"\(driver.name)\": retrieve failed: the payload has"), "\(text)")
    }

    @Test("ES-P11 Payloads from the cache take room too")
    func cached() async throws {
        let driver = SizedDriver(sizes: [Self.size, Self.size])
        let storage = try ExternalStorage(driver: driver, configuration: .test(cache: .init()), logger: .silent)
        let references = [driver.reference(0), driver.reference(1)]
        _ = try await storage.retrieve(references, namespace: "n")
        let error = await #expect(throws: ExternalStorageError.self) {
            try await storage.retrieve(references: references, namespace: "n", sizeLimit: Self.size)
        }
        #expect(error?.code == .messageTooLarge)
        #expect(driver.reads.count == 2)
    }

    @Test(
        "ES-P11 All messages share the memory; one that gets no more says so, and what it has is given back",
        arguments: [1, 8]
    )
    func memory(permits: Int) async throws {
        let driver = SizedDriver(sizes: Array(repeating: Self.size, count: 10))
        var configuration = ExternalStorage.Configuration.test()
        configuration.requestsPerMessage = permits
        let storage = try ExternalStorage(driver: driver, configuration: configuration, logger: .silent)
        let budget = ByteBudget(capacity: 5 * Self.size)
        let references = (0..<10).map { driver.reference($0) }
        do {
            let retrieval = Retrieval(
                limit: .max,
                occupied: 100,
                manner: .endsWhereRoomEnds,
                memory: try await budget.take(Self.size)
            )
            let outcomes = try await storage.retrieve(references: references, namespace: "n", in: retrieval)
            let came = outcomes.prefix { outcome in
                guard case .retrieved = outcome else { return false }
                return true
            }
            // Of several at a time any five get the memory: what is behind one that does not came in vain.
            if permits == 1 { #expect(came.count == 5) }
            for (number, outcome) in came.enumerated() {
                guard case .retrieved(let payload) = outcome else { continue }
                #expect(payload == driver.payload(number))
            }
            #expect(driver.reads.count == 5)
            #expect(retrieval.failure?.code == .throttled && retrieval.failure?.isRetryable == true)
            #expect(budget.usage.taken == 5 * Self.size)
        }
        #expect(budget.usage.taken == 0)
    }

    @Test("ES-P3 ES-P11 The first failure stops the others")
    func failure() async throws {
        // None of the others ends by itself.
        let sizes = Array(repeating: Self.size, count: 100)
        let driver = SizedDriver(sizes: sizes, missing: [3], neverReads: true)
        let storage = try self.storage(driver)
        let error = await #expect(throws: ExternalStorageError.self) {
            try await storage.retrieve((0..<100).map { driver.reference($0) }, namespace: "n")
        }
        #expect(error?.code == .notFound)
        #expect(driver.reads.isEmpty)
        // Eight at a time, with the one that is missing: nothing has begun after it.
        #expect(driver.asks <= 7)
    }

    @Test("ES-P8 References of drivers that are not registered stay if that is wanted; the others are resolved")
    func left() async throws {
        let driver = SizedDriver(sizes: [Self.size])
        var configuration = ExternalStorage.Configuration.test()
        configuration.unregisteredDrivers = .leave
        let storage = try ExternalStorage(driver: driver, configuration: configuration, logger: .silent)
        let foreign = Payload.reference("elsewhere", ["key": "k"])

        let found = try await storage.retrieve([foreign, driver.reference(0)], namespace: "n")

        #expect(found == [foreign, driver.payload(0)])
        #expect(try await storage.chunks(of: foreign, namespace: "n").collect() == foreign.serializedBytes)
    }

    /// Finds its payloads in one go, as a driver may that was written before there were budgets.
    private struct CustomDriver: StorageDriver {
        let base: InMemoryStorageDriver
        var name: String { self.base.name }
        var type: String { "custom" }

        func store(_ payloads: [Payload], context: StorageDriverStoreContext) async throws -> [StorageDriverClaim] {
            try await self.base.store(payloads, context: context)
        }

        func retrieve(_ claims: [StorageDriverClaim], context: StorageDriverRetrieveContext) async throws -> [Payload] {
            try await self.base.retrieve(
                claims,
                context: StorageDriverRetrieveContext(namespace: context.namespace, limiter: context.limiter)
            )
        }
    }
}
