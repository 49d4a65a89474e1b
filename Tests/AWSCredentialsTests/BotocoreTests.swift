//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSSigning
import Foundation
import Testing

@testable import AWSCredentials

/// Botocore's reading of shared files beside ours, in one run.
@Suite(.timeLimit(.minutes(2)))
struct BotocoreTests {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        var name: String
        var config: String?
        var credentials: String?
        var profile: String?
        /// Why we do something else, and what.
        var why: String?
        var ours: Reading?

        var testDescription: String { self.name }
    }

    /// What files lead to; what is not there is nil or false.
    struct Reading: Codable, Sendable, Hashable {
        struct SSO: Codable, Sendable, Hashable {
            var startURL: String
            var region: String
            var account: String?
            var role: String?

            enum CodingKeys: String, CodingKey {
                case startURL = "sso_start_url"
                case region = "sso_region"
                case account = "sso_account_id"
                case role = "sso_role_name"
            }
        }

        var region: String?
        var endpoint: String?
        var fips: Bool?
        var dualStack: Bool?
        var bundle: String?
        var checksums: String?
        var key: String?
        var secret: String?
        var token: String?
        var expiration: Int64?
        var sso: SSO?
        var isError = false

        enum CodingKeys: String, CodingKey {
            case region, endpoint, fips, dualStack, bundle, checksums, key, secret, token, expiration, sso, error
        }

        init() {}

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            self.isError = values.contains(.error)
            guard !self.isError else { return }
            self.region = try values.decodeIfPresent(String.self, forKey: .region)
            self.endpoint = try values.decodeIfPresent(String.self, forKey: .endpoint)
            self.fips = try values.decodeIfPresent(Bool.self, forKey: .fips)
            self.dualStack = try values.decodeIfPresent(Bool.self, forKey: .dualStack)
            self.bundle = try values.decodeIfPresent(String.self, forKey: .bundle)
            self.checksums = try values.decodeIfPresent(String.self, forKey: .checksums)
            self.key = try values.decodeIfPresent(String.self, forKey: .key)
            self.secret = try values.decodeIfPresent(String.self, forKey: .secret)
            self.token = try values.decodeIfPresent(String.self, forKey: .token)
            self.expiration = try values.decodeIfPresent(Int64.self, forKey: .expiration)
            self.sso = try values.decodeIfPresent(SSO.self, forKey: .sso)
        }

        func encode(to encoder: any Encoder) throws {}
    }

    struct Table: Decodable { var cases: [Case] }

    struct Report: Decodable {
        var version: String
        var results: [String: Reading]
    }

    private static let root = Vectors.folder.deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let table = Self.root.appending(path: "Tests/Vectors/aws-files/cases.json")
    static let python = Self.root.appending(path: ".tools/venv/bin/python")
    static let isThere = FileManager.default.isExecutableFile(atPath: python.path)

    /// Our reading of a case.
    private static func read(_ row: Case) async throws -> Reading {
        let files = InMemoryFiles(["/h/.aws/config": row.config ?? "", "/h/.aws/credentials": row.credentials ?? ""])
        // A clock that goes: the limit for a process is not to be over at once.
        let context = CredentialsContext.test(
            ["HOME": "/h", "PATH": "/usr/bin:/bin"],
            files: files,
            clock: ContinuousClock()
        )
        let environment = context.environment
        let settings = try await AWSServiceSettings(environment: environment, profile: row.profile)
        var reading = Reading()
        reading.region = settings.region
        reading.endpoint = settings.endpointURL(of: .s3)
        reading.fips = settings.usesFIPS
        reading.dualStack = settings.usesDualStack
        reading.bundle = settings.certificateBundle
        reading.checksums = settings.sendsRequiredChecksumsOnly ? "when_required" : "when_supported"
        let plan = try ProfilePlan(
            profile: row.profile ?? "default",
            isNamed: row.profile != nil,
            in: await SharedConfiguration(environment)
        )
        if case .sso(let sso) = plan.base {
            reading.sso = .init(
                startURL: sso.startURL,
                region: sso.region,
                account: sso.accountID,
                role: sso.roleName
            )
            return reading
        }
        let credentials = try await ProfileAWSCredentials(context, profile: row.profile).credentials()
        reading.key = credentials.accessKeyID
        reading.secret = credentials.secretAccessKey
        reading.token = credentials.sessionToken
        reading.expiration = credentials.expiration
        return reading
    }

    private static func botocore() throws -> Report {
        let process = Process()
        process.executableURL = self.python
        process.arguments = [self.root.appending(path: "Scripts/lib/aws_files.py").path, self.table.path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return try JSONDecoder().decode(Report.self, from: data)
    }

    @Test(
        "Shared files are read as botocore reads them; where not, the table says why",
        .enabled(if: Self.isThere, "SKIPPED: botocore is not there; Scripts/tools installs it")
    )
    func table() async throws {
        let cases = try JSONDecoder().decode(Table.self, from: Data(contentsOf: Self.table)).cases
        let botocore = try Self.botocore()
        #expect(cases.count >= 30)
        var same = 0
        for row in cases {
            let theirs = try #require(botocore.results[row.name], "\(row.name)")
            var ours = Reading()
            do { ours = try await Self.read(row) } catch is AWSCredentialsError { ours.isError = true }
            if row.why == nil {
                #expect(ours == theirs, "\(row.name)")
                same += 1
            } else {
                #expect(ours == row.ours, "\(row.name)")
                // A difference that is none any more is to be taken out of the list.
                #expect(ours != theirs, "\(row.name)")
            }
        }
        #expect(same >= 30)
    }
}
