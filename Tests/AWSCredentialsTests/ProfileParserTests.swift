//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSSigning
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
            #expect(parsed.profileSections.regular == expected.profiles)
            if let sessions = expected.ssoSessions { #expect(parsed.ssoSessionSections.regular == sessions) }
            for name in expected.profiles.keys { #expect(try parsed.profile(name) == expected.profiles[name]) }
        } else {
            let text = try #require(row.output.errorContaining)
            // All wrong sections of the table have this name; text before any section stops everybody.
            let error = #expect(throws: AWSCredentialsError.self) { try parse().profile("foo") }
            #expect(error?.code == .invalidConfiguration)
            #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
        }
    }

    @Test("An error names file and line, and quotes nothing")
    func errorPlace() throws {
        let parsed = try SharedConfiguration(config: "", credentials: "[a]\nx = y\ntopsecret\n")
        let error = #expect(throws: AWSCredentialsError.self) { try parsed.profile("a") }
        #expect(error?.description.contains("shared credentials file") == true)
        #expect(error?.description.contains("line 3") == true)
        #expect(error.map { String(reflecting: $0).contains("topsecret") } == false)
    }

    @Test("Lines nested below a property are properties of their own")
    func nested() throws {
        let text = "[services one]\ns3 =\n  endpoint_url = http://127.0.0.1:1\n  other = 2\n"
        let parsed = try SharedConfiguration(config: text, credentials: "")
        let nested = SharedConfiguration.nested(try parsed.services("one")["s3"])
        #expect(nested == ["endpoint_url": "http://127.0.0.1:1", "other": "2"])
    }

    @Test("A line that one section gets wrong stops only who uses that section")
    func problemsAreLocal() throws {
        let text = """
            [profile good]
            region = eu-central-1
            [profile bad]
            this is no property
            [sso-session bad]
              nor is this
            [profile nested]
            s3 =
              broken
            [profile open
            region = us-east-1
            [default]
            region = us-west-2
            """
        let parsed = try SharedConfiguration(config: text, credentials: "[good]\nx = 1\n[other]\n= 2\n")
        #expect(try parsed.profile("good") == ["region": "eu-central-1", "x": "1"])
        #expect(try parsed.profile("default") == ["region": "us-west-2"])
        for (name, line) in [("bad", 4), ("nested", 9), ("open", 10), ("other", 4)] {
            let error = #expect(throws: AWSCredentialsError.self) { try parsed.profile(name) }
            #expect(error?.code == .invalidConfiguration)
            #expect(error?.message.contains("line \(line):") == true, "\(error?.message ?? "")")
        }
        #expect(throws: AWSCredentialsError.self) { try parsed.ssoSession("bad") }
    }

    @Test("What aws configure and helpers write is read: quotation marks, blanks, text behind a bracket, indents")
    func helpers() throws {
        let config =
            "\u{feff}" + """
                # written by a helper
                [profile "my profile"] managed by a tool
                region = eu-central-1
                [profile 'a]b']
                  region = eu-west-1
                  # indented as well
                  output = json
                [sso-session 'My Org']\r
                sso_region = eu-north-1\r
                [profile plain]trailing
                region = sa-east-1
                s3 =
                    # a comment among nested properties
                    addressing_style = path
                """
        let parsed = try SharedConfiguration(config: config, credentials: "[my profile]\naws_access_key_id = k\n")
        #expect(try parsed.profile("my profile") == ["region": "eu-central-1", "aws_access_key_id": "k"])
        #expect(try parsed.profile("a]b") == ["region": "eu-west-1", "output": "json"])
        #expect(try parsed.ssoSession("My Org") == ["sso_region": "eu-north-1"])
        #expect(try parsed.profile("plain") == ["region": "sa-east-1", "s3": "\naddressing_style = path"])
    }

    @Test("A services section that is named and missing is an error; so is nothing else")
    func missingServices() throws {
        let parsed = try SharedConfiguration(config: "[profile a]\nservices = none\n", credentials: "")
        #expect(throws: AWSCredentialsError.self) { try parsed.services("none") }
        #expect(try parsed.profile("b") == nil)
    }

    @Test(
        "Words are split as a shell splits them",
        arguments: [
            ("profile foo", ["profile", "foo"]), ("profile 'a b'", ["profile", "a b"]),
            ("profile \"a\\\"b\"", ["profile", "a\"b"]), (#"profile a\ b"#, ["profile", "a b"]),
            (#"profile "a\n""#, ["profile", #"a\n"#]), ("profile ''", ["profile", ""]), ("profile 'a", nil),
            ("profile a\\", nil), ("  ", []),
        ] as [(String, [String]?)]
    )
    func words(text: String, words: [String]?) { #expect(ShellWords.split(text) == words) }

    @Test(
        "Times of expiration are read with any zone, and only with one",
        arguments: [
            ("2026-11-24T06:48:09Z", 1_795_502_889), ("2026-11-24T06:48:09UTC", 1_795_502_889),
            ("2026-11-24 06:48:09 UTC", 1_795_502_889), ("2026-11-24T08:48:09+02:00", 1_795_502_889),
            ("2026-11-24T08:48:09.123456+0200", 1_795_502_889), ("2026-11-24T01:18:09-05:30", 1_795_502_889),
            ("2026-11-24T06:48:09+00", 1_795_502_889), ("2026-11-24T06:48:09.5 GMT", 1_795_502_889),
            ("2026-11-24T06:48:09", nil), ("2026-11-24T06:48:09+2:00", nil), ("2026-11-24T06:48:09+020:0", nil),
            ("2026-11-24T06:48:09+25:00", nil), ("2026-11-24T06:48:09.Z", nil), ("tomorrow", nil), ("", nil),
            ("2026-11-24T06:48:09 PST", nil),
        ] as [(String, Int64?)]
    )
    func expiration(text: String, seconds: Int64?) {
        #expect(SigningTime(expiration: text)?.secondsSince1970 == seconds)
    }
}
