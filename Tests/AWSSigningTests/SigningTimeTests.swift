//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation
import Testing

@testable import AWSSigning

@Suite("Times to the second, without a clock")
struct SigningTimeTests {
    @Test(
        "The two spellings of a signature",
        arguments: [
            (0, "19700101T000000Z"), (951_782_400, "20000229T000000Z"), (1_440_938_160, "20150830T123600Z"),
            (1_795_523_696, "20261124T123456Z"), (4_107_542_400, "21000301T000000Z"), (-1, "19691231T235959Z"),
        ] as [(Int64, String)]
    )
    func spelling(_ seconds: Int64, _ text: String) {
        let time = SigningTime(secondsSince1970: seconds)
        #expect(time.timestamp == text)
        #expect(time.date == String(text.prefix(8)))
        #expect(SigningTime(timestamp: text) == time)
    }

    @Test("Every day of 400 years goes both ways")
    func calendar() {
        for day: Int64 in -146_097...146_097 {
            let civil = CivilDate(daysSince1970: day)
            guard civil.daysSince1970 == day, (1...12).contains(civil.month), (1...31).contains(civil.day) else {
                Issue.record("day \(day) gave \(civil)")
                return
            }
        }
    }

    @Test("HTTP dates and RFC 3339 times are read, everything else is refused")
    func parsing() {
        let time = SigningTime(secondsSince1970: 1_795_502_889)
        #expect(SigningTime(httpDate: "Tue, 24 Nov 2026 06:48:09 GMT") == time)
        #expect(SigningTime(rfc3339: "2026-11-24T06:48:09Z") == time)
        #expect(SigningTime(rfc3339: "2026-11-24T06:48:09.123Z") == time)
        for text in ["", "Tue, 24 Nov 2026 06:48:09", "Tue, 24 Now 2026 06:48:09 GMT", "a, b c d e GMT", "x"] {
            #expect(SigningTime(httpDate: text) == nil)
        }
        for text in ["", "2026-11-24 06:48:09Z", "2026-11-24T06:48:09+01:00", "2026-13-24T06:48:09Z"] {
            #expect(SigningTime(rfc3339: text) == nil)
        }
        #expect(SigningTime(timestamp: "20261124T123456") == nil)
        #expect(SigningTime(timestamp: "2026112-T123456Z") == nil)
    }
}
