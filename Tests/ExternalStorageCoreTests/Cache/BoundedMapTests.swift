//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Testing

@testable import ExternalStorageCore

@Suite("Bounded map")
struct BoundedMapTests {
    @Test("What was not used for longest goes first")
    func leastRecentlyUsed() {
        var map = BoundedMap<Int, String>(entryLimit: 3, costLimit: 100)
        for key in 1...3 { map.insert("\(key)", forKey: key, cost: 1) }
        #expect(map.value(forKey: 1) == "1")
        map.insert("4", forKey: 4, cost: 1)
        #expect(map.value(forKey: 2) == nil)
        #expect(map.value(forKey: 1) == "1" && map.value(forKey: 3) == "3" && map.value(forKey: 4) == "4")
    }

    @Test("The bounds are exact: what fits to the byte stays, one more byte makes room")
    func exact() {
        var map = BoundedMap<Int, Int>(entryLimit: 10, costLimit: 100)
        map.insert(1, forKey: 1, cost: 60)
        map.insert(2, forKey: 2, cost: 40)
        #expect(map.count == 2 && map.cost == 100)
        map.insert(3, forKey: 3, cost: 41)
        #expect(map.value(forKey: 1) == nil && map.count == 2 && map.cost == 81)
        map.insert(4, forKey: 4, cost: 101)
        #expect(map.value(forKey: 4) == nil && map.cost == 81)
        map.insert(3, forKey: 3, cost: 100)
        #expect(map.count == 1 && map.cost == 100)
    }

    @Test("Random calls give what a slow map gives, within the bounds", arguments: 1...20)
    func random(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var map = BoundedMap<Int, Int>(entryLimit: 7, costLimit: 50)
        // Oldest first.
        var model: [(key: Int, value: Int, cost: Int)] = []
        for step in 0..<3_000 {
            let key = Int.random(in: 0..<15, using: &generator)
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<4:
                let cost = Int.random(in: 0...60, using: &generator)
                map.insert(step, forKey: key, cost: cost)
                model.removeAll { $0.key == key }
                guard cost <= 50 else { break }
                while model.count >= 7 || model.reduce(cost, { $0 + $1.cost }) > 50 { model.removeFirst() }
                model.append((key, step, cost))
            case 4:
                map.removeValue(forKey: key)
                model.removeAll { $0.key == key }
            case 5 where step.isMultiple(of: 10):
                map.removeAll { $0.isMultiple(of: 3) }
                model.removeAll { $0.key.isMultiple(of: 3) }
            default:
                let index = model.firstIndex { $0.key == key }
                #expect(map.value(forKey: key) == index.map { model[$0].value })
                if let index { model.append(model.remove(at: index)) }
            }
            #expect(map.count == model.count)
            #expect(map.cost == model.reduce(0) { $0 + $1.cost })
        }
    }
}
