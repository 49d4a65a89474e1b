//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
package import TemporalAPI

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// Histories in the JSON that the server's tools export.
package enum WorkflowHistoryJSON {
    /// Reads a history.
    ///
    /// Names of event types come in two spellings: `EVENT_TYPE_TIMER_STARTED` and, from older tools, `TimerStarted`.
    ///
    /// - Throws: If it is no JSON, or no history.
    package static func history(_ json: Data) throws -> Temporal_Api_History_V1_History {
        var options = JSONDecodingOptions()
        options.ignoreUnknownFields = true
        let text = String(decoding: json, as: UTF8.self)
        return try Temporal_Api_History_V1_History(jsonString: Self.normalized(text), options: options)
    }

    /// The text with all names of event types in the spelling of protobuf.
    private static func normalized(_ text: String) -> String {
        let key = "\"eventType\""
        var result = ""
        var rest = text[...]
        while let range = rest.firstRange(of: key) {
            result += rest[..<range.upperBound]
            rest = rest[range.upperBound...]
            guard let quote = rest.firstIndex(of: "\""),
                rest[..<quote].allSatisfy({ $0 == ":" || $0.isWhitespace }),
                let end = rest[rest.index(after: quote)...].firstIndex(of: "\"")
            else { continue }
            result += rest[...quote]
            result += Self.spelled(rest[rest.index(after: quote)..<end])
            rest = rest[end...]
        }
        return result + rest
    }

    private static func spelled(_ name: Substring) -> String {
        guard !name.hasPrefix("EVENT_TYPE_") else { return String(name) }
        var words = "EVENT_TYPE"
        for character in name { words += character.isUppercase ? "_\(character)" : character.uppercased() }
        return words
    }
}
