//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSSigning
import Testing

@testable import AWSCredentials

@Suite(.timeLimit(.minutes(1)))
struct TokenVectorTests {
    struct Scenario: Decodable, Sendable, CustomTestStringConvertible {
        struct Token: Decodable, Sendable {
            var token: String
            var expiration: String
        }

        struct Case: Decodable, Sendable { var result: VectorResult<Token> }

        var name: String
        var env: [String: String]
        var testCase: Case
        var fs: [String: String]

        enum CodingKeys: String, CodingKey {
            case name
            case env
            case testCase = "test-case"
            case fs
        }

        var testDescription: String { self.name }
    }

    static let scenarios = Result { try Vectors.decode("default-token-provider-chain.json", as: [Scenario].self) }

    @Test("All scenarios are there") func count() throws {
        #expect(try Self.scenarios.get().count == 3)
    }

    @Test("A profile leads to the token it leads to in the AWS SDKs", arguments: (try? scenarios.get()) ?? [])
    func token(_ scenario: Scenario) async throws {
        let expected = try #require(scenario.testCase.result.value)
        let context = CredentialsContext.test(scenario.env, files: InMemoryFiles(scenario.fs))
        let token = try await ProfileAWSCredentials(context).token()
        #expect(token.value == expected.token)
        #expect(token.expiration == SigningTime(rfc3339: expected.expiration)?.secondsSince1970)
    }
}
