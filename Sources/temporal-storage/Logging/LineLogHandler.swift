//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Logging

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Writes a log event as one line to standard error: time, level, message, then `key=value` in the order of the keys; or
/// the same as an object of JSON.
struct LineLogHandler: LogHandler {
    /// How lines look.
    enum Format: String, CaseIterable {
        case text, json
    }

    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    var logLevel: Logger.Level
    var format = Format.text

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let provided = self.metadataProvider?.get() ?? [:]
        let metadata = self.metadata
            .merging(provided) { $1 }
            .merging(event.metadata ?? [:]) { $1 }
        let time = Date.now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        let message = "\(event.message)"
        let line =
            switch self.format {
            case .text: Self.line(time: time, level: event.level, message: message, metadata: metadata)
            case .json: Self.json(time: time, level: event.level, message: message, metadata: metadata)
            }
        StandardStreams.writeError(line)
    }

    /// The line, with its end.
    static func line(time: String, level: Logger.Level, message: String, metadata: Logger.Metadata) -> String {
        let pairs = metadata.sorted { $0.key < $1.key }.map {
            "\(LogText.escaped($0.key))=\(Self.quoted("\($0.value)"))"
        }
        return (["\(time) \(level) \(message.singleLine)"] + pairs).joined(separator: " ") + "\n"
    }

    /// A value that has blanks or quotes in it stands between quotes; a line break never breaks the line.
    private static func quoted(_ value: String) -> String {
        let isPlain =
            !value.isEmpty
            && value.unicodeScalars.allSatisfy { scalar in
                !scalar.properties.isWhitespace && !LogText.isControl(scalar) && scalar != "\"" && scalar != "="
            }
        guard !isPlain else { return value }
        return "\"\(LogText.escaped(value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")))\""
    }

    /// The line as an object of JSON, with its end: `level`, `message`, `metadata`, `time`.
    static func json(time: String, level: Logger.Level, message: String, metadata: Logger.Metadata) -> String {
        let line = JSONLine(
            level: "\(level)",
            message: message,
            metadata: metadata.mapValues { "\($0)" },
            time: time
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Nothing in it but texts, which JSON can always say.
        let data = (try? encoder.encode(line)) ?? Data()
        // JSON may hold what some readers of lines take for an end of a line, and terminals for a command.
        return LogText.escaped(String(decoding: data, as: UTF8.self)) + "\n"
    }

    private struct JSONLine: Encodable {
        var level: String
        var message: String
        var metadata: [String: String]
        var time: String
    }
}
