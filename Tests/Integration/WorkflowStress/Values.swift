//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// A text that follows from a token, so that whoever knows the token knows whether it is the right one.
func known(_ token: String, isLarge: Bool) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in token.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    let digits = String(hash, radix: 16)
    return token + "=" + String(repeating: digits, count: isLarge ? 2_000 : 1)
}

/// What comes with a signal and an update.
struct Note: Codable, Sendable {
    var token: String
    var isLarge: Bool
    var text: String

    init(_ token: String, isLarge: Bool) {
        self.token = token
        self.isLarge = isLarge
        self.text = known(token, isLarge: isLarge)
    }

    var isRight: Bool { self.text == known(self.token, isLarge: self.isLarge) }
}

/// What an activity is given.
struct Work: Codable, Sendable {
    var note: Note
    /// How many attempts fail.
    var failures = 0

    init(_ token: String, isLarge: Bool = false, failures: Int = 0) {
        self.note = Note(token, isLarge: isLarge)
        self.failures = failures
    }

    /// What it has to return.
    var result: String { known(self.note.token + "!", isLarge: self.note.isLarge) }
}

/// What a walk is started with.
struct WalkInput: Codable, Sendable {
    var seed: UInt64
    /// How many parents it has.
    var depth = 0
    /// The step with which this run begins.
    var from = 0
    /// Another walk, to send signals to.
    var sibling: String?
    /// Where Nexus operations are handled.
    var endpoint: String?
    /// Whether it goes on until it is told to finish.
    var waits = false
    var isFinished = false
    var ledger = Ledger()

    init(seed: UInt64, depth: Int) {
        self.seed = seed
        self.depth = depth
    }
}

/// All that a walk has seen, over all its runs.
struct Ledger: Codable, Sendable {
    /// A line per step: number, kind, what it came to.
    var trace: [String] = []
    /// The tokens of signals whose handlers have ended.
    var signals: [String] = []
    /// The tokens of updates whose handlers have ended.
    var updates: [String] = []
    /// What was not as it should be.
    var violations: [String] = []
    var isCancelled = false
}
