//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSSigning
import Synchronization
import Testing

@testable import AWSCredentials

@Suite(.timeLimit(.minutes(1)))
struct ChainTests {
    @Test("A provider of the user's own can stand anywhere in the chain")
    func ownProvider() async throws {
        let own = StaticAWSCredentialsProvider(AWSCredentials(accessKeyID: "OWN", secretAccessKey: "s"))
        let chain = AWSCredentialsChain([EnvironmentAWSCredentials(AWSEnvironment(variables: [:])), own])
        #expect(try await chain.credentials().accessKeyID == "OWN")
    }

    @Test("If nothing is configured, the error tells what was tried")
    func nothing() async {
        let context = CredentialsContext.test(["AWS_EC2_METADATA_DISABLED": "true"])
        let error = await #expect(throws: AWSCredentialsError.self) {
            try await AWSCredentialsChain(context: context).credentials()
        }
        #expect(error?.code == .notConfigured)
        for source in ["environment", "web identity", "profile default", "container", "instance metadata"] {
            #expect(error?.message.contains(source) == true)
        }
    }

    @Test("A profile named in code comes before the environment")
    func profileInCode() async throws {
        let files = InMemoryFiles([
            "/h/.aws/credentials": "[p]\naws_access_key_id = PROFILE\naws_secret_access_key = s\n"
        ])
        let context = CredentialsContext.test(
            ["HOME": "/h", "AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "s"],
            files: files
        )
        #expect(try await AWSCredentialsChain(context: context).credentials().accessKeyID == "ENV")
        #expect(try await AWSCredentialsChain(profile: "p", context: context).credentials().accessKeyID == "PROFILE")
    }

    @Test("A web identity's token is read anew for every refresh")
    func tokenIsReadAgain() async throws {
        let files = InMemoryFiles(["/token": "first\n"])
        let bodies = Mutex<[String]>([])
        try await TestServer.run { request in
            bodies.withLock { $0.append(request.body) }
            return .init(
                body: "<Credentials><AccessKeyId>A</AccessKeyId><SecretAccessKey>s&amp;&#x41;</SecretAccessKey>"
                    + "<SessionToken>t</SessionToken><Expiration>2030-01-01T00:00:00Z</Expiration></Credentials>"
            )
        } _: { (port: Int) async throws in
            let variables = [
                "AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_ARN": "arn:r", "AWS_REGION": "eu-west-1",
            ]
            let provider = WebIdentityAWSCredentials(.test(variables, files: files, port: port))
            #expect(try await provider.credentials().secretAccessKey == "s&A")
            files["/token"] = "second"
            _ = try await provider.credentials()
        }
        let tokens = bodies.withLock { $0 }.map { $0.split(separator: "=").last }
        #expect(tokens == ["first", "second"])
    }

    @Test(
        "Where nothing is set up and no instance answers, nothing is set up; a profile that wants the instance waits for it"
    )
    func noInstance() async throws {
        let chain = AWSCredentialsChain(context: .test())
        let error = await #expect(throws: AWSCredentialsError.self) { try await chain.credentials() }
        #expect(error?.code == .notConfigured)
        for tried in ["environment", "web identity", "profile default", "container", "instance metadata: no answer"] {
            #expect(error?.message.contains(tried) == true, "\(tried)")
        }
        let config = "[default]\nrole_arn = arn:r\ncredential_source = Ec2InstanceMetadata\nregion = eu-west-1\n"
        let asked = AWSCredentialsChain(
            context: .test(["HOME": "/h"], files: InMemoryFiles(["/h/.aws/config": config]))
        )
        let passing = await #expect(throws: AWSCredentialsError.self) { try await asked.credentials() }
        #expect(passing?.code == .unavailable)
    }

    @Test("The options of a profile's role reach STS")
    func roleOptions() async throws {
        let files = InMemoryFiles([
            "/h/.aws/config": """
            [default]
            region = eu-west-1
            role_arn = arn:r
            source_profile = default
            aws_access_key_id = BASE
            aws_secret_access_key = s
            duration_seconds = 900
            external_id = e 1
            role_session_name = name
            """
        ])
        let bodies = Mutex<[String]>([])
        try await TestServer.run { request in
            bodies.withLock { $0.append(request.body) }
            return .init(status: 403, body: "<E><Code>AccessDenied</Code><Message>no &lt;way&gt;</Message></E>")
        } _: { (port: Int) async throws in
            let context = CredentialsContext.test(["HOME": "/h"], files: files, port: port)
            let error = await #expect(throws: AWSCredentialsError.self) {
                try await ProfileAWSCredentials(context).credentials()
            }
            #expect(error?.code == .refused)
            #expect(error?.message.contains("AccessDenied: no <way>") == true)
        }
        #expect(
            bodies.withLock { $0 } == [
                "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Ar&RoleSessionName=name&DurationSeconds=900"
                    + "&ExternalId=e%201"
            ]
        )
    }
}
