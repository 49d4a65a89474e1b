//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Which member of a pool takes the next stream: a decision, without any waiting.
///
/// The member with the fewest streams, the first of them if there are several. A member that could not open a stream
/// has none, and so would be chosen again and again; it is passed over for some streams, unless all are in this state.
struct PoolLoad: Sendable {
    private struct Member: Sendable {
        var streams = 0
        var passes = 0
    }

    /// How many streams go elsewhere after a member failed to open one.
    static let passesAfterFailure = 16

    private var members: [Member]

    init(members: Int) {
        self.members = Array(repeating: Member(), count: members)
    }

    /// The number of open streams of each member, in order.
    var streams: [Int] { self.members.map { $0.streams } }

    /// Chooses a member and counts a stream for it.
    ///
    /// - Parameter excluded: A member that must not be chosen, unless it is the only one.
    /// - Returns: The index of the member.
    mutating func open(excluding excluded: Int? = nil) -> Int {
        var best: Int?
        for index in self.members.indices where index != excluded {
            guard let current = best else {
                best = index
                continue
            }
            let (candidate, leader) = (self.members[index], self.members[current])
            let isBetter =
                (candidate.passes > 0) == (leader.passes > 0)
                ? candidate.streams < leader.streams : candidate.passes == 0
            if isBetter { best = index }
        }
        let chosen = best ?? excluded ?? 0
        for index in self.members.indices where index != chosen && self.members[index].passes > 0 {
            self.members[index].passes -= 1
        }
        self.members[chosen].streams += 1
        return chosen
    }

    /// A stream of the member is closed.
    mutating func close(_ index: Int) {
        self.members[index].streams -= 1
    }

    /// The member could open no stream; also closes what ``open(excluding:)`` counted.
    mutating func fail(_ index: Int) {
        self.close(index)
        self.members[index].passes = Self.passesAfterFailure
    }

    /// The member opened a stream.
    mutating func succeed(_ index: Int) {
        self.members[index].passes = 0
    }
}
