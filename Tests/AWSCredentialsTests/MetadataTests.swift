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
struct MetadataTests {
    private static let json = """
        {"Code":"Success","AccessKeyId":"AKID","SecretAccessKey":"secret","Token":"token",\
        "Expiration":"2008-01-11T00:00:00Z"}
        """
    private static let credentials = AWSCredentials(
        accessKeyID: "AKID",
        secretAccessKey: "secret",
        sessionToken: "token",
        expiration: 1_200_009_600
    )

    @Test("The authorization of a container is sent as it is; the file wins, and is read every time")
    func authorization() async throws {
        let files = InMemoryFiles(["/token": "first\n"])
        let seen = Mutex<[String?]>([])
        try await TestServer.run { request in
            seen.withLock { $0.append(request.header("authorization")) }
            return .init(body: Self.json)
        } _: { (port: Int) async throws in
            let variables = [
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1/credentials",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN": "Basic abc",
            ]
            var context = CredentialsContext.test(variables, files: files, port: port)
            #expect(try await ContainerAWSCredentials(context).credentials() == Self.credentials)
            context.environment.variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = "/token"
            let provider = ContainerAWSCredentials(context)
            _ = try await provider.credentials()
            files["/token"] = "second"
            _ = try await provider.credentials()
        }
        #expect(seen.withLock { $0 } == ["Basic abc", "first", "second"])
    }

    @Test("A token with a line end in it is refused before anything is sent")
    func headerInjection() async {
        let files = InMemoryFiles(["/token": "a\r\nX-Other: b"])
        let context = CredentialsContext.test(
            [
                "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/c", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/token",
            ],
            files: files
        )
        let error = await #expect(throws: AWSCredentialsError.self) {
            try await ContainerAWSCredentials(context).credentials()
        }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains("X-Other") == false)
    }

    @Test("A container's endpoint is asked three times, a second apart")
    func attempts() async throws {
        let clock = ImmediateClock()
        let calls = Mutex(0)
        try await TestServer.run { _ in
            calls.withLock { $0 += 1 }
            return .init(status: 500)
        } _: { (port: Int) async throws in
            let context = CredentialsContext.test(
                ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/c"],
                port: port,
                clock: clock
            )
            let error = await #expect(throws: AWSCredentialsError.self) {
                try await ContainerAWSCredentials(context).credentials()
            }
            #expect(error?.code == .unavailable)
        }
        #expect(calls.withLock { $0 } == 3)
        #expect(clock.pauses == [.seconds(1), .seconds(1)])
    }

    @Test("A container configured but unreachable ends the chain; nothing behind it is asked")
    func configuredFails() async {
        let context = CredentialsContext.test(["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/c"])
        let error = await #expect(throws: AWSCredentialsError.self) {
            try await AWSCredentialsChain(context: context).credentials()
        }
        #expect(error?.source == "container")
        #expect(error?.code == .unavailable)
    }

    @Test("An instance without tokens is asked the older way, unless that is disabled", arguments: [403, 404, 405])
    func version1(status: Int) async throws {
        try await TestServer.run { request in
            switch (request.method, request.target) {
            case ("PUT", _): .init(status: status)
            case (_, "/latest/meta-data/iam/security-credentials/"): .init(body: "my role")
            case (_, "/latest/meta-data/iam/security-credentials/my%20role"):
                .init(status: request.header("x-aws-ec2-metadata-token") != nil ? 400 : 200, body: Self.json)
            default: .init(status: 404)
            }
        } _: { (port: Int) async throws in
            var context = CredentialsContext.test(port: port)
            #expect(try await InstanceMetadataAWSCredentials(context).credentials() == Self.credentials)
            context.environment.variables["AWS_EC2_METADATA_V1_DISABLED"] = "true"
            await #expect(throws: AWSCredentialsError.self) {
                try await InstanceMetadataAWSCredentials(context).credentials()
            }
        }
    }

    @Test("A token that is refused is replaced once")
    func tokenExpires() async throws {
        let tokens = Mutex(0)
        try await TestServer.run { request in
            if request.method == "PUT" {
                let number = tokens.withLock { count in
                    count += 1
                    return count
                }
                return .init(body: "token-\(number)")
            }
            guard request.header("x-aws-ec2-metadata-token") == "token-2" else {
                return .init(status: 401)
            }
            return .init(body: request.target.hasSuffix("/") ? "role" : Self.json)
        } _: { (port: Int) async throws in
            let context = CredentialsContext.test(port: port)
            #expect(try await InstanceMetadataAWSCredentials(context).credentials() == Self.credentials)
        }
        #expect(tokens.withLock { $0 } == 2)
    }

    @Test("An instance's credentials stay in use beyond their end while there are no new ones")
    func staticStability() async throws {
        let time = CachedAWSCredentialsTests.Time()
        time.now = 1_200_000_000
        let isBroken = Mutex(false)
        try await TestServer.run { request in
            if isBroken.withLock({ $0 }) { return .init(status: 503) }
            if request.method == "PUT" { return .init(body: "t") }
            return .init(body: request.target.hasSuffix("/") ? "role" : Self.json)
        } _: { (port: Int) async throws in
            let provider = InstanceMetadataAWSCredentials(.test(port: port, now: { time.now }))
            #expect(try await provider.credentials() == Self.credentials)
            time.now = 1_200_009_600
            // Expired already when it comes: good for another 5 to 15 minutes, here 10.
            #expect(try await provider.credentials().expiration == 1_200_010_200)
            isBroken.withLock { $0 = true }
            time.now += 600
            let credentials = try await provider.credentials()
            #expect(credentials.accessKeyID == "AKID")
            #expect(credentials.expiration == 1_200_010_800)
        }
    }

    @Test("Without an answer the error says what to change where the token cannot arrive")
    func hopLimit() async {
        let context = CredentialsContext.test(["AWS_EC2_METADATA_V1_DISABLED": "true"])
        let error = await #expect(throws: AWSCredentialsError.self) {
            try await InstanceMetadataAWSCredentials(context).credentials()
        }
        #expect(error?.message.contains("hop limit") == true)
    }

    @Test("A server that never answers does not hold up anybody for long")
    func silence() async throws {
        try await TestServer.run { _ in
            .silence
        } _: { (port: Int) async throws in
            let context = CredentialsContext.test(["AWS_EC2_METADATA_V1_DISABLED": "true"], port: port)
            let error = await #expect(throws: AWSCredentialsError.self) {
                try await InstanceMetadataAWSCredentials(context).credentials()
            }
            #expect(error?.code == .unavailable)
        }
    }

    @Test("A redirect is not followed")
    func redirect() async throws {
        let calls = Mutex(0)
        try await TestServer.run { _ in
            calls.withLock { $0 += 1 }
            return .init(status: 302, location: "/elsewhere")
        } _: { (port: Int) async throws in
            let context = CredentialsContext.test(["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/c"], port: port)
            let error = await #expect(throws: AWSCredentialsError.self) {
                try await ContainerAWSCredentials(context).credentials()
            }
            #expect(error?.code == .refused)
        }
        #expect(calls.withLock { $0 } == 1)
    }
}
