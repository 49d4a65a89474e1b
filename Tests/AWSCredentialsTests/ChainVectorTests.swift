//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSSigning
import Testing

@testable import AWSCredentials

/// The scenarios of the AWS SDKs: variables, files, recorded HTTP, and what comes of it.
///
/// The account number in the expected values is not compared: nothing here uses it.
@Suite(.timeLimit(.minutes(2)))
struct ChainVectorTests {
    struct Scenario: Decodable, Sendable, CustomTestStringConvertible {
        struct Expected: Decodable, Sendable {
            var accessKeyID: String
            var secretAccessKey: String
            var sessionToken: String?
            var expiry: Int64?

            enum CodingKeys: String, CodingKey {
                case accessKeyID = "access_key_id"
                case secretAccessKey = "secret_access_key"
                case sessionToken = "session_token"
                case expiry
            }

            var credentials: AWSCredentials {
                AWSCredentials(
                    accessKeyID: self.accessKeyID,
                    secretAccessKey: self.secretAccessKey,
                    sessionToken: self.sessionToken,
                    expiration: self.expiry
                )
            }
        }

        struct Case: Decodable, Sendable {
            var result: VectorResult<Expected>
        }

        var name: String
        var env: [String: String]
        var traffic: Replay.Recording
        var testCase: Case
        var fs: [String: String]?

        enum CodingKeys: String, CodingKey {
            case name
            case env
            case traffic = "http-traffic"
            case testCase = "test-case"
            case fs
        }

        var testDescription: String { self.name }
    }

    /// What an error looks like here where the vector names the words of another SDK.
    struct Failure {
        var code: AWSCredentialsError.Code
        var text: String

        static let all: [String: Failure] = [
            "eks_pod_identity_no_token_file": .init(
                code: .invalidConfiguration,
                text: "/token.jwt: there is no such file"
            ),
            "imds_default_chain_error": .init(code: .notConfigured, text: "the instance has no role"),
            "imds_disabled": .init(code: .notConfigured, text: "AWS_EC2_METADATA_DISABLED"),
            "imds_no_iam_role": .init(code: .invalidConfiguration, text: "the instance has no role"),
            "imds_token_fail": .init(code: .refused, text: "request forbidden: IMDS is disabled"),
            "profile_overrides_web_identity": .init(
                code: .invalidConfiguration,
                text: "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set"
            ),
            "sso_no_token_file": .init(
                code: .refused,
                text: "failed to read `/home/.aws/sso/cache/dace00cba5f8355ec9d274ceb2bcebdfbeed0e12.json`"
            ),
            "sso_server_error": .init(code: .unavailable, text: "an error occurred while loading credentials"),
            "web_identity_source_profile_no_env": .init(
                code: .invalidConfiguration,
                text: "`web_identity_token_file` was specified but `role_arn` was missing"
            ),
            "web_identity_token_invalid_jwt": .init(
                code: .refused,
                text: "InvalidIdentityToken: No OpenIDConnect provider found in your account"
            ),
            "credential_process_failure": .init(
                code: .unavailable,
                text: "Error retrieving credentials: external process exited with code 1"
            ),
            "credential_process_invalid": .init(
                code: .invalidResponse,
                text: "could not parse response: invalid JSON in response"
            ),
            "empty_config": .init(code: .notConfigured, text: "No profiles were defined"),
            "invalid_config": .init(code: .invalidConfiguration, text: "could not parse profile file"),
            "invalid_sso_credentials_config": .init(
                code: .invalidConfiguration,
                text: "selected profile will resolve an access token instead of credentials"
            ),
            "sso_token": .init(
                code: .invalidConfiguration,
                text: "selected profile will resolve an access token instead of credentials"
            ),
        ]
    }

    static let chain = Result { try Vectors.decode("default-credential-provider-chain.json", as: [Scenario].self) }
    static let profile = Result { try Vectors.decode("profile-provider.json", as: [Scenario].self) }

    @Test("All scenarios are there") func count() throws {
        #expect(try Self.chain.get().count == 29)
        #expect(try Self.profile.get().count == 18)
        let failing = try (Self.chain.get() + Self.profile.get()).filter { $0.testCase.result.error != nil }
        #expect(Set(failing.map(\.name)) == Set(Failure.all.keys))
    }

    @Test("The default chain finds what the AWS SDKs find", arguments: (try? chain.get()) ?? [])
    func defaultChain(_ scenario: Scenario) async throws {
        var scenario = scenario
        if scenario.name == "imds_token_fail" {
            // The SDK of the recording does not know the older protocol without a token; ours tries it by default.
            scenario.env["AWS_EC2_METADATA_V1_DISABLED"] = "true"
        }
        try await self.run(scenario) { context in
            guard scenario.name == "profile_overrides_web_identity" else {
                return AWSCredentialsChain(context: context)
            }
            // Written for an SDK that looks at the profile first; we have the order of the Go SDK. The rest counts.
            return AWSCredentialsChain([
                EnvironmentAWSCredentials(context.environment), ProfileAWSCredentials(context),
                WebIdentityAWSCredentials(context),
            ])
        }
    }

    @Test("A profile leads where it leads in the AWS SDKs", arguments: (try? profile.get()) ?? [])
    func profileProvider(_ scenario: Scenario) async throws {
        try await self.run(scenario) { ProfileAWSCredentials($0) }
    }

    private func run(
        _ scenario: Scenario,
        _ provider: (CredentialsContext) -> any AWSCredentialsProvider
    ) async throws {
        let replay = Replay(scenario.traffic, known: Array(scenario.env.values) + (scenario.fs ?? [:]).values)
        try await TestServer.run {
            replay.answer($0)
        } _: { port in
            var context = CredentialsContext.test(scenario.env, files: InMemoryFiles(scenario.fs ?? [:]), port: port)
            // A command takes time, for which the limit of a minute must not have passed at once.
            if scenario.name.hasPrefix("credential_process") { context.clock = ContinuousClock() }
            let provider = provider(context)
            if let expected = scenario.testCase.result.value {
                let credentials = try await provider.credentials()
                #expect(credentials == expected.credentials)
            } else {
                let failure = try #require(Failure.all[scenario.name])
                let error = await #expect(throws: AWSCredentialsError.self) { try await provider.credentials() }
                #expect(error?.code == failure.code)
                #expect(error?.message.contains(failure.text) == true, "\(error?.message ?? "")")
            }
        }
        #expect(replay.problems == [])
    }
}
