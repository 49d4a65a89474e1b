//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ArgumentParser
import Foundation
import Testing

@testable import temporal_storage

@Suite("Settings")
struct SettingsTests {
    @Test("The command line wins over the environment, and that over the file")
    func order() async throws {
        try await self.withFile(#"{"target": "file:1", "listen": "file:2", "store": "file"}"#) { file in
            let settings = try await Settings(
                flags: [.config: file, .target: "flag:1"],
                environment: ["TEMPORAL_STORAGE_TARGET": "variable:1", "TEMPORAL_STORAGE_LISTEN": "variable:2"]
            )

            let values = try [Setting.target, .listen, .store].map { try #require(try settings.text($0)) }
            #expect(values.map { $0.text } == ["flag:1", "variable:2", "file"])
            #expect(values.map { $0.origin } == ["--target", "TEMPORAL_STORAGE_LISTEN", "\"store\" in \(file)"])
            #expect(try settings.text(.metrics) == nil)
        }
    }

    @Test("Every setting has the same name everywhere", arguments: Setting.allCases.filter { $0 != .config })
    func names(_ setting: Setting) async throws {
        #expect(setting.flag.dropFirst(2) == setting.rawValue)
        let environment = try await Settings(flags: [:], environment: [setting.variable: "7"])
        #expect(try environment.text(setting)?.text == "7")
        try await self.withFile(#"{"\#(setting.rawValue)": "7"}"#) { file in
            let fromFile = try await Settings(flags: [.config: file], environment: [:])
            #expect(try fromFile.text(setting)?.text == "7")
        }
    }

    @Test("The file may be named in the environment, and an empty variable counts as absent")
    func environment() async throws {
        try await self.withFile(#"{"driver": "none"}"#) { file in
            let settings = try await Settings(
                flags: [:],
                environment: ["TEMPORAL_STORAGE_CONFIG": file, "TEMPORAL_STORAGE_DRIVER": ""]
            )
            #expect(try settings.text(.driver)?.text == "none")
        }
    }

    @Test("In the file, numbers and truth values may be such or text")
    func types() async throws {
        try await self.withFile(#"{"drain": 5, "upstream-connections": "6", "target-tls": true}"#) { file in
            let settings = try await Settings(flags: [.config: file], environment: [:])
            #expect(try settings.integer(.drain, in: 0...10) == 5)
            #expect(try settings.integer(.upstreamConnections, in: 0...10) == 6)
            #expect(try settings.bool(.targetTLS))
            #expect(try settings.text(.drain)?.text == "5")
        }
    }

    @Test(
        "A wrong number says what it was, where it came from and what it has to be",
        arguments: ["many", "-1", "11", "1.5", "99999999999999999999"]
    )
    func numbers(_ text: String) async throws {
        let settings = try await Settings(flags: [:], environment: ["TEMPORAL_STORAGE_DRAIN": text])

        let error = #expect(throws: CommandError.self) { try settings.integer(.drain, in: 0...10) }

        #expect(
            error?.message == "TEMPORAL_STORAGE_DRAIN is \"\(text)\"; it has to be a whole number from 0 to 10"
        )
        #expect(error?.exitCode.rawValue == 64)
    }

    @Test(
        "A file that is of no use is an error that names it",
        arguments: [
            ("", "which is not a JSON object"), ("[]", "which is not a JSON object"),
            ("{", "which is not a JSON object"),
            (#"{"tarhet": "x"}"#, "\"tarhet\""), (#"{"config": "x"}"#, "\"config\""),
        ]
    )
    func wrongFiles(_ content: String, _ text: String) async throws {
        try await self.withFile(content) { file in
            let error = await #expect(throws: CommandError.self) {
                try await Settings(flags: [.config: file], environment: [:])
            }
            #expect(error?.message.contains(text) == true)
            #expect(error?.message.contains(file) == true)
        }
    }

    @Test("A value of a type that no setting has is an error")
    func wrongType() async throws {
        try await self.withFile(#"{"drain": [1]}"#) { file in
            let settings = try await Settings(flags: [.config: file], environment: [:])
            let error = #expect(throws: CommandError.self) { try settings.integer(.drain, in: 0...10) }
            #expect(error?.message.hasPrefix("\"drain\" in \(file)") == true)
        }
    }

    private func withFile<Result>(_ content: String, _ body: (String) async throws -> Result) async throws -> Result {
        let url = FileManager.default.temporaryDirectory.appending(path: "settings-\(UUID().uuidString).json")
        try Data(content.utf8).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        return try await body(url.path)
    }
}
