//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation
import Logging
import Testing

@testable import temporal_storage

@Suite("Log lines")
struct LineLogHandlerTests {
    @Test("Time, level, message, then the metadata in the order of the keys")
    func line() {
        let line = LineLogHandler.line(
            time: "2026-11-24T11:10:59.123Z",
            level: .warning,
            message: "The server is away",
            metadata: ["target": "127.0.0.1:7233", "error": "Connection refused", "calls": "3"]
        )

        #expect(
            line == """
                2026-11-24T11:10:59.123Z warning The server is away calls=3 error="Connection refused" \
                target=127.0.0.1:7233

                """
        )
    }

    @Test("Whatever a value holds, the line stays one line, and can be taken apart")
    func values() {
        let line = LineLogHandler.line(
            time: "t",
            level: .info,
            message: "one\ntwo",
            metadata: ["a": "x\ny\r\"z\" \\", "b": "", "c": "k=v"]
        )

        #expect(line == #"t info one two a="x\ny\r\"z\" \\" b="" c="k=v""# + "\n")
    }

    /// As a path, a header or an unverified token could hold them.
    static let forgeries = [
        "a\r\n2026-11-24T11:10:59Z error forged", "a\u{1B}[2J\u{1B}]0;x\u{7}", "a\u{85}b", "a\u{2028}b\u{2029}c",
        "a\u{9B}31m",
        "a\rb", "a\u{0}b", "a\u{7F}b", "\r\n\u{301}x",
    ]

    @Test("No text ends the line or commands a terminal, as a message or as a value", arguments: forgeries)
    func attacks(_ text: String) {
        for line in [
            LineLogHandler.line(time: "t", level: .info, message: text, metadata: ["k": "\(text)", "\(text)": "v"]),
            LineLogHandler.json(time: "t", level: .info, message: text, metadata: ["k": "\(text)", "\(text)": "v"]),
            CommandError.usage(text).message.singleLine + "\n",
        ] {
            let scalars = line.unicodeScalars.dropLast()
            #expect(line.unicodeScalars.last == "\n")
            #expect(scalars.allSatisfy { $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) }, "\(line)")
            #expect(scalars.allSatisfy { $0.value != 0x2028 && $0.value != 0x2029 }, "\(line)")
        }
    }

    @Test("A line of JSON holds the same, and a reader of JSON gets back what was said")
    func json() throws {
        let line = LineLogHandler.json(
            time: "2026-11-24T11:10:59.123Z",
            level: .warning,
            message: "away\r\n",
            metadata: ["path": "/a\u{85}\"b\"", "calls": "3"]
        )

        #expect(
            line == #"{"level":"warning","message":"away\r\n","metadata":{"calls":"3","path":"/a\u0085\"b\""},"#
                + #""time":"2026-11-24T11:10:59.123Z"}"# + "\n"
        )
        struct Line: Decodable {
            var message: String
            var metadata: [String: String]
        }
        let read = try JSONDecoder().decode(Line.self, from: Data(line.utf8))
        #expect(read.message == "away\r\n")
        #expect(read.metadata == ["path": "/a\u{85}\"b\"", "calls": "3"])
    }
}
