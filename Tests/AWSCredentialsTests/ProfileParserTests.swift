//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Testing

@testable import AWSCredentials

struct ProfileParserTests {
    struct Row: Decodable, Sendable, CustomTestStringConvertible {
        struct Input: Decodable, Sendable {
            var configFile: String?
            var credentialsFile: String?
        }

        struct Output: Decodable, Sendable {
            struct Config: Decodable, Sendable {
                var profiles: [String: [String: String]]
                var ssoSessions: [String: [String: String]]?

                enum CodingKeys: String, CodingKey {
                    case profiles
                    case ssoSessions = "sso_sessions"
                }
            }

            var config: Config?
            var errorContaining: String?
        }

        var name: String
        var input: Input
        var output: Output

        var testDescription: String { self.name }
    }

    static let rows = Result { try Vectors.decode("profile-parser-tests.json", as: Vectors.Table<Row>.self).tests }

    @Test("All rows are there") func count() throws {
        #expect(try Self.rows.get().count == 65)
    }

    @Test("Shared files are read as the AWS SDKs read them", arguments: (try? rows.get()) ?? [])
    func parse(_ row: Row) throws {
        func parse() throws -> SharedConfiguration {
            try SharedConfiguration(
                config: row.input.configFile ?? "",
                credentials: row.input.credentialsFile ?? ""
            )
        }
        if let expected = row.output.config {
            let parsed = try parse()
            #expect(parsed.profiles == expected.profiles)
            if let sessions = expected.ssoSessions { #expect(parsed.ssoSessions == sessions) }
        } else {
            let text = try #require(row.output.errorContaining)
            let error = #expect(throws: AWSCredentialsError.self) { try parse() }
            #expect(error?.code == .invalidConfiguration)
            #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
        }
    }

    @Test("An error names file and line, and quotes nothing")
    func errorPlace() throws {
        let error = #expect(throws: AWSCredentialsError.self) {
            try SharedConfiguration(config: "", credentials: "[a]\nx = y\ntopsecret\n")
        }
        #expect(error?.description.contains("shared credentials file") == true)
        #expect(error?.description.contains("line 3") == true)
        #expect(error.map { String(reflecting: $0).contains("topsecret") } == false)
    }

    @Test("Lines nested below a property are properties of their own")
    func nested() throws {
        let text = "[services one]\ns3 =\n  endpoint_url = http://127.0.0.1:1\n  other = 2\n"
        let parsed = try SharedConfiguration(config: text, credentials: "")
        let nested = SharedConfiguration.nested(parsed.services["one"]?["s3"])
        #expect(nested == ["endpoint_url": "http://127.0.0.1:1", "other": "2"])
    }
}
