//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSSigning
import CredentialExchange
import CredentialRefresh
import CryptoExtras
import ExternalStorageCore
import FakeStores
import Groundwork
import Logging
import NIOCore
import StoreHTTP
import Synchronization
import Testing

@testable import ExternalStorageGCS

/// A token source on Google's double, and what it asks.
struct GoogleSetup {
    var google: FakeGoogle
    var server: LoopbackServer

    static func run<Result>(_ body: (GoogleSetup) async throws -> Result) async throws -> Result {
        let google = FakeGoogle()
        return try await LoopbackServer.run(
            { google.answer($0) },
            { server in try await body(GoogleSetup(google: google, server: server)) }
        )
    }

    var options: GoogleCredentials.Options {
        var options = GoogleCredentials.Options()
        options.trustedHosts = ["127.0.0.1"]
        return options
    }

    func grant(_ json: String, machine: CredentialMachine = .test()) async throws -> GoogleGrant {
        try await GoogleTokenSource(machine: machine).grant(.json(Array(json.utf8), self.options)).value
    }

    var serviceAccount: String { Self.accountJSON(tokenURL: "\(self.server.url)/token") }

    func externalAccount(_ source: String, _ more: String = "") -> String {
        """
        {"type":"external_account","audience":"//iam.googleapis.com/pool",
         "subject_token_type":"urn:ietf:params:oauth:token-type:jwt","token_url":"\(self.server.url)/sts",
         "credential_source":\(source)\(more)}
        """
    }

    var impersonation: String {
        "\(self.server.url)/v1/projects/-/serviceAccounts/\(FakeGoogle.email):generateAccessToken"
    }

    static func accountJSON(tokenURL: String, key: String = FakeGoogle.key.pkcs8PEMRepresentation) -> String {
        JSONValue.object([
            .init(key: "type", value: .string("service_account")),
            .init(key: "client_email", value: .string(FakeGoogle.email)),
            .init(key: "private_key", value: .string(key)), .init(key: "private_key_id", value: .string("key-1")),
            .init(key: "token_uri", value: .string(tokenURL)), .init(key: "quota_project_id", value: .string("quota")),
        ]).text
    }
}

@Suite("Google credentials, flow by flow", .timeLimit(.minutes(3)))
struct GoogleCredentialsTests {
    @Test("A service account signs what it says of itself; its key may be PKCS#8 or PKCS#1")
    func serviceAccount() async throws {
        try await GoogleSetup.run { (setup: GoogleSetup) async throws -> Void in
            let grant = try await setup.grant(setup.serviceAccount)
            #expect(grant.token == "account-1")
            #expect(grant.quotaProject == "quota")
            let pkcs1 = GoogleSetup.accountJSON(
                tokenURL: "\(setup.server.url)/token",
                key: FakeGoogle.key.pemRepresentation
            )
            #expect(FakeGoogle.key.pemRepresentation.contains("BEGIN RSA PRIVATE KEY"))
            #expect(try await setup.grant(pkcs1).token == "account-2")
        }
    }

    @Test("A service account may act for a user of its domain")
    func delegation() async throws {
        try await GoogleSetup.run { (setup: GoogleSetup) async throws -> Void in
            var options = setup.options
            func subject() async throws -> String? {
                _ = try await GoogleTokenSource(machine: .test())
                    .grant(.json(Array(setup.serviceAccount.utf8), options))
                let form = FakeGoogle.form(try #require(setup.server.requests.last))
                return FakeGoogle.claims(of: form["assertion"])?["sub"]?.string
            }
            #expect(try await subject() == nil)
            options.delegatedUser = "user@example.com"
            #expect(try await subject() == "user@example.com")
        }
    }

    @Test("The verifier of these tests refuses a signature with one bit changed")
    func verifier() throws {
        let assertion = JWTAssertion(
            issuer: FakeGoogle.email,
            scope: GoogleGrant.storageScope,
            audience: "a",
            issuedAt: GCSHarness.now
        )
        let jwt = try assertion.signed(withKey: FakeGoogle.key.pemRepresentation, keyID: "key-1")
        try FakeGoogle.verify(jwt, audience: "a")
        #expect(throws: FakeGoogle.Refusal.self) { try FakeGoogle.verify(jwt, audience: "b") }
        var broken = Array(jwt.utf8)
        broken[broken.count - 20] =
            broken[broken.count - 20] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
        #expect(throws: FakeGoogle.Refusal.self) {
            try FakeGoogle.verify(String(decoding: broken, as: UTF8.self), audience: "a")
        }
    }

    static let user = """
        {"type":"authorized_user","client_id":"client","client_secret":"hush","refresh_token":"1//r","token_uri":"URL"}
        """

    @Test("An authorised user; a login that has ended says what to do, and no secret")
    func authorizedUser() async throws {
        try await GoogleSetup.run { (setup: GoogleSetup) async throws -> Void in
            let json = Self.user.replacing("URL", with: "\(setup.server.url)/token")
            #expect(try await setup.grant(json).token == "user-1")
            setup.google.refuse(
                400,
                #"{"error":"invalid_grant","error_description":"Token has been expired or revoked."}"#
            )
            let error = await #expect(throws: CredentialsError.self) { try await setup.grant(json) }
            #expect(error?.code == .refused)
            #expect(error?.message.contains("gcloud auth application-default login") == true)
            setup.google.refuse(400, #"{"error":"invalid_grant","error_subtype":"invalid_rapt"}"#)
            let other = await #expect(throws: CredentialsError.self) { try await setup.grant(json) }
            #expect(other?.message.contains("new login") == true)
            for text in [String(reflecting: error), String(reflecting: other)] {
                #expect(!text.contains("hush") && !text.contains("1//r"))
            }
        }
    }

    @Test("A token endpoint in trouble is asked again; one that refuses is not")
    func patience() async throws {
        try await GoogleSetup.run { (setup: GoogleSetup) async throws -> Void in
            setup.google.refuse(503, "{}")
            setup.google.refuse(400, #"{"error":"temporarily_unavailable"}"#)
            #expect(try await setup.grant(setup.serviceAccount).token == "account-1")
            #expect(setup.server.requests.count == 3)
            setup.google.refuse(400, #"{"error":"invalid_client"}"#)
            await #expect(throws: CredentialsError.self) { try await setup.grant(setup.serviceAccount) }
            #expect(setup.server.requests.count == 4)
        }
    }

    @Test("An external account whose token stands in a file, as text and as JSON; read anew each time")
    func externalFile() async throws {
        try await GoogleSetup.run { (setup: GoogleSetup) async throws -> Void in
            let machine = CredentialMachine.test(files: ["/t": " token\n", "/j": #"{"id":"inner"}"#])
            let text = setup.externalAccount(#"{"file":"/t"}"#)
            #expect(try await setup.grant(text, machine: machine).token == "exchanged-1")
            let json = setup.externalAccount(
                #"{"file":"/j","format":{"type":"json","subject_token_field_name":"id"}}"#
            )
            #expect(try await setup.grant(json, machine: machine).token == "exchanged-2")
            let subjects = setup.server.requests.map { FakeGoogle.form($0)["subject_token"] }
            #expect(subjects == ["token", "inner"])
            #expect(FakeGoogle.form(setup.server.requests[0])["scope"] == GoogleGrant.storageScope)
        }
    }

    @Test("An external account whose token comes from a URL, with a client's own secret, impersonating an account")
    func externalURL() async throws {
        try await GoogleSetup.run { (setup: GoogleSetup) async throws -> Void in
            let json = setup.externalAccount(
                """
                {"url":"\(setup.server.url)/subject","headers":{"X-Identity":"me"},
                 "format":{"type":"json","subject_token_field_name":"value"}}
                """,
                #","client_id":"id","client_secret":"s","service_account_impersonation_url":"\#(setup.impersonation)""#
            )
            let grant = try await setup.grant(json)
            #expect(grant.token == "impersonated")
            let requests = setup.server.requests
            #expect(requests.count == 3)
            #expect(FakeGoogle.form(requests[1])["subject_token"] == "from-url")
            #expect(requests[1].header("Authorization") == "Basic aWQ6cw==")
            #expect(FakeGoogle.form(requests[1])["scope"] == GoogleGrant.platformScope)
            #expect(requests[2].header("Authorization") == "Bearer exchanged-1")
            #expect(requests[2].text.contains(GoogleGrant.storageScope))
        }
    }

    @Test("A workforce pool's project goes along where there is no client")
    func userProject() async throws {
        try await GoogleSetup.run { (setup: GoogleSetup) async throws -> Void in
            let json = setup.externalAccount(#"{"file":"/t"}"#, #","workforce_pool_user_project":"123""#)
            _ = try await setup.grant(json, machine: .test(files: ["/t": "x"]))
            #expect(FakeGoogle.form(setup.server.requests[0])["options"] == "%7B%22userProject%22%3A%22123%22%7D")
        }
    }

    @Test("An external account of AWS: with variables nothing is asked, without them the instance is")
    func externalAWS() async throws {
        try await GoogleSetup.run { (setup: GoogleSetup) async throws -> Void in
            let source = """
                {"environment_id":"aws1","region_url":"\(setup.server.url)/imds/zone","url":"\(setup.server.url)/imds/role",
                 "imdsv2_session_token_url":"\(setup.server.url)/imds/token",
                 "regional_cred_verification_url":
                 "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15"}
                """
            let json = setup.externalAccount(source)
            let variables = ["AWS_REGION": "us-east-2", "AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret"]
            #expect(try await setup.grant(json, machine: .test(variables)).token == "exchanged-1")
            #expect(setup.server.requests.count == 1)
            #expect(try await setup.grant(json).token == "exchanged-2")
            let requests = setup.server.requests
            #expect(
                requests.dropFirst().map(\.path) == [
                    "/imds/token", "/imds/zone", "/imds/role", "/imds/role/worker", "/sts",
                ]
            )
            let text = FakeGoogle.form(requests[5])["subject_token"] ?? ""
            let signed = try JSONValue(parsing: PercentEncoding.decode(text))
            #expect(signed.members?.map(\.key) == ["headers", "method", "url"])
            #expect(
                signed["url"]?.string
                    == "https://sts.eu-central-1.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15"
            )
            let headers = signed["headers"]?.elements?.compactMap { $0["key"]?.string }.sorted()
            #expect(
                headers == [
                    "Authorization", "host", "x-amz-date", "x-amz-security-token", "x-goog-cloud-target-resource",
                ]
            )
        }
    }

    @Test("An external account with a command: only if it is allowed, with what it needs to know")
    func executable() async throws {
        try await GoogleSetup.run { (setup: GoogleSetup) async throws -> Void in
            let json = setup.externalAccount(
                #"{"executable":{"command":"get token","timeout_millis":5000,"output_file":"/cache"}}"#,
                #","service_account_impersonation_url":"\#(setup.impersonation)""#
            )
            let denied = await #expect(throws: CredentialsError.self) { try await setup.grant(json) }
            #expect(denied?.message.contains("GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES") == true)
            let allowed = ["GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES": "1"]
            let answer = """
                {"version":1,"success":true,"token_type":"urn:ietf:params:oauth:token-type:id_token",
                 "id_token":"mine","expiration_time":\(GCSHarness.now + 100)}
                """
            let commands = Commands(answer)
            _ = try await setup.grant(json, machine: .test(allowed, commands: commands))
            let run = try #require(commands.runs.withLock { $0 }.first)
            #expect(run.command == "get token")
            #expect(run.environment["GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE"] == "//iam.googleapis.com/pool")
            #expect(run.environment["GOOGLE_EXTERNAL_ACCOUNT_IMPERSONATED_EMAIL"] == FakeGoogle.email)
            #expect(run.environment["GOOGLE_EXTERNAL_ACCOUNT_INTERACTIVE"] == "0")
            #expect(FakeGoogle.form(setup.server.requests[0])["subject_token"] == "mine")
            // What was written before and is still good saves the run.
            _ = try await setup.grant(json, machine: .test(allowed, files: ["/cache": answer]))
            let expired = answer.replacing("\(GCSHarness.now + 100)", with: "\(GCSHarness.now)")
            let failed = Commands(#"{"version":1,"success":false,"code":"7","message":"no login"}"#)
            let error = await #expect(throws: CredentialsError.self) {
                try await setup.grant(json, machine: .test(allowed, files: ["/cache": expired], commands: failed))
            }
            #expect(error?.code == .refused)
            #expect(error?.message.contains("no login") == true)
        }
    }

    @Test("A command that really runs: it sees what it needs to know, and says what it has; it may fail, or never end")
    func realCommand() async throws {
        try await GoogleSetup.run { (setup: GoogleSetup) async throws -> Void in
            let allowed = ["GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES": "1", "GREETING": "hello"]
            @Sendable func grant(_ command: String, clock: any Clock<Duration> = ContinuousClock()) async throws {
                let json = setup.externalAccount("{\"executable\":{\"command\":\(JSONValue.string(command).text)}}")
                let machine = CredentialMachine.test(allowed, commands: ShellCommandRunner(), clock: clock)
                _ = try await setup.grant(json, machine: machine)
            }
            try await grant(
                #"""
                printf '{"version":1,"success":true,"token_type":"urn:ietf:params:oauth:token-type:saml2","saml_response":"%s"}' \
                "$GREETING $GOOGLE_EXTERNAL_ACCOUNT_TOKEN_TYPE $GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE"
                """#
            )
            #expect(
                FakeGoogle.form(setup.server.requests[0])["subject_token"]
                    == "hello urn:ietf:params:oauth:token-type:jwt //iam.googleapis.com/pool"
            )
            let failed = await #expect(throws: CredentialsError.self) { try await grant("echo hush; exit 3") }
            #expect(failed?.code == .unavailable)
            #expect(failed?.message.contains("ended with 3") == true)
            let babble = await #expect(throws: CredentialsError.self) { try await grant("echo hush") }
            #expect(babble?.code == .invalidResponse)
            let clock = TestClock()
            async let endless: Void = grant("sleep 1000", clock: clock)
            try await clock.expireNext()
            var late: (any Error)?
            do { try await endless } catch { late = error }
            let error = late as? CredentialsError
            #expect(error?.code == .unavailable)
            #expect(error?.message.contains("30") == true)
            for error in [failed, babble, error] { #expect(!String(reflecting: error).contains("hush")) }
            #expect(setup.server.requests.count == 1)
        }
    }

    @Test("An impersonated account: the source's token, for more than storage, gets one for storage")
    func impersonated() async throws {
        try await GoogleSetup.run { (setup: GoogleSetup) async throws -> Void in
            let user = Self.user.replacing("URL", with: "\(setup.server.url)/token")
            let json = """
                {"type":"impersonated_service_account","delegates":["a@b"],"source_credentials":\(user),
                 "service_account_impersonation_url":"\(setup.impersonation)"}
                """
            #expect(try await setup.grant(json).token == "impersonated")
            #expect(setup.server.requests[1].header("Authorization") == "Bearer user-1")
            #expect(setup.server.requests[1].text.contains(#""delegates":["a@b"]"#))
        }
    }

    @Test("An impersonated token lives as long as the file asks, and ends when the answer says; no right to it is told")
    func impersonatedLifetime() async throws {
        try await GoogleSetup.run { (setup: GoogleSetup) async throws -> Void in
            let machine = CredentialMachine.test(files: ["/t": "x"])
            let source = GoogleTokenSource(machine: machine)
            func grant(_ url: String) async throws -> GoogleTokenSource.Grant {
                let json = setup.externalAccount(
                    #"{"file":"/t"}"#,
                    #"""
                    ,"service_account_impersonation_url":"\#(url)",
                     "service_account_impersonation":{"token_lifetime_seconds":2800}
                    """#
                )
                return try await source.grant(.json(Array(json.utf8), setup.options))
            }
            // 11:00:00, ten seconds less than an hour from now.
            #expect(try await grant(setup.impersonation).expiration == GCSHarness.now + 3590)
            #expect(setup.server.requests[1].text.contains(#""lifetime":"2800s""#))
            let other = setup.impersonation.replacing(FakeGoogle.email, with: "other@example.com")
            let error = await #expect(throws: CredentialsError.self) { try await grant(other) }
            #expect(error?.code == .refused)
            #expect(error?.message.contains("roles/iam.serviceAccountTokenCreator on other@example.com") == true)
        }
    }

    @Test("The metadata server of a machine, found by asking; one that is none is refused")
    func metadata() async throws {
        try await GoogleSetup.run { (setup: GoogleSetup) async throws -> Void in
            let host = "127.0.0.1:\(setup.server.port)"
            let machine = CredentialMachine.test(["GCE_METADATA_HOST": host, "GCE_METADATA_IP": host])
            let grant = try await GoogleTokenSource(machine: machine).grant(.applicationDefault(.init())).value
            #expect(grant.token == "metadata-1")
            #expect(grant.universeDomain == "googleapis.com")
            #expect(setup.server.requests.map(\.path).first == "/")
            #expect(setup.server.requests[1].query.contains("scopes=https%3A%2F%2Fwww.googleapis.com"))
            setup.google.refuse(200, #"{"access_token":"foreign","expires_in":10}"#)
            let error = await #expect(throws: CredentialsError.self) {
                try await GoogleTokenSource(machine: machine).metadataServer()
            }
            #expect(error?.message.contains("Metadata-Flavor") == true)
        }
    }

    @Test(
        "A metadata server whose identity comes up is waited for; one without an identity says so; clouds have domains"
    )
    func metadataComesUp() async throws {
        try await GoogleSetup.run { (setup: GoogleSetup) async throws -> Void in
            let machine = CredentialMachine.test(["GCE_METADATA_HOST": "127.0.0.1:\(setup.server.port)"])
            let flavor = [(name: "Metadata-Flavor", value: "Google")]
            for status in [404, 403, 503] { setup.google.refuse(status, "{}", headers: flavor) }
            setup.google.set(universe: "example.goog\n")
            let grant = try await GoogleTokenSource(machine: machine).grant(.metadataServer).value
            #expect(grant.token == "metadata-1")
            #expect(grant.universeDomain == "example.goog")
            #expect(setup.server.requests.count == 3 + 1 + 1)
            for _ in 0..<5 { setup.google.refuse(404, "{}", headers: flavor) }
            let error = await #expect(throws: CredentialsError.self) {
                try await GoogleTokenSource(machine: machine).grant(.metadataServer)
            }
            #expect(error?.code == .refused)
            #expect(error?.message.contains("no service account") == true)
        }
    }

    @Test("The search: a file that is named and missing ends it; nothing anywhere says what was tried")
    func search() async throws {
        let named = CredentialMachine.test(["GOOGLE_APPLICATION_CREDENTIALS": "/none", "HOME": "/home/me"])
        let missing = await #expect(throws: CredentialsError.self) {
            try await GoogleTokenSource(machine: named).grant(.applicationDefault(.init()))
        }
        #expect(missing?.code == .invalidConfiguration)
        #expect(missing?.message.contains("/none") == true)
        let nothing = await #expect(throws: CredentialsError.self) {
            let machine = CredentialMachine.test(["HOME": "/home/me", "NO_GCE_CHECK": "true"])
            _ = try await GoogleTokenSource(machine: machine).grant(.applicationDefault(.init()))
        }
        #expect(nothing?.code == .notConfigured)
        #expect(nothing?.message.contains("/home/me/.config/gcloud/application_default_credentials.json") == true)
        try await GoogleSetup.run { (setup: GoogleSetup) async throws -> Void in
            let user = Self.user.replacing("URL", with: "\(setup.server.url)/token")
            let machine = CredentialMachine.test(
                ["CLOUDSDK_CONFIG": "/gcloud", "GOOGLE_CLOUD_QUOTA_PROJECT": "q"],
                files: ["/gcloud/application_default_credentials.json": user]
            )
            let grant = try await GoogleTokenSource(machine: machine).grant(.applicationDefault(setup.options)).value
            #expect(grant.token == "user-1")
            #expect(grant.quotaProject == "q")
        }
    }

    static let hostile: [(String, String)] = [
        ("{", "no JSON"), ("{}", "\"type\""), (#"{"type":"gdch_service_account"}"#, "gdch_service_account"),
        (#"{"type":"service_account","client_email":"a"}"#, "\"private_key\""),
        (GoogleSetup.accountJSON(tokenURL: "https://evil.example/token"), "evil.example"),
        (GoogleSetup.accountJSON(tokenURL: "https://googleapis.com.evil.example/"), "evil.example"),
        (GoogleSetup.accountJSON(tokenURL: "http://oauth2.googleapis.com/token"), "https"),
        (
            GoogleSetup.accountJSON(tokenURL: "https://oauth2.googleapis.com/token", key: "secret-key"),
            "\"private_key\""
        ),
        (user.replacing("URL", with: "http://127.0.0.1:1/"), "127.0.0.1"),
        (
            #"""
            {"type":"external_account","audience":"a","subject_token_type":"t","token_url":"https://sts.googleapis.com/v1",
             "credential_source":{"file":"/t","url":"https://x"}}
            """#, "exactly one"
        ),
        (
            #"""
            {"type":"external_account","audience":"a","subject_token_type":"t","token_url":"https://sts.googleapis.com/v1",
             "credential_source":{"url":"http://10.0.0.1/"}}
            """#, "https"
        ),
        (
            #"""
            {"type":"external_account","audience":"a","subject_token_type":"t","token_url":"https://sts.googleapis.com/v1",
             "credential_source":{"certificate":{}}}
            """#, "mTLS"
        ),
    ]

    @Test("A file that is broken or hostile is refused by field, before anything is sent", arguments: hostile.indices)
    func refused(_ index: Int) async throws {
        let (json, text) = Self.hostile[index]
        let error = await #expect(throws: CredentialsError.self) {
            _ = try await GoogleTokenSource(machine: .test()).grant(.json(Array(json.utf8), .init()))
        }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
        #expect(!String(reflecting: error).contains("hush") && !String(reflecting: error).contains("secret-key"))
    }

    @Test("No description shows a key or a token")
    func secrecy() throws {
        let json = GoogleSetup.accountJSON(tokenURL: "https://oauth2.googleapis.com/token", key: "secret-key")
        let file = try GoogleCredentialFile(json.utf8, source: "x", isFile: false)
        let credentials: [Any] = [
            file, GoogleCredentials.json(json.utf8), GoogleAccessToken("secret-key", expiration: nil),
        ]
        for value in credentials {
            var dumped = ""
            dump(value, to: &dumped)
            #expect(!"\(value) \(String(reflecting: value)) \(dumped)".contains("secret-key"))
        }
    }

    @Test("What is in use is told in words: whose identity, from where, and until when")
    func inUse() async throws {
        try await GoogleSetup.run { (setup: GoogleSetup) async throws -> Void in
            func told(_ credentials: GoogleCredentials, _ machine: CredentialMachine) async throws -> CredentialsInUse {
                try await GoogleGrants(credentials, machine: machine, logger: Logger(label: "test")).inUse()
            }
            let machine = CredentialMachine.test(
                ["GOOGLE_APPLICATION_CREDENTIALS": "/key.json", "GCE_METADATA_HOST": "127.0.0.1:\(setup.server.port)"],
                files: ["/key.json": setup.serviceAccount]
            )
            let end = GCSHarness.now + 3599
            #expect(
                try await told(.applicationDefault(options: setup.options), machine)
                    == CredentialsInUse("service account \(FakeGoogle.email), /key.json", expiration: end)
            )
            #expect(try await told(.metadataServer(), machine).text.contains("metadata server"))
            #expect(try await told(.tokens { GoogleAccessToken("t", expiration: 7) }, machine).expiration == 7)
            #expect(try await told(.anonymous, machine) == CredentialsInUse("none: requests are anonymous"))
            let grants = GoogleGrants(.metadataServer(), machine: machine, logger: Logger(label: "test"))
            var dumped = ""
            dump(try await grants.grant(), to: &dumped)
            dump(grants, to: &dumped)
            #expect(dumped.contains("metadata server"))
            #expect(!dumped.contains("metadata-"))
        }
    }

    @Test("A driver asks for one token for all who wait, uses it for all, and renews it once when it is refused")
    func driver() async throws {
        try await GoogleSetup.run { (setup: GoogleSetup) async throws -> Void in
            try await GCSHarness.run { (harness: GCSHarness) async throws -> Void in
                harness.store.accept(tokens: ["account-1", "account-2"])
                let driver = try harness.driver(.json(setup.serviceAccount.utf8, options: setup.options))
                try await withThrowingDiscardingTaskGroup { group in
                    for index in 0..<24 {
                        group.addTask {
                            _ = try await driver.store([GCSHarness.payload("\(index)")], context: GCSHarness.store())
                        }
                    }
                }
                #expect(setup.server.requests.count == 1)
                #expect(harness.server.requests.count == 24)
                #expect(harness.server.requests.allSatisfy { $0.header("x-goog-user-project") == "quota" })
                harness.store.accept(tokens: ["account-2"])
                _ = try await driver.store([GCSHarness.payload("renewed")], context: GCSHarness.store())
                #expect(setup.server.requests.count == 2)
                harness.store.accept(tokens: [])
                let error = await #expect(throws: ExternalStorageError.self) {
                    try await driver.store([GCSHarness.payload("refused")], context: GCSHarness.store())
                }
                #expect(error?.code == .forbidden)
                #expect(harness.server.requests.count == 24 + 2 + 2)
            }
        }
    }

    @Test("ES-D7 Credentials that are not there are a mistake of the configuration; an endpoint in trouble is not")
    func missing() async throws {
        try await GoogleSetup.run { (setup: GoogleSetup) async throws -> Void in
            try await GCSHarness.run { (harness: GCSHarness) async throws -> Void in
                let driver = try harness.driver(.file("/none"))
                let error = await #expect(throws: ExternalStorageError.self) {
                    try await driver.store([GCSHarness.payload()], context: GCSHarness.store())
                }
                #expect(error?.code == .misconfigured)
                #expect(error?.message.contains("/none") == true)
                for _ in 0..<3 { setup.google.refuse(503, "{}") }
                let other = try harness.driver(.json(setup.serviceAccount.utf8, options: setup.options))
                let passing = await #expect(throws: ExternalStorageError.self) {
                    try await other.store([GCSHarness.payload()], context: GCSHarness.store())
                }
                #expect(passing?.code == .unavailable)
                #expect(harness.server.requests.isEmpty)
            }
        }
    }
}

/// Answers every command, and notes it.
private final class Commands: CommandRunner {
    struct Run: Sendable {
        var command: String
        var environment: [String: String]
    }

    let runs = Mutex<[Run]>([])
    let output: String

    init(_ output: String) { self.output = output }

    func run(_ command: String, environment: [String: String]) async throws -> CommandResult {
        self.runs.withLock { $0.append(Run(command: command, environment: environment)) }
        return CommandResult(exitCode: 0, output: Array(self.output.utf8))
    }
}
