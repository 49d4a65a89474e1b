//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AWSSigning

/// One profile while a plan is made of it.
struct Profile {
    let name: String
    let properties: SharedConfiguration.Properties
    private let configuration: SharedConfiguration

    init(first name: String, isNamed: Bool, in configuration: SharedConfiguration) throws(AWSCredentialsError) {
        guard let properties = try configuration.profile(name) else {
            let message = configuration.profileNames.isEmpty ? "No profiles were defined" : "there is no such profile"
            throw AWSCredentialsError(
                isNamed ? .invalidConfiguration : .notConfigured,
                source: "profile \(name)",
                "\(message) in the shared config and credentials files"
            )
        }
        self.init(name: name, properties: properties, configuration: configuration)
    }

    init(_ name: String, referencedFrom other: String, in configuration: SharedConfiguration)
        throws(AWSCredentialsError)
    {
        guard let properties = try configuration.profile(name) else {
            throw AWSCredentialsError(
                .invalidConfiguration,
                source: "profile \(other)",
                "could not find source profile \(name) referenced from \(other)"
            )
        }
        self.init(name: name, properties: properties, configuration: configuration)
    }

    private init(name: String, properties: SharedConfiguration.Properties, configuration: SharedConfiguration) {
        self.name = name
        self.properties = properties
        self.configuration = configuration
    }

    func value(_ key: String) -> String? {
        guard let value = self.properties[key], !value.isEmpty else { return nil }
        return value
    }

    /// The profile to take the first credentials from; nil if this one has to have them.
    func sourceProfile() throws(AWSCredentialsError) -> String? {
        guard self.value("role_arn") != nil, let source = self.value("source_profile") else { return nil }
        guard self.value("credential_source") == nil else {
            throw self.error("profile contained both source_profile and credential_source; keep one")
        }
        return source
    }

    func role() throws(AWSCredentialsError) -> AssumedRole? {
        guard let arn = self.value("role_arn") else { return nil }
        guard self.value("mfa_serial") == nil else {
            throw self.error("mfa_serial asks for a code that only a person can type; it is not supported")
        }
        return try AssumedRole(
            arn: arn,
            sessionName: self.value("role_session_name"),
            externalID: self.value("external_id"),
            durationSeconds: self.duration()
        )
    }

    /// Where the first credentials come from, if it is here; nil if this profile says nothing about credentials.
    func base() throws(AWSCredentialsError) -> ProfilePlan.Base? {
        if let key = try self.accessKey() { return .accessKey(key) }
        if let source = self.value("credential_source") { return .named(try self.named(source)) }
        if let role = try self.webIdentity() { return .webIdentity(role) }
        if let settings = try self.sso() { return .sso(settings) }
        if let command = self.value("credential_process") { return .process(Redacted(command)) }
        if self.value("login_session") != nil {
            throw self.error("login_session is not supported; use another source of credentials")
        }
        guard self.value("role_arn") == nil else {
            throw self.error("profile must contain `source_profile` or `credential_source` beside role_arn")
        }
        return nil
    }

    func accessKey() throws(AWSCredentialsError) -> AWSCredentials? {
        switch (self.value("aws_access_key_id"), self.value("aws_secret_access_key")) {
        case (let keyID?, let secret?):
            return AWSCredentials(
                accessKeyID: keyID,
                secretAccessKey: secret,
                sessionToken: self.value("aws_session_token")
            )
        case (nil, nil): return nil
        case (nil, _): throw self.error("profile missing aws_access_key_id")
        case (_, nil): throw self.error("profile missing aws_secret_access_key")
        }
    }

    func missing(code: AWSCredentialsError.Code) -> AWSCredentialsError {
        AWSCredentialsError(
            code,
            source: "profile \(self.name)",
            "profile `\(self.name)` did not contain credential information"
        )
    }

    func error(_ message: String) -> AWSCredentialsError {
        AWSCredentialsError(.invalidConfiguration, source: "profile \(self.name)", message)
    }

    private func named(_ source: String) throws(AWSCredentialsError) -> ProfilePlan.NamedSource {
        guard let named = ProfilePlan.NamedSource(rawValue: source) else {
            throw self.error("credential_source must be Environment, EcsContainer or Ec2InstanceMetadata")
        }
        return named
    }

    private func duration() throws(AWSCredentialsError) -> Int? {
        guard let text = self.value("duration_seconds") else { return nil }
        guard let seconds = Int(text), (900...43_200).contains(seconds) else {
            throw self.error("duration_seconds must be a number from 900 to 43200")
        }
        return seconds
    }

    private func webIdentity() throws(AWSCredentialsError) -> WebIdentityRole? {
        guard let file = self.value("web_identity_token_file") else { return nil }
        guard let arn = self.value("role_arn") else {
            throw self.error("`web_identity_token_file` was specified but `role_arn` was missing")
        }
        return WebIdentityRole(arn: arn, tokenFile: file, sessionName: self.value("role_session_name"))
    }
}

extension Profile {
    /// What the profile says about IAM Identity Center; nil if nothing.
    func sso() throws(AWSCredentialsError) -> SSOSettings? {
        let account = self.value("sso_account_id")
        let role = self.value("sso_role_name")
        let session = self.value("sso_session")
        guard account != nil || role != nil || session != nil else { return nil }
        if account != nil, role == nil {
            throw self.error("if `sso_account_id` is set, then `sso_role_name` must also be set")
        }
        if role != nil, account == nil {
            throw self.error("if `sso_role_name` is set, then `sso_account_id` must also be set")
        }
        guard let session else {
            return SSOSettings(
                session: nil,
                startURL: try self.required("sso_start_url", in: self.properties),
                region: try self.required("sso_region", in: self.properties),
                accountID: account,
                roleName: role
            )
        }
        for key in ["sso_region", "sso_start_url"] where self.value(key) != nil {
            throw self.error(
                "`\(key)` can only be specified in the [sso-session] config when a session name is given"
            )
        }
        guard let section = try self.configuration.ssoSession(session) else {
            throw self.error("sso-session named `\(session)` (referenced by profile `\(self.name)`) was not found")
        }
        return SSOSettings(
            session: session,
            startURL: try self.required("sso_start_url", in: section),
            region: try self.required("sso_region", in: section),
            accountID: account,
            roleName: role
        )
    }

    private func required(
        _ key: String,
        in properties: SharedConfiguration.Properties
    ) throws(AWSCredentialsError) -> String {
        guard let value = properties[key], !value.isEmpty else {
            throw self.error("`\(key)` is missing for IAM Identity Center")
        }
        return value
    }
}
