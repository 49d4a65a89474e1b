//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import TemporalNative

/// The activities of walks, which are local ones too.
enum WalkActivities {
    static let all = [
        Activity("work") { (work: Work) -> String in
            try Self.check(work)
            guard ActivityContext.current?.info.attempt ?? 0 > work.failures else {
                throw ApplicationFailure("not yet", type: "Early")
            }
            if Mistake.made == .returnsWrongValues, Int.random(in: 0..<8) == 0 { return work.note.text }
            return work.result
        },
        Activity("slow") { (work: Work) -> String in
            try Self.check(work)
            try await Task.sleep(for: .milliseconds(150))
            return work.result
        },
        Activity("refuse") { (work: Work) -> String in
            throw ApplicationFailure("no", type: "Planned", isNonRetryable: true, details: [work.result])
        },
        // A time in which nothing happens, not a wait for something.
        Activity("doze") { (milliseconds: Int) -> String in
            try await Task.sleep(for: .milliseconds(milliseconds))
            return "ok"
        },
        Activity("rest") { (milliseconds: Int) -> String in
            for _ in 0..<milliseconds / 100 {
                ActivityContext.current?.heartbeat(milliseconds)
                try await Task.sleep(for: .milliseconds(100))
            }
            return "activity"
        },
    ]

    private static func check(_ work: Work) throws {
        guard work.note.isRight else {
            throw ApplicationFailure("the input is not what was sent", type: "Wrong", isNonRetryable: true)
        }
    }
}
