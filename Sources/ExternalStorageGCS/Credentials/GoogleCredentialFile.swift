//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import CredentialExchange
internal import Groundwork

/// What a credential file says, checked.
///
/// Its texts are secrets: errors name fields and quote nothing of them.
struct GoogleCredentialFile: Sendable {
    /// The kinds of credentials that a file may hold.
    indirect enum Kind: Sendable {
        case serviceAccount(ServiceAccount)
        case authorizedUser(AuthorizedUser)
        case externalAccount(ExternalAccount)
        case impersonated(Impersonation, source: Kind)

        var name: String {
            switch self {
            case .serviceAccount: "service account"
            case .authorizedUser: "authorised user"
            case .externalAccount: "external account"
            case .impersonated: "impersonated service account"
            }
        }

        /// The address of the service account that requests are made by; nil for what has none, or does not say.
        var email: String? {
            switch self {
            case .serviceAccount(let account): account.email
            case .authorizedUser: nil
            case .externalAccount(let account): account.impersonation?.email
            case .impersonated(let impersonation, _): impersonation.email
            }
        }
    }

    struct ServiceAccount: Sendable {
        var email: String
        var privateKey: String
        var keyID: String?
        var tokenURL: String
    }

    struct AuthorizedUser: Sendable {
        var clientID: String
        var clientSecret: String
        var refreshToken: String
        var tokenURL: String
    }

    struct ExternalAccount: Sendable {
        var audience: String
        var subjectTokenType: String
        var tokenURL: String
        var source: SubjectTokenSource
        var impersonation: Impersonation?
        var clientID: String?
        var clientSecret: String?
        var userProject: String?
    }

    /// A service account that another identity may act for.
    struct Impersonation: Sendable {
        var url: String
        var delegates: [String] = []
        var lifetimeInSeconds: Int64 = 3600

        /// The account's address, which the URL ends with.
        var email: String? {
            guard self.url.hasSuffix(":generateAccessToken"), let start = self.url.lastIndex(of: "/") else {
                return nil
            }
            return String(self.url[self.url.index(after: start)...].dropLast(":generateAccessToken".count))
        }
    }

    /// Where an external account's own token comes from.
    enum SubjectTokenSource: Sendable {
        case file(path: String, format: Format)
        case url(String, headers: [(name: String, value: String)], format: Format)
        case aws(AWS)
        case executable(Executable)

        /// How the token stands in what is read.
        enum Format: Sendable {
            case text
            case json(field: String)
        }

        struct AWS: Sendable {
            var regionURL: String?
            var credentialsURL: String?
            var sessionTokenURL: String?
            var verificationURL: String
        }

        struct Executable: Sendable {
            var command: String
            var timeout: Duration
            var outputFile: String?
        }
    }

    var kind: Kind
    var quotaProject: String?
    var universeDomain: String

    /// - Parameters:
    ///   - bytes: What the file holds.
    ///   - source: Its path, or what else to call it.
    ///   - isFile: Whether `source` is a path.
    /// - Throws: ``CredentialsError`` of code `invalidConfiguration`, which names the field.
    init(_ bytes: some Sequence<UInt8>, source: String, isFile: Bool) throws(CredentialsError) {
        let json: JSONValue
        do { json = try JSONValue(parsing: bytes) } catch {
            throw CredentialsError(.invalidConfiguration, source: source, "no JSON: \(error)")
        }
        let fields = Fields(json: json, source: source)
        self.kind = try Self.kind(fields, allowsImpersonation: true)
        self.quotaProject = fields.optional("quota_project_id")
        self.universeDomain = fields.optional("universe_domain") ?? GCSEndpoint.defaultUniverse
    }

    private static func kind(_ fields: Fields, allowsImpersonation: Bool) throws(CredentialsError) -> Kind {
        switch try fields.required("type") {
        case "service_account":
            return .serviceAccount(
                ServiceAccount(
                    email: try fields.required("client_email"),
                    privateKey: try fields.required("private_key"),
                    keyID: fields.optional("private_key_id"),
                    tokenURL: fields.optional("token_uri") ?? "https://oauth2.googleapis.com/token"
                )
            )
        case "authorized_user":
            return .authorizedUser(
                AuthorizedUser(
                    clientID: try fields.required("client_id"),
                    clientSecret: try fields.required("client_secret"),
                    refreshToken: try fields.required("refresh_token"),
                    tokenURL: fields.optional("token_uri") ?? "https://oauth2.googleapis.com/token"
                )
            )
        case "external_account": return .externalAccount(try Self.externalAccount(fields))
        case "impersonated_service_account" where allowsImpersonation:
            let source = try fields.object("source_credentials")
            return .impersonated(
                Impersonation(
                    url: try fields.required("service_account_impersonation_url"),
                    delegates: try fields.strings("delegates")
                ),
                source: try Self.kind(source, allowsImpersonation: false)
            )
        case let type:
            throw fields.refuse(
                "credentials of type \"\(OAuthToken.line(type))\" are not known here; service_account, authorized_user, "
                    + "external_account and impersonated_service_account are"
            )
        }
    }

    private static func externalAccount(_ fields: Fields) throws(CredentialsError) -> ExternalAccount {
        var account = ExternalAccount(
            audience: try fields.required("audience"),
            subjectTokenType: try fields.required("subject_token_type"),
            tokenURL: try fields.required("token_url"),
            source: try Self.subjectTokenSource(try fields.object("credential_source")),
            clientID: fields.optional("client_id"),
            clientSecret: fields.optional("client_secret"),
            userProject: fields.optional("workforce_pool_user_project")
        )
        if let url = fields.optional("service_account_impersonation_url") {
            let lifetime = fields.json["service_account_impersonation"]?["token_lifetime_seconds"]?.integer
            account.impersonation = Impersonation(url: url, lifetimeInSeconds: lifetime ?? 3600)
        }
        return account
    }

    private static func subjectTokenSource(_ fields: Fields) throws(CredentialsError) -> SubjectTokenSource {
        let kinds = ["file", "url", "environment_id", "executable", "certificate"].filter { fields.json[$0] != nil }
        // The address of an AWS source stands in `url` too.
        let isAWS = kinds.contains("environment_id")
        guard isAWS ? kinds.allSatisfy({ ["environment_id", "url"].contains($0) }) : kinds.count == 1 else {
            throw fields.refuse("\"credential_source\" must name exactly one of file, url, executable and aws")
        }
        if isAWS { return .aws(try Self.aws(fields)) }
        switch kinds[0] {
        case "file": return .file(path: try fields.required("file"), format: try Self.format(fields))
        case "url":
            let headers = fields.json["headers"]?.members ?? []
            return .url(
                try fields.required("url"),
                headers: headers.map { ($0.key, $0.value.string ?? "") },
                format: try Self.format(fields)
            )
        case "executable":
            let executable = try fields.object("executable")
            let timeout = executable.json["timeout_millis"]?.integer ?? 30_000
            guard (5_000...120_000).contains(timeout) else {
                throw fields.refuse("\"timeout_millis\" must be 5000 to 120000")
            }
            return .executable(
                .init(
                    command: try executable.required("command"),
                    timeout: .milliseconds(timeout),
                    outputFile: executable.optional("output_file")
                )
            )
        default:
            throw fields.refuse("external accounts with certificates (mTLS) are not known here; use file, url or aws")
        }
    }

    private static func aws(_ fields: Fields) throws(CredentialsError) -> SubjectTokenSource.AWS {
        guard try fields.required("environment_id") == "aws1" else {
            throw fields.refuse("\"environment_id\" must be aws1")
        }
        return .init(
            regionURL: fields.optional("region_url"),
            credentialsURL: fields.optional("url"),
            sessionTokenURL: fields.optional("imdsv2_session_token_url"),
            verificationURL: try fields.required("regional_cred_verification_url")
        )
    }

    private static func format(_ fields: Fields) throws(CredentialsError) -> SubjectTokenSource.Format {
        guard let format = fields.json["format"] else { return .text }
        switch format["type"]?.string ?? "text" {
        case "text": return .text
        case "json":
            guard let field = format["subject_token_field_name"]?.string, !field.isEmpty else {
                throw fields.refuse("\"subject_token_field_name\" is missing")
            }
            return .json(field: field)
        default: throw fields.refuse("\"format\" must be text or json")
        }
    }
}

extension GoogleCredentialFile: CustomStringConvertible, CustomReflectable {
    var description: String { "GoogleCredentialFile(\(self.kind.name))" }

    /// Shows nothing: nearly every field is a secret.
    var customMirror: Mirror { Mirror(self, children: []) }
}

/// The fields of one object of a credential file.
private struct Fields {
    let json: JSONValue
    let source: String

    func refuse(_ message: String) -> CredentialsError {
        CredentialsError(.invalidConfiguration, source: self.source, message)
    }

    func optional(_ key: String) -> String? {
        guard let text = self.json[key]?.string, !text.isEmpty else { return nil }
        return text
    }

    func required(_ key: String) throws(CredentialsError) -> String {
        guard let text = self.optional(key) else { throw self.refuse("\"\(key)\" is missing, empty or no text") }
        return text
    }

    func object(_ key: String) throws(CredentialsError) -> Self {
        guard let json = self.json[key], json.members != nil else { throw self.refuse("\"\(key)\" is no object") }
        return Self(json: json, source: self.source)
    }

    func strings(_ key: String) throws(CredentialsError) -> [String] {
        guard let value = self.json[key], value != .null else { return [] }
        let texts = value.elements?.compactMap(\.string)
        guard let texts, texts.count == value.elements?.count else {
            throw self.refuse("\"\(key)\" is no list of texts")
        }
        return texts
    }
}
