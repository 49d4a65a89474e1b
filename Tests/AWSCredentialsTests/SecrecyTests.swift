//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSSigning
import CredentialExchange
import Logging
import Testing

@testable import AWSCredentials

@Suite(.timeLimit(.minutes(1)))
struct SecrecyTests {
    private func texts(_ value: Any) -> String {
        var dumped = ""
        dump(value, to: &dumped)
        return "\(value)\n\(String(reflecting: value))\n\(dumped)"
    }

    @Test("ES-F1 No description, reflection or dump shows a secret")
    func values() throws {
        let environment = AWSEnvironment(variables: ["AWS_SECRET_ACCESS_KEY": "topsecret"])
        var configuration = SharedConfiguration()
        configuration.profileSections.regular = ["a": ["aws_access_key_id": "k", "aws_secret_access_key": "topsecret"]]
        let context = CredentialsContext.test(["AWS_SECRET_ACCESS_KEY": "topsecret"])
        let values: [Any] = [
            environment, configuration, Redacted("topsecret"), context, EnvironmentAWSCredentials(environment),
            SSOToken(secret: Redacted("topsecret"), expiration: 1),
            try ProfilePlan(profile: "a", isNamed: true, in: configuration),
            AWSCredentialsChain(context: context),
            ProfilePlan.Base.process(Redacted("topsecret")),
            AWSCredentialsChain.default(
                environment: environment,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            ),
        ]
        for value in values + [HTTPClientTransport.shared] {
            // Short texts only: a failure must not print what should not be seen.
            let shows = self.texts(value).contains("topsecret")
            #expect(!shows, "\(type(of: value))")
            let leadsToConnections = self.texts(value).contains("eventLoop")
            #expect(!leadsToConnections, "\(type(of: value))")
        }
    }

    @Test("ES-F1 One half of an access key is an error that does not show it")
    func halfKey() async {
        let variables = [
            ["AWS_SECRET_ACCESS_KEY": "topsecret"], ["AWS_ACCESS_KEY_ID": "topsecret", "AWS_SECRET_ACCESS_KEY": " "],
        ]
        for variables in variables {
            let error = await #expect(throws: AWSCredentialsError.self) {
                try await EnvironmentAWSCredentials(AWSEnvironment(variables: variables)).credentials()
            }
            #expect(error?.code == .invalidConfiguration)
            #expect(error.map { self.texts($0).contains("topsecret") } == false)
        }
    }

    @Test(
        "ES-F1 An answer of STS that quotes what was sent is not quoted",
        arguments: ["AccessDenied", "InvalidInput"]
    )
    func quoted(code: String) async throws {
        let body = "<Error><Code>\(code)</Code><Message>You sent topsecret</Message></Error>"
        try await self.exchange(.init(status: 400, body: body), expecting: .refused)
    }

    @Test("ES-F1 An exchange that fails shows no token")
    func incomplete() async throws {
        try await self.exchange(.init(status: 200, body: "topsecret"), expecting: .invalidResponse)
    }

    @Test("ES-F1 The canonical request in an answer to a wrong signature is not quoted")
    func signature() throws {
        let body = "<Error><Code>SignatureDoesNotMatch</Code><Message>x-amz-security-token:part</Message></Error>"
        let failure = try #require(STSFailure(.init(status: 403, body: Array(body.utf8))))
        #expect(failure.message(without: []) == nil)
    }

    private func exchange(_ answer: TestServer.Answer, expecting code: AWSCredentialsError.Code) async throws {
        let files = InMemoryFiles(["/token": "topsecret"])
        try await TestServer.run { _ in
            answer
        } _: { (port: Int) async throws in
            let variables = [
                "AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_ARN": "arn:r", "AWS_REGION": "eu-west-1",
            ]
            let context = CredentialsContext.test(variables, files: files, port: port)
            let error = await #expect(throws: AWSCredentialsError.self) {
                try await AWSCredentialsChain(context: context).credentials()
            }
            #expect(error?.code == code)
            #expect(error.map { self.texts($0).contains("topsecret") } == false)
        }
    }
}
