//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import FakeStores
import StoreHTTP
import Testing

@testable import ExternalStorageS3

@Suite("Retries: the standard mode of the AWS SDKs of 2026")
struct S3RetryTests {
    struct File: Decodable {
        struct Case: Decodable, Sendable, CustomTestStringConvertible {
            struct Settings: Decodable, Sendable {
                var maxAttempts: Int?
                var initialQuota: Int?
                var maxBackoffMs: Int?
            }
            struct Step: Decodable, Sendable {
                struct Response: Decodable, Sendable {
                    var status: Int
                    var errorCode: String?
                    var xAmzRetryAfter: String?
                }
                struct Expectation: Decodable, Sendable {
                    var outcome: String
                    var retryQuota: Int
                    var delayMs: Int?
                }
                var response: Response
                var expect: Expectation
            }
            var name: String
            var settings: Settings
            var steps: [Step]
            var testDescription: String { self.name }
        }
        var cases: [Case]
    }

    static func cases() -> [File.Case] {
        let file: File? = try? Vectors.decode("aws-retry/standard-2026.json")
        return file?.cases ?? []
    }

    @Test("13 sequences are there")
    func count() { #expect(Self.cases().count == 13) }

    @Test("Decision, delay and quota of every step", arguments: cases())
    func sequence(_ vector: File.Case) {
        var policy = S3RetryPolicy()
        if let attempts = vector.settings.maxAttempts { policy.maximumAttempts = attempts }
        if let milliseconds = vector.settings.maxBackoffMs { policy.maximumDelay = .milliseconds(milliseconds) }
        var quota = S3RetryQuota(tokens: vector.settings.initialQuota ?? policy.quota, capacity: policy.quota)
        var retry = S3Retry(policy: policy)
        for step in vector.steps {
            var answer = S3Answer(status: step.response.status)
            answer.document.code = step.response.errorCode
            answer.retryAfter = step.response.xAmzRetryAfter.flatMap { Int64($0) }.map { .milliseconds($0) }
            if answer.isSuccess {
                retry.succeeded(quota: &quota)
                #expect(step.expect.outcome == "success")
                #expect(quota.tokens == step.expect.retryQuota)
                retry = S3Retry(policy: policy)
                continue
            }
            let action = retry.failed(
                answer.meaning().cause,
                retryAfter: answer.retryAfter,
                // The factor is fixed to 1, except where the delay comes from the store.
                random: 1,
                quota: &quota
            )
            #expect(quota.tokens == step.expect.retryQuota)
            switch action {
            case .retry(let delay):
                #expect(step.expect.outcome == "retry")
                #expect(delay == step.expect.delayMs.map { .milliseconds($0) })
            case .giveUp(.attempts): #expect(step.expect.outcome == "max_attempts")
            case .giveUp(.quota): #expect(step.expect.outcome == "quota_exceeded")
            case .giveUp(.permanent): Issue.record("nothing here is permanent")
            }
        }
    }

    @Test("A success at the first attempt gives one token back, and never more than there were")
    func regeneration() {
        var quota = S3RetryQuota(tokens: 498, capacity: 500)
        for expected in [499, 500, 500] {
            var retry = S3Retry(policy: S3RetryPolicy())
            retry.succeeded(quota: &quota)
            #expect(quota.tokens == expected)
        }
    }

    @Test("A missing object behind a Multi-Region Access Point is asked for with doubling delays, outside the quota")
    func replication() {
        var quota = S3RetryQuota(tokens: 0, capacity: 500)
        var retry = S3Retry(policy: S3RetryPolicy())
        for milliseconds in [500, 1000, 2000, 4000] {
            let action = retry.failed(.notReplicatedYet, retryAfter: nil, random: 0.5, quota: &quota)
            #expect(action == .retry(after: .milliseconds(milliseconds)))
        }
        #expect(retry.failed(.notReplicatedYet, retryAfter: nil, random: 0, quota: &quota) == .giveUp(.attempts))
        #expect(retry.attempts == 5)
    }
}
