//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ArgumentParser
import Logging

/// The options of every subcommand.
struct CommonOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A JSON file with settings, under the names of the options without the dashes.",
            valueName: "file"
        )
    )
    var config: String?

    @Option(
        help: ArgumentHelp(
            "The least important log lines: trace, debug (one line per call), info, notice, warning, error. "
                + "(default: info)",
            valueName: "level"
        )
    )
    var logLevel: String?

    var flags: [(Setting, String?)] { [(.config, self.config), (.logLevel, self.logLevel)] }

    /// - Throws: ``CommandError``.
    static func logLevel(from settings: Settings) throws -> Logger.Level {
        guard let value = try settings.text(.logLevel) else { return .info }
        guard let level = Logger.Level(rawValue: value.text) else {
            throw value.isNot("one of \(Logger.Level.allCases.map { "\($0)" }.joined(separator: ", "))")
        }
        return level
    }
}
