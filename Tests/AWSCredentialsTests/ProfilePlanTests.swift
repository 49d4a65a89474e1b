//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSSigning
import Testing

@testable import AWSCredentials

struct ProfilePlanTests {
    struct Row: Decodable, Sendable, CustomTestStringConvertible {
        struct Input: Decodable, Sendable {
            var profiles: [String: [String: String]]
            var selectedProfile: String
            var ssoSessions: [String: [String: String]]?

            enum CodingKeys: String, CodingKey {
                case profiles
                case selectedProfile = "selected_profile"
                case ssoSessions = "sso_sessions"
            }
        }

        struct Output: Decodable, Sendable {
            var chain: [[String: JSONValue]]?
            var error: String?

            enum CodingKeys: String, CodingKey {
                case chain = "ProfileChain"
                case error = "Error"
            }
        }

        var docs: String
        var input: Input
        var output: Output

        var testDescription: String { self.docs }
    }

    static let rows = Result { try Vectors.decode("assume-role-tests.json", as: [Row].self) }

    @Test("All rows are there") func count() throws {
        #expect(try Self.rows.get().count == 28)
    }

    @Test("A profile is followed as the AWS SDKs follow it", arguments: (try? rows.get()) ?? [])
    func plan(_ row: Row) throws {
        var configuration = SharedConfiguration()
        configuration.profileSections.regular = row.input.profiles
        configuration.ssoSessionSections.regular = row.input.ssoSessions ?? [:]
        func plan() throws -> ProfilePlan {
            try ProfilePlan(profile: row.input.selectedProfile, isNamed: true, in: configuration)
        }
        if let expected = row.output.chain {
            #expect(try Self.steps(plan()) == expected.map(Self.withoutAccount))
        } else {
            let text = try #require(row.output.error)
            let error = #expect(throws: AWSCredentialsError.self) { try plan() }
            #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
        }
    }

    @Test("A code that a person must type is refused, not left out")
    func multiFactor() {
        var configuration = SharedConfiguration()
        configuration.profileSections.regular = [
            "a": ["role_arn": "arn:r", "source_profile": "b", "mfa_serial": "arn:m"],
            "b": ["aws_access_key_id": "k", "aws_secret_access_key": "s"],
        ]
        let error = #expect(throws: AWSCredentialsError.self) {
            try ProfilePlan(profile: "a", isNamed: true, in: configuration)
        }
        #expect(error?.code == .invalidConfiguration)
    }

    @Test("A profile that nobody named may be missing; a named one may not")
    func missing() {
        var configuration = SharedConfiguration()
        configuration.profileSections.regular = ["other": [:]]
        for isNamed in [true, false] {
            let error = #expect(throws: AWSCredentialsError.self) {
                try ProfilePlan(profile: "default", isNamed: isNamed, in: configuration)
            }
            #expect(error?.code == (isNamed ? .invalidConfiguration : .notConfigured))
        }
    }

    /// A plan in the words of the vectors.
    private static func steps(_ plan: ProfilePlan) -> [[String: JSONValue]] {
        func object(_ members: [String: String?]) -> JSONValue {
            .object(members.compactMapValues { $0 }.mapValues { .string($0) })
        }
        let first: [String: JSONValue] =
            switch plan.base {
            case .accessKey(let key):
                [
                    "AccessKey": object([
                        "access_key_id": key.accessKeyID, "secret_access_key": key.secretAccessKey,
                        "session_token": key.sessionToken,
                    ])
                ]
            case .named(let source): ["NamedSource": .string(source.rawValue)]
            case .webIdentity(let role):
                [
                    "WebIdentityToken": object([
                        "role_arn": role.arn, "web_identity_token_file": role.tokenFile,
                        "role_session_name": role.sessionName,
                    ])
                ]
            case .sso(let sso):
                [
                    "Sso": object([
                        "sso_account_id": sso.accountID, "sso_region": sso.region, "sso_role_name": sso.roleName,
                        "sso_start_url": sso.startURL, "sso_session": sso.session,
                    ])
                ]
            case .process(let command): ["CredentialProcess": .string(command.value)]
            }
        let roles = plan.roles.map { role in
            [
                "AssumeRole": object([
                    "role_arn": role.arn, "external_id": role.externalID, "role_session_name": role.sessionName,
                ])
            ]
        }
        return [first] + roles
    }

    /// Nothing here uses the account number.
    private static func withoutAccount(_ step: [String: JSONValue]) -> [String: JSONValue] {
        step.mapValues { value in
            guard case .object(var members) = value else { return value }
            members["account_id"] = nil
            return .object(members)
        }
    }
}
