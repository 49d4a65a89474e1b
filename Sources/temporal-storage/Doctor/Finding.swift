//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// What one check found: a line for people.
struct Finding: Sendable, CustomStringConvertible {
    enum Outcome: String, Sendable {
        case good = "ok"
        /// Nothing is wrong yet, or something works less well than it could.
        case doubtful = "warn"
        case bad = "FAIL"
    }

    var outcome: Outcome
    /// What was looked at: a driver by its name, `temporal`, `codec server`, `tls`.
    var subject: String
    var check: String
    /// What was found, and what to do if it is not good.
    var text: String

    var description: String {
        "\(Self.padded(self.outcome.rawValue, 4))  \(self.subject): \(self.check): \(self.text.singleLine)"
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.utf8.count))
    }
}

/// What is looked at, and where findings go.
struct Examination: Sendable {
    var subject: String
    var report: @Sendable (Finding) -> Void

    func good(_ check: String, _ text: String) {
        self.report(Finding(outcome: .good, subject: self.subject, check: check, text: text))
    }

    func doubtful(_ check: String, _ text: String) {
        self.report(Finding(outcome: .doubtful, subject: self.subject, check: check, text: text))
    }

    func bad(_ check: String, _ text: String) {
        self.report(Finding(outcome: .bad, subject: self.subject, check: check, text: text))
    }
}
