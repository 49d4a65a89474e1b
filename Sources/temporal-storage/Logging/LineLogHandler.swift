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

/// Writes a log event as one line to standard error: time, level, message, then `key=value` in the order of the keys.
struct LineLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    var logLevel: Logger.Level

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
        StandardStreams.writeError(
            Self.line(time: time, level: event.level, message: "\(event.message)", metadata: metadata)
        )
    }

    /// The line, with its end.
    static func line(time: String, level: Logger.Level, message: String, metadata: Logger.Metadata) -> String {
        let pairs = metadata.sorted { $0.key < $1.key }.map { "\($0.key)=\(Self.quoted("\($0.value)"))" }
        return (["\(time) \(level) \(message.singleLine)"] + pairs).joined(separator: " ") + "\n"
    }

    /// A value that has blanks or quotes in it stands between quotes; a line break never breaks the line.
    private static func quoted(_ value: String) -> String {
        let isPlain = !value.isEmpty && value.allSatisfy { !$0.isWhitespace && $0 != "\"" && $0 != "=" }
        guard !isPlain else { return value }
        let escaped =
            value
            .replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            .replacing("\r", with: "\\r").replacing("\n", with: "\\n")
        return "\"\(escaped)\""
    }
}
