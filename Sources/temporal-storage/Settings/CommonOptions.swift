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
            "A YAML or JSON file with settings, under the names of the options without the dashes, and with drivers of "
                + "storage and rules that choose between them.",
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

    @Option(help: ArgumentHelp("How log lines look: text or json. (default: text)", valueName: "format"))
    var logFormat: String?

    var flags: [(Setting, String?)] {
        [(.config, self.config), (.logLevel, self.logLevel), (.logFormat, self.logFormat)]
    }

    /// Sets the log of the process up; once per process.
    ///
    /// - Parameters:
    ///   - settings: The settings.
    ///   - defaultLevel: What holds if they name no level.
    /// - Returns: The command's own logger.
    /// - Throws: ``CommandError``.
    static func startLogging(_ settings: Settings, defaultLevel: Logger.Level = .info) throws -> Logger {
        let level = try Self.logLevel(from: settings) ?? defaultLevel
        let format = try Self.logFormat(from: settings)
        LoggingSystem.bootstrap { _ in LineLogHandler(logLevel: level, format: format) }
        return Logger(label: "temporal-storage")
    }

    private static func logFormat(from settings: Settings) throws -> LineLogHandler.Format {
        guard let value = try settings.text(.logFormat) else { return .text }
        guard let format = LineLogHandler.Format(rawValue: value.text) else { throw value.isNot("text or json") }
        return format
    }

    /// - Throws: ``CommandError``.
    static func logLevel(from settings: Settings) throws -> Logger.Level? {
        guard let value = try settings.text(.logLevel) else { return nil }
        guard let level = Logger.Level(rawValue: value.text) else {
            throw value.isNot("one of \(Logger.Level.allCases.map { "\($0)" }.joined(separator: ", "))")
        }
        return level
    }
}
