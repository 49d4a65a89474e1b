//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

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
}
