//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import Testing

@testable import TemporalNative

@Suite("Activities as functions")
struct ActivityTests {
    private struct Order: Codable, Sendable, Equatable {
        var item: String
        var count: Int
    }

    private struct Orders: ActivityContainer {
        let prefix: String

        func charge(_ order: Order, note: String?) async throws -> String {
            "\(self.prefix) \(order.count) \(order.item)\(note.map { " (\($0))" } ?? "")"
        }

        func close() async throws {}

        var activities: [Activity] {
            Activity("charge", self.charge)
            Activity("close", self.close)
        }
    }

    private let context = PayloadContext()

    private func run(_ activity: Activity, _ input: any Sendable...) async throws -> [Payload] {
        try await activity.run(self.context.encode(values: input), self.context)
    }

    @Test("None, one or several inputs")
    func inputs() async throws {
        let none = Activity("none") { 7 }
        let one = Activity("one") { (order: Order) in Order(item: order.item, count: order.count + 1) }
        let three = Activity("three") { (a: Int, b: String, c: [Double]) in "\(a)\(b)\(c)" }
        #expect(try await self.context.decode(self.run(none), as: Int.self) == 7)
        let order = Order(item: "tea", count: 1)
        #expect(
            try await self.context.decode(self.run(one, order), as: Order.self) == Order(item: "tea", count: 2)
        )
        #expect(try await self.context.decode(self.run(three, 1, "b", [2.5]), as: String.self) == "1b[2.5]")
    }

    @Test("Nothing as a result is no payload; an optional input may be missing")
    func optionals() async throws {
        let activities = Orders(prefix: "sold").activities
        #expect(try await self.run(activities[1]).isEmpty)
        let order = Order(item: "tea", count: 2)
        let short = try await self.run(activities[0], order)
        #expect(try await self.context.decode(short, as: String.self) == "sold 2 tea")
        let long = try await self.run(activities[0], order, "gift")
        #expect(try await self.context.decode(long, as: String.self) == "sold 2 tea (gift)")
    }

    @Test("An input that is missing or of another type is an error that says so")
    func wrongInputs() async throws {
        let activity = Activity("one") { (number: Int) in number }
        for input: [any Sendable] in [[], ["text"]] {
            let error = await #expect(throws: TemporalError.self) {
                try await activity.run(self.context.encode(values: input), self.context)
            }
            #expect(error?.code == .conversionFailed)
        }
    }

    @Test("An activity can work on payloads itself")
    func payloads() async throws {
        let activity = Activity(name: "reverse") { $0.reversed() }
        let result = try await self.run(activity, 1, 2)
        #expect(try await self.context.decode(result, as: Int.self, Int.self) == (2, 1))
    }

    @Test("A list is built of activities, lists and containers")
    func building() {
        @ActivitiesBuilder func build(more: Bool) -> [Activity] {
            Activity("first") {}
            Orders(prefix: "")
            if more { [Activity("last") {}] }
        }
        #expect(build(more: true).map(\.name) == ["first", "charge", "close", "last"])
        #expect(build(more: false).count == 3)
    }

    @Test("Names are there, and each once", arguments: [[], [""], ["a", "b", "a"]])
    func names(names: [String]) {
        let error = #expect(throws: TemporalError.self) { try ActivityRegistry(names.map { Activity($0) {} }) }
        #expect(error?.code == .invalidConfiguration)
    }
}
