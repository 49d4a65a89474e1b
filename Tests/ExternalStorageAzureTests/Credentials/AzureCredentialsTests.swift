//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import CredentialExchange
import CredentialRefresh
import ExternalStorageCore
import FakeStores
import Foundation
import Groundwork
import Logging
import NIOCore
import StoreHTTP
import Synchronization
import Testing

@testable import ExternalStorageAzure

/// Entra ID and the identity services of machines.
final class FakeEntra: Sendable {
    private struct State {
        var tokens = 0
        var refusals: [LoopbackServer.Reply] = []
    }

    private let state = Mutex(State())

    func refuse(_ status: Int, _ json: String) {
        self.state.withLock { $0.refusals.append(.json(json, status: status)) }
    }

    static func form(_ request: LoopbackServer.Request) -> [String: String] {
        var fields: [String: String] = [:]
        for item in request.text.split(separator: "&") {
            let parts = item.split(separator: "=", maxSplits: 1).map {
                String(decoding: PercentEncoding.decode($0), as: UTF8.self)
            }
            fields[parts[0]] = parts.count > 1 ? parts[1] : ""
        }
        return fields
    }

    func answer(_ request: LoopbackServer.Request) -> LoopbackServer.Reply {
        let isProbe = request.path.hasPrefix("/metadata") && request.header("Metadata") == nil
        if !isProbe, let refusal = self.state.withLock({ $0.refusals.isEmpty ? nil : $0.refusals.removeFirst() }) {
            return refusal
        }
        let number = self.state.withLock { state in
            if !isProbe { state.tokens += 1 }
            return state.tokens
        }
        switch request.path {
        case "/tenant/oauth2/v2.0/token":
            let form = Self.form(request)
            guard form["client_id"] == "client", form["grant_type"] == "client_credentials",
                form["scope"] == "https://storage.azure.com/.default"
            else { return .json(#"{"error":"invalid_request"}"#, status: 400) }
            if form["client_secret"] == "hush" {
                return .json(#"{"token_type":"Bearer","expires_in":3599,"access_token":"secret-\#(number)"}"#)
            }
            let type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
            guard form["client_assertion_type"] == type, form["client_assertion"] == "assertion" else {
                let text =
                    #"{"error":"invalid_client","error_description":"AADSTS7000215: bad","error_codes":[7000215]}"#
                return .json(text, status: 401)
            }
            return .json(#"{"token_type":"Bearer","expires_in":"3599","access_token":"workload-\#(number)"}"#)
        case "/msi/token":
            guard request.header("X-IDENTITY-HEADER") == "header" else { return .init(401) }
            return .json(#"{"access_token":"app-\#(number)","expires_on":"\#(AzureHarness.now + 7200)"}"#)
        case "/metadata/identity/oauth2/token":
            guard request.header("Metadata") == "true" else { return .json("{}", status: 400) }
            return .json(#"{"access_token":"instance-\#(number)","expires_in":"86400"}"#)
        default: return .init(404)
        }
    }
}

@Suite("Azure credentials, flow by flow", .timeLimit(.minutes(3)))
struct AzureCredentialsTests {
    private static func run<Result>(
        _ body: (FakeEntra, LoopbackServer) async throws -> Result
    ) async throws -> Result {
        let entra = FakeEntra()
        return try await LoopbackServer.run({ entra.answer($0) }, { try await body(entra, $0) })
    }

    private static func token(
        _ base: AzureCredentials.Base,
        _ variables: [String: String] = [:],
        files: [String: String] = [:]
    ) async throws -> AzureTokenSource.Token {
        try await AzureTokenSource(machine: .test(variables, files: files)).token(base)
    }

    @Test("A client's secret; one that is wrong says what to do, and nothing of itself")
    func clientSecret() async throws {
        try await Self.run { (entra: FakeEntra, server: LoopbackServer) async throws -> Void in
            let variables = ["AZURE_AUTHORITY_HOST": server.url]
            let token = try await Self.token(
                .clientSecret(tenantID: "tenant", clientID: "client", clientSecret: "hush"),
                variables
            )
            #expect(token.value == "secret-1")
            #expect(token.expiration == AzureHarness.now + 3599)
            let error = await #expect(throws: CredentialsError.self) {
                try await Self.token(
                    .clientSecret(tenantID: "tenant", clientID: "client", clientSecret: "wrong-secret"),
                    variables
                )
            }
            #expect(error?.code == .refused)
            #expect(error?.message.contains("Check the secret") == true)
            #expect(!String(reflecting: error).contains("wrong-secret"))
        }
    }

    @Test("A workload's identity reads its file anew; an assertion that has expired is read once more")
    func workloadIdentity() async throws {
        try await Self.run { (entra: FakeEntra, server: LoopbackServer) async throws -> Void in
            let variables = [
                "AZURE_AUTHORITY_HOST": server.url, "AZURE_TENANT_ID": "tenant", "AZURE_CLIENT_ID": "client",
                "AZURE_FEDERATED_TOKEN_FILE": "/token",
            ]
            let files = ["/token": "assertion\n"]
            let base = AzureCredentials.Base.workloadIdentity(tenantID: nil, clientID: nil, tokenFile: nil)
            #expect(try await Self.token(base, variables, files: files).value == "workload-1")
            let expired = #"{"error":"invalid_client","error_description":"AADSTS700024: expired"}"#
            entra.refuse(401, expired)
            #expect(try await Self.token(base, variables, files: files).value == "workload-2")
            for _ in 0..<2 { entra.refuse(401, expired) }
            await #expect(throws: CredentialsError.self) { try await Self.token(base, variables, files: files) }
            #expect(server.requests.count == 5)
            let missing = await #expect(throws: CredentialsError.self) { try await Self.token(base, variables) }
            #expect(missing?.code == .invalidConfiguration)
        }
    }

    @Test("The identity of an app service, whose token lives long and is replaced at half its life")
    func appService() async throws {
        try await Self.run { (entra: FakeEntra, server: LoopbackServer) async throws -> Void in
            let variables = ["IDENTITY_ENDPOINT": "\(server.url)/msi/token", "IDENTITY_HEADER": "header"]
            let token = try await Self.token(.managedIdentity(clientID: "mine"), variables)
            #expect(token.value == "app-1")
            #expect(token.expiration == AzureHarness.now + 7200)
            #expect(token.refresh == AzureHarness.now + 3600)
            #expect(
                server.requests[0].query
                    == "api-version=2019-08-01&resource=https%3A%2F%2Fstorage.azure.com%2F&client_id=mine"
            )
        }
    }

    @Test("The identity of a virtual machine: looked for in a search, waited for while it comes up")
    func instance() async throws {
        try await Self.run { (entra: FakeEntra, server: LoopbackServer) async throws -> Void in
            let variables = ["AZURE_POD_IDENTITY_AUTHORITY_HOST": server.url]
            for status in [404, 429, 500] { entra.refuse(status, "{}") }
            #expect(try await Self.token(.environment, variables).value == "instance-1")
            // A question without the header, and four with it.
            #expect(server.requests.map { $0.header("Metadata") } == [nil, "true", "true", "true", "true"])
            for _ in 0..<4 { entra.refuse(410, "{}") }
            #expect(try await Self.token(.managedIdentity(clientID: nil), variables).value == "instance-2")
            entra.refuse(400, #"{"error":"invalid_request","error_description":"Identity not found"}"#)
            let error = await #expect(throws: CredentialsError.self) {
                try await Self.token(.managedIdentity(clientID: nil), variables)
            }
            #expect(error?.code == .notConfigured)
        }
    }

    @Test("The search: what is configured decides, what is not makes way, and what is refused does not")
    func search() async throws {
        try await Self.run { (entra: FakeEntra, server: LoopbackServer) async throws -> Void in
            var variables = [
                "AZURE_AUTHORITY_HOST": server.url, "AZURE_POD_IDENTITY_AUTHORITY_HOST": server.url,
                "AZURE_TENANT_ID": "tenant", "AZURE_CLIENT_ID": "client", "AZURE_CLIENT_SECRET": "hush",
                "AZURE_FEDERATED_TOKEN_FILE": "/token",
            ]
            let files = ["/token": "assertion"]
            #expect(try await Self.token(.environment, variables, files: files).value == "secret-1")
            variables["AZURE_TOKEN_CREDENTIALS"] = "WorkloadIdentityCredential"
            #expect(try await Self.token(.environment, variables, files: files).value == "workload-2")
            variables["AZURE_TOKEN_CREDENTIALS"] = "ManagedIdentityCredential"
            #expect(try await Self.token(.environment, variables, files: files).value == "instance-3")
            #expect(server.requests.last?.query.hasSuffix("client_id=client") == true)
            variables["AZURE_TOKEN_CREDENTIALS"] = "AzureCliCredential"
            let unknown = await #expect(throws: CredentialsError.self) {
                try await Self.token(.environment, variables, files: files)
            }
            #expect(unknown?.message.contains("azureclicredential") == true)
            variables["AZURE_TOKEN_CREDENTIALS"] = "prod"
            variables["AZURE_CLIENT_SECRET"] = "wrong"
            let refused = await #expect(throws: CredentialsError.self) {
                try await Self.token(.environment, variables, files: files)
            }
            #expect(refused?.code == .refused)
            let nothing = await #expect(throws: CredentialsError.self) {
                // Nobody listens there.
                try await Self.token(.environment, ["AZURE_POD_IDENTITY_AUTHORITY_HOST": "http://127.0.0.1:1"])
            }
            #expect(nothing?.code == .notConfigured)
            #expect(nothing?.message.contains("AZURE_CLIENT_SECRET") == true)
        }
    }

    @Test(
        "Identity services that are not known, and an authority in the clear, are refused by name",
        arguments: [
            (["IDENTITY_ENDPOINT": "http://x", "IDENTITY_HEADER": "h", "IDENTITY_SERVER_THUMBPRINT": "t"], "Fabric"),
            (["IDENTITY_ENDPOINT": "http://x", "IMDS_ENDPOINT": "http://y"], "Azure Arc"),
            (["MSI_ENDPOINT": "http://x"], "Cloud Shell"),
            (
                [
                    "AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c", "AZURE_CLIENT_SECRET": "s",
                    "AZURE_AUTHORITY_HOST": "http://login.example",
                ], "https"
            ),
            (["AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c", "AZURE_CLIENT_CERTIFICATE_PATH": "p"], "certificates"),
        ] as [([String: String], String)]
    )
    func refused(_ variables: [String: String], _ text: String) async throws {
        let error = await #expect(throws: CredentialsError.self) { try await Self.token(.environment, variables) }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
    }

    @Test("A driver asks for one token for all who wait, and renews it once when it is refused")
    func driver() async throws {
        try await Self.run { (entra: FakeEntra, server: LoopbackServer) async throws -> Void in
            try await AzureHarness.run { (harness: AzureHarness) async throws -> Void in
                harness.store.accept(tokens: ["secret-1", "secret-2"])
                let driver = try harness.driver(
                    .clientSecret(tenantID: "tenant", clientID: "client", clientSecret: "hush"),
                    machine: .test(["AZURE_AUTHORITY_HOST": server.url])
                )
                try await withThrowingDiscardingTaskGroup { group in
                    for index in 0..<24 {
                        group.addTask {
                            let payload = AzureHarness.payload("\(index)")
                            _ = try await driver.store([payload], context: AzureHarness.store())
                        }
                    }
                }
                #expect(server.requests.count == 1)
                harness.store.accept(tokens: ["secret-2"])
                _ = try await driver.store([AzureHarness.payload("renewed")], context: AzureHarness.store())
                #expect(server.requests.count == 2)
                harness.store.accept(tokens: [])
                let error = await #expect(throws: ExternalStorageError.self) {
                    try await driver.store([AzureHarness.payload("refused")], context: AzureHarness.store())
                }
                #expect(error?.code == .forbidden)
            }
        }
    }

    @Test("What is in use is told in words: whose identity, from where, and until when; nothing secret")
    func inUse() async throws {
        try await Self.run { (entra: FakeEntra, server: LoopbackServer) async throws -> Void in
            func told(
                _ credentials: AzureCredentials,
                _ variables: [String: String] = [:]
            ) async throws -> CredentialsInUse {
                let machine = CredentialMachine.test(
                    variables.merging(["AZURE_AUTHORITY_HOST": server.url]) { $1 },
                    files: ["/token": "assertion"]
                )
                let grants = try AzureGrants(
                    credentials,
                    account: AzureHarness.account,
                    machine: machine,
                    logger: Logger(label: "test")
                )
                let found = try await grants.inUse()
                var dumped = ""
                dump(grants, to: &dumped)
                for secret in ["hush", "c2VjcmV0", "sig="] { #expect(!(dumped + found.text).contains(secret)) }
                return found
            }
            var variables = [
                "AZURE_TENANT_ID": "tenant", "AZURE_CLIENT_ID": "client", "AZURE_CLIENT_SECRET": "hush",
                "AZURE_FEDERATED_TOKEN_FILE": "/token",
            ]
            let end = AzureHarness.now + 3599
            #expect(
                try await told(.environment, variables)
                    == CredentialsInUse("application client of tenant, by its secret", expiration: end)
            )
            variables["AZURE_CLIENT_SECRET"] = nil
            #expect(
                try await told(.environment, variables)
                    == CredentialsInUse("workload identity client, /token", expiration: end)
            )
            let service = ["IDENTITY_ENDPOINT": "\(server.url)/msi/token", "IDENTITY_HEADER": "header"]
            let ofService = try await told(.managedIdentity(clientID: "x"), service)
            #expect(ofService.text == "managed identity of this service, x")
            #expect(try await told(.sharedKey("c2VjcmV0")) == CredentialsInUse("the key of the account"))
            #expect(try await told(.anonymous) == CredentialsInUse("none: requests are anonymous"))
            for (entry, end) in [
                ("2026-11-30T10%3A00%3A00Z", 1_796_032_800), ("2026-11-30", 1_795_996_800), ("soon", nil),
            ] as [(String, Int64?)] {
                #expect(
                    try await told(.sharedAccessSignature("?sv=1&se=\(entry)&sig=hush"))
                        == CredentialsInUse("a shared access signature", expiration: end),
                    "\(entry)"
                )
            }
        }
    }

    @Test("Shared access signatures as Microsoft's SDK makes them are appended, and good")
    func sas() async throws {
        struct File: Decodable {
            struct Case: Decodable {
                var name: String
                var token: String
            }
            var cases: [Case]
        }
        let file: File = try Vectors.decode("azure-sharedkey/sas.json")
        let tokens = file.cases.filter { ["account", "container list read"].contains($0.name) }
        #expect(tokens.count == 2)
        try await AzureHarness.run { (harness: AzureHarness) async throws -> Void in
            let claims = try await harness.driver().store([AzureHarness.payload()], context: AzureHarness.store())
            for (index, vector) in tokens.enumerated() {
                // With the question mark, as the portal shows it, and without.
                let driver = try harness.driver(.sharedAccessSignature((index == 0 ? "?" : "") + vector.token))
                _ = try await driver.retrieve(claims, context: AzureHarness.retrieve)
                #expect(harness.server.requests.last?.query == vector.token)
                #expect(harness.server.requests.last?.header("Authorization") == nil)
            }
            let broken = tokens[0].token.replacing("sig=", with: "sig=A")
            let error = await #expect(throws: ExternalStorageError.self) {
                try await harness.driver(.sharedAccessSignature(broken))
                    .retrieve(claims, context: AzureHarness.retrieve)
            }
            #expect(error?.code == .forbidden)
            #expect(error?.message.contains("sig=") == false)
        }
    }
}

@Suite("Where the account is")
struct AzureConnectionTests {
    @Test("Connection strings")
    func strings() throws {
        let key = try AzureConnection(
            connectionString: "DefaultEndpointsProtocol=https;AccountName=mine;AccountKey=a2V5==;EndpointSuffix=s.net;"
        )
        #expect(key.account == "mine")
        #expect(key.endpointURL == nil)
        #expect(key.suffix == "s.net")
        guard case .sharedKey("a2V5==")? = key.credentials?.base else {
            Issue.record("no shared key")
            return
        }
        let sas = try AzureConnection(
            connectionString: "BlobEndpoint=https://other.blob.core.windows.net/;SharedAccessSignature=sv=1&sig=x%3D"
        )
        #expect(sas.account == "other")
        guard case .sas("sv=1&sig=x%3D")? = sas.credentials?.base else {
            Issue.record("no signature")
            return
        }
        let development = try AzureConnection(connectionString: "UseDevelopmentStorage=true")
        #expect(development.endpointURL == "http://127.0.0.1:10000/devstoreaccount1")
        for text in ["AccountKey=c2VjcmV0", "nonsense", "=x"] {
            let error = #expect(throws: ExternalStorageError.self) { try AzureConnection(connectionString: text) }
            #expect(error?.code == .invalidConfiguration)
            #expect(error?.message.contains("c2VjcmV0") == false)
        }
    }

    @Test("The environment: a connection string before single variables")
    func environment() throws {
        func read(_ variables: [String: String]) throws -> AzureConnection {
            try AzureConnection(environment: { variables[$0] })
        }
        let single = try read(["AZURE_STORAGE_ACCOUNT": "mine", "AZURE_STORAGE_SAS_TOKEN": "sig=x"])
        #expect(single.account == "mine")
        #expect(single.credentials?.description == "AzureCredentials(shared access signature)")
        let whole = try read([
            "AZURE_STORAGE_ACCOUNT": "mine",
            "AZURE_STORAGE_CONNECTION_STRING": "AccountName=other;AccountKey=a2V5",
        ])
        #expect(whole.account == "other")
        #expect(try read([:]).account == nil)
    }

    @Test("What is given counts before the environment, whose key goes to its own account alone")
    func given() throws {
        func read(
            _ account: String?,
            _ credentials: AzureCredentials?,
            _ variables: [String: String]
        ) throws -> [String] {
            let found = try AzureConnection(account: account, credentials: credentials) { variables[$0] }
            return [found.account ?? "none", found.credentials?.description ?? "none", found.endpointURL ?? "none"]
        }
        let text = "AccountName=mine;AccountKey=a2V5;BlobEndpoint=https://x.example"
        let variables = ["AZURE_STORAGE_CONNECTION_STRING": text]
        let key = "AzureCredentials(shared key)"
        let managed = "AzureCredentials(managed identity)"
        #expect(try read(nil, nil, variables) == ["mine", key, "https://x.example"])
        #expect(try read("mine", nil, variables) == ["mine", key, "https://x.example"])
        #expect(try read("other", nil, variables) == ["other", "none", "none"])
        #expect(try read(nil, .managedIdentity(), variables) == ["mine", managed, "https://x.example"])
        #expect(try read("other", .managedIdentity(), variables) == ["other", managed, "none"])
        // Not even looked at.
        #expect(try read("a", .anonymous, ["AZURE_STORAGE_CONNECTION_STRING": "nonsense"])[0] == "a")
        #expect(try read("other", nil, [:]) == ["other", "none", "none"])
    }

    @Test("Endpoints, of other clouds too; what is no account and what goes in the clear is refused")
    func endpoints() throws {
        let endpoint = try AzureEndpoint(account: "mine", endpointURL: nil)
        #expect(endpoint.url.description == "https://mine.blob.core.windows.net")
        let china = try AzureEndpoint(account: "mine", endpointURL: nil, suffix: "core.chinacloudapi.cn")
        #expect(china.url.host == "mine.blob.core.chinacloudapi.cn")
        for account in ["", "Mine", "my-account", "a"] {
            #expect(throws: ExternalStorageError.self) { try AzureEndpoint(account: account, endpointURL: nil) }
        }
        var configuration = AzureStorageDriver.Configuration()
        configuration.endpointURL = "http://mine.example"
        let error = #expect(throws: ExternalStorageError.self) {
            try AzureStorageDriver(
                container: "payloads",
                account: "mine",
                credentials: .managedIdentity(),
                configuration: configuration
            )
        }
        #expect(error?.message.contains("in the clear") == true)
        _ = try AzureStorageDriver(
            container: "payloads",
            account: "mine",
            credentials: .sharedKey("a2V5"),
            configuration: configuration
        )
    }
}
