//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Testing

@testable import ExternalStorageGRPC

@Suite("grpc-timeout")
struct RequestTimeoutTests {
    @Test(
        "What has passed is taken off, and the result is a legal header",
        arguments: [
            ("5S", 100, "4900m"),
            ("1H", 1_000, "3599000m"),
            ("99999999H", 0, "99999999S"),
            ("200m", 500, "1n"),
            ("1500u", 1, "500000n"),
        ] as [(String, Int, String)]
    )
    func reduced(_ value: String, _ milliseconds: Int, _ expected: String) {
        #expect(RequestTimeout.reduced(value, by: .milliseconds(milliseconds)) == expected)
    }

    @Test("What is no timeout is left alone", arguments: ["", "S", "5", "5x", "-1S", "1234567890S"])
    func malformed(_ value: String) {
        #expect(RequestTimeout.reduced(value, by: .zero) == nil)
    }
}
