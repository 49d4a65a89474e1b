//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation
import Subprocess
import SystemPackage
import TemporalNative
import TemporalProfiles
import Testing

@Suite("Profiles from files and variables", .timeLimit(.minutes(2)))
struct ProfileTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static var python: String? {
        let environment = ProcessInfo.processInfo.environment["EXTERNAL_STORAGE_TEST_PYTHON"] ?? ""
        let path = environment.isEmpty ? Self.root.appending(path: ".tools/venv/bin/python").path : environment
        return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }

    /// A directory with the files that the cases name, for the time of a closure.
    private static func withFiles<Result>(_ body: (String) async throws -> Result) async throws -> Result {
        let directory = FileManager.default.temporaryDirectory.appending(path: "profiles-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        for (folder, name) in [
            ("settings/temporalio", "temporal.toml"), ("home/.config/temporalio", "temporal.toml"), ("", "own.toml"),
        ] {
            let place = directory.appending(path: folder)
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            let text = "[profile.default]\naddress = \"\(folder)/\(name)\"\n"
            try Data(text.utf8).write(to: place.appending(path: name))
        }
        return try await body(directory.path)
    }

    @Test(
        "The same file and the same variables mean the same as with Temporal's own SDK",
        .enabled(if: Self.python != nil, "SKIPPED: no Python with Temporal's SDK; run Scripts/tools")
    )
    func conformance() async throws {
        try await Self.withFiles { directory in
            let cases = ProfileCase.all(directory)
            let input = try JSONEncoder().encode(cases)
            let script = Self.root.appending(path: "Tests/TemporalProfilesTests/profiles.py").path
            let output = try await run(
                .path(.init(try #require(Self.python))),
                arguments: [script],
                input: .array(Array(input)),
                output: .string(limit: 10_000_000),
                error: .string(limit: 100_000)
            )
            #expect(output.terminationStatus.isSuccess, "\(output.standardError)")
            let outcomes = try JSONDecoder().decode([ProfileOutcome?].self, from: Data(output.standardOutput.utf8))
            try #require(outcomes.count == cases.count)
            var refused = 0
            for (example, expected) in zip(cases, outcomes) {
                let found = try? ProfileOutcome(example.load())
                if expected == nil { refused += 1 }
                #expect(
                    found == expected,
                    "\(example.file.map { String(decoding: $0, as: UTF8.self) } ?? "") \(example)"
                )
            }
            // Both kinds are there.
            #expect(refused > 20 && outcomes.count - refused > 80, "\(refused) of \(outcomes.count)")
        }
    }

    @Test("What is wrong is said with file, profile and key, and without secrets")
    func errors() async throws {
        let secret = "s3cret"
        try await Self.withFiles { directory in
            let file = "\(directory)/own.toml"
            func message(_ text: String, _ environment: [String: String] = [:], isStrict: Bool = false) throws -> String
            {
                try Data(text.utf8).write(to: URL(filePath: file))
                let error = #expect(throws: TemporalError.self) {
                    _ = try ClientProfile.load(from: .path(file), isStrict: isStrict, environment: environment)
                }
                #expect(error?.code == .invalidConfiguration)
                return error?.message ?? ""
            }
            let table: [(String, [String: String], Bool, [String])] = [
                (
                    "[profile.default]\napi_key = ['\(secret)']", [:], false,
                    [file, "\"default\"", "\"api_key\"", "a string"]
                ),
                (
                    "[profile.default.tls]\ndisabled = '\(secret)'", [:], false,
                    [file, "\"tls.disabled\"", "true or false"]
                ),
                ("[profile.default]\n\n  api_key = \(secret)", [:], false, [file, "line 3"]),
                ("[profile.default.tls]\nother = 1", [:], true, [file, "\"tls.other\"", "server_name"]),
                ("other = 1", [:], true, [file, "\"other\"", "profile"]),
                ("profile = 1", [:], false, [file, "\"profile\"", "a table"]),
                (
                    "[profile.default.tls]\nclient_key_path = 'x'\nclient_key_data = '\(secret)'", [:], false,
                    [file, "\"default\"", "\"tls.client_key_path\"", "\"tls.client_key_data\""]
                ),
                ("[profile.a]\n[profile.b]", ["TEMPORAL_PROFILE": "c"], false, [file, "\"a\", \"b\"", "\"c\""]),
                (
                    "[profile.default.tls]\nclient_key_path = 'x'", ["TEMPORAL_TLS_CLIENT_KEY_DATA": secret], false,
                    ["TEMPORAL_TLS_CLIENT_KEY_DATA", "path"]
                ),
            ]
            for (text, environment, isStrict, parts) in table {
                let message = try message(text, environment, isStrict: isStrict)
                for part in parts { #expect(message.contains(part), "\(message) has no \(part)") }
                #expect(!message.contains(secret), "\(message)")
            }
        }
    }

    @Test("All profiles of a file, which variables do not change")
    func all() throws {
        let environment = ["TEMPORAL_ADDRESS": "other:1"]
        let profiles = try ClientProfile.all(from: .data(Array(ProfileCase.full.utf8)), environment: environment)
        #expect(profiles.keys.sorted() == ["default", "prod"])
        #expect(profiles["prod"]?.address == "prod:7233")
    }

    @Test("A profile is shown without its secrets")
    func secrets() throws {
        let profile = try ClientProfile.load(
            from: .data(
                Array(
                    ProfileCase.full.replacing("\"key\"", with: "\"s3cret\"").replacing("Bearer x", with: "s3cret").utf8
                )
            ),
            environment: ["TEMPORAL_GRPC_META_TOKEN": "s3cret", "TEMPORAL_TLS_SERVER_CA_CERT_DATA": "s3cret"]
        )
        var dumped = ""
        dump(profile, to: &dumped)
        dump(profile.codec, to: &dumped)
        dump(profile.tls?.serverCACertificate, to: &dumped)
        for text in ["\(profile)", String(reflecting: profile), "\(profile.codec as Any)", dumped] {
            #expect(!text.contains("s3cret"), "\(text)")
        }
        #expect("\(profile)" == "default:7233, namespace ns, TLS")
    }
}
