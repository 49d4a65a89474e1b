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
struct SSOTests {
    private static let config = """
        [default]
        sso_session = dev
        sso_account_id = 012345678901
        sso_role_name = Role
        [sso-session dev]
        sso_region = eu-west-1
        sso_start_url = https://example.com/start
        """
    /// The SHA-1 of `dev`.
    private static let path = "/h/.aws/sso/cache/34c6fceca75e456f25e7e99531e2425c6c1de443.json"
    private static let roleCredentials = """
        {"roleCredentials":{"accessKeyId":"AKID","secretAccessKey":"s","sessionToken":"t","expiration":1300000000000}}
        """

    private static func file(expiresAt: String, refreshToken: Bool = true) -> String {
        let refresh = refreshToken ? "\"refreshToken\":\"old-refresh\"," : ""
        return """
            {"accessToken":"old","expiresAt":"\(expiresAt)",\(refresh)"clientId":"id","clientSecret":"cs",\
            "registrationExpiresAt":"2030-01-01T00:00:00Z","unknown":{"kept":[1,2.5,true,null]}}
            """
    }

    @Test("A token that has expired is refreshed, written back with what else was there, and used")
    func refresh() async throws {
        let files = InMemoryFiles([
            "/h/.aws/config": Self.config, Self.path: Self.file(expiresAt: "2008-01-01T00:00:00Z"),
        ])
        let seen = Mutex<[TestServer.Request]>([])
        try await TestServer.run { request in
            seen.withLock { $0.append(request) }
            return request.method == "POST"
                ? .init(body: #"{"accessToken":"new","expiresIn":3600,"refreshToken":"new-refresh"}"#)
                : .init(body: Self.roleCredentials)
        } _: { (port: Int) async throws in
            let context = CredentialsContext.test(["HOME": "/h"], files: files, port: port)
            let credentials = try await ProfileAWSCredentials(context).credentials()
            #expect(credentials.expiration == 1_300_000_000)
        }
        let requests = seen.withLock { $0 }
        #expect(requests.map(\.target).first == "/token")
        #expect(requests.first?.header("host") == "oidc.eu-west-1.amazonaws.com")
        #expect(requests.first?.body.contains("old-refresh") == true)
        #expect(requests.last?.header("x-amz-sso_bearer_token") == "new")
        let written = try #require(SSOTokenFile(Array((files[Self.path] ?? "").utf8)))
        #expect(written.accessToken?.value == "new")
        #expect(written.refreshToken?.value == "new-refresh")
        #expect(written.expiration == 1_200_003_600)
        #expect(files[Self.path]?.contains(#""unknown":{"kept":[1,2.5,true,null]}"#) == true)
    }

    @Test("A token that has expired and cannot be refreshed asks for a new login")
    func expired() async {
        let files = InMemoryFiles([
            "/h/.aws/config": Self.config,
            Self.path: Self.file(expiresAt: "2008-01-01T00:00:00Z", refreshToken: false),
        ])
        let context = CredentialsContext.test(["HOME": "/h"], files: files)
        let error = await #expect(throws: AWSCredentialsError.self) {
            try await ProfileAWSCredentials(context).credentials()
        }
        #expect(error?.code == .refused)
        #expect(error?.message.contains("aws sso login") == true)
    }

    @Test("A token that is still good for two minutes is used, whatever comes of refreshing it")
    func stillGood() async throws {
        let files = InMemoryFiles([
            "/h/.aws/config": Self.config, Self.path: Self.file(expiresAt: "2008-01-10T21:22:00Z"),
        ])
        let answers: [TestServer.Answer] = [.init(status: 400), .init(body: "rubbish"), .init(status: 503)]
        for answer in answers {
            let used = Mutex<String?>(nil)
            try await TestServer.run { request in
                if request.method == "POST" { return answer }
                used.withLock { $0 = request.header("x-amz-sso_bearer_token") }
                return .init(body: Self.roleCredentials)
            } _: { (port: Int) async throws in
                let context = CredentialsContext.test(["HOME": "/h"], files: files, port: port)
                #expect(try await ProfileAWSCredentials(context).credentials().accessKeyID == "AKID")
            }
            #expect(used.withLock { $0 } == "old")
        }
    }

    @Test("A session that the portal refuses asks for a new login")
    func refused() async throws {
        let files = InMemoryFiles([
            "/h/.aws/config": Self.config, Self.path: Self.file(expiresAt: "2030-01-01T00:00:00Z"),
        ])
        try await TestServer.run { _ in
            .init(status: 401)
        } _: { (port: Int) async throws in
            let context = CredentialsContext.test(["HOME": "/h"], files: files, port: port)
            let error = await #expect(throws: AWSCredentialsError.self) {
                try await ProfileAWSCredentials(context).credentials()
            }
            #expect(error?.code == .refused)
            #expect(error?.message.contains("aws sso login") == true)
        }
    }
}
