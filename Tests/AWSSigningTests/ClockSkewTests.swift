//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSSigning
import Testing

@Suite("Clock skew, by the rules of the AWS SDKs of 2026")
struct ClockSkewTests {
    struct File: Decodable {
        struct Skew: Decodable {
            struct Case: Decodable {
                var code: String
                var skewS: Int64?
                var retry: Bool
            }
            var cases: [Case]
        }
        var clockSkew: Skew
    }

    @Test("The cases of the vector file")
    func vectors() throws {
        let cases = try Vectors.decode("aws-retry/standard-2026.json", as: File.self).clockSkew.cases
        #expect(cases.count == 8)
        for vector in cases {
            let now: Int64 = 1_000_000
            var skew = ClockSkew()
            let retry = skew.shouldRetry(
                code: vector.code,
                serverTime: vector.skewS.map { SigningTime(secondsSince1970: now + $0) },
                signedTime: skew.time(now: now),
                now: now
            )
            #expect(retry == vector.retry, "\(vector.code) \(String(describing: vector.skewS))")
            #expect(skew.offsetInSeconds == (vector.retry ? vector.skewS : 0))
        }
    }

    @Test("A correction that did not help is not tried again")
    func once() {
        var skew = ClockSkew()
        let server = SigningTime(secondsSince1970: 5_000)
        let code = "RequestTimeTooSkewed"
        let first = skew.shouldRetry(code: code, serverTime: server, signedTime: skew.time(now: 0), now: 0)
        #expect(first)
        #expect(skew.time(now: 0) == server)
        let second = skew.shouldRetry(code: code, serverTime: server, signedTime: skew.time(now: 0), now: 0)
        #expect(!second)
    }
}
