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
    func order() throws {
        try self.withFile(#"{"target": "file:1", "listen": "file:2", "store": "file"}"#) { file in
            let settings = try Settings(
                flags: [.config: file, .target: "flag:1"],
                environment: ["TEMPORAL_STORAGE_TARGET": "variable:1", "TEMPORAL_STORAGE_LISTEN": "variable:2"]
            )

            let values = try [Setting.target, .listen, .store].map { try #require(try settings.text($0)) }
            #expect(values.map { $0.text } == ["flag:1", "variable:2", "file"])
            #expect(
                values.map { $0.origin } == ["--target", "TEMPORAL_STORAGE_LISTEN", "\"store\" in line 1 of \(file)"]
            )
            #expect(try settings.text(.metrics) == nil)
        }
    }

    @Test("Every setting has the same name everywhere", arguments: Setting.allCases.filter { $0 != .config })
    func names(_ setting: Setting) throws {
        #expect(setting.flag.dropFirst(2) == setting.rawValue)
        let environment = try Settings(flags: [:], environment: [setting.variable: "7"])
        #expect(try environment.text(setting)?.text == "7")
        try self.withFile(#"{"\#(setting.rawValue)": "7"}"#) { file in
            let fromFile = try Settings(flags: [.config: file], environment: [:])
            #expect(try fromFile.text(setting)?.text == "7")
        }
    }

    @Test("The file may be named in the environment, and an empty variable counts as absent")
    func environment() throws {
        try self.withFile(#"{"driver": "none"}"#) { file in
            let settings = try Settings(
                flags: [:],
                environment: ["TEMPORAL_STORAGE_CONFIG": file, "TEMPORAL_STORAGE_DRIVER": ""]
            )
            #expect(try settings.text(.driver)?.text == "none")
        }
    }

    @Test("In the file, numbers and truth values may be such or text")
    func types() throws {
        try self.withFile(#"{"drain": 5, "upstream-connections": "6", "target-tls": true}"#) { file in
            let settings = try Settings(flags: [.config: file], environment: [:])
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
    func numbers(_ text: String) throws {
        let settings = try Settings(flags: [:], environment: ["TEMPORAL_STORAGE_DRAIN": text])

        let error = #expect(throws: CommandError.self) { try settings.integer(.drain, in: 0...10) }

        #expect(
            error?.message == "TEMPORAL_STORAGE_DRAIN is \"\(text)\"; it has to be a whole number from 0 to 10"
        )
        #expect(error?.exitCode.rawValue == 64)
    }

    @Test(
        "A file that is of no use is an error that names it",
        arguments: [
            ("", "has to hold names and values"), ("[]", "has to hold names and values"),
            ("{", "is neither YAML nor JSON"), ("driver: none\nstore: [", "is neither YAML nor JSON"),
            (#"{"drain": 1, "drain": 2}"#, "\"drain\""), ("- driver: none", "has to hold names and values"),
            (#"{"tarhet": "x"}"#, "\"tarhet\" in line 1"), (#"{"tarhet": "x"}"#, "did you mean \"target\"?"),
            (#"{"config": "x"}"#, "\"config\""), ("log-level: info\ndriver_s: []", "did you mean \"drivers\"?"),
        ]
    )
    func wrongFiles(_ content: String, _ text: String) throws {
        try self.withFile(content) { file in
            let error = #expect(throws: CommandError.self) {
                try Settings(flags: [.config: file], environment: [:])
            }
            #expect(error?.message.contains(text) == true)
            #expect(error?.message.contains(file) == true)
        }
    }

    @Test("The file may be YAML, and a list in it is a list")
    func lists() throws {
        try self.withFile(
            "cors-origins: [https://a, https://b]\nauth-issuer: 'a b , c'\nauth-audience:\n  - x a\n  - a,b\n"
        ) {
            file in
            let settings = try Settings(flags: [.config: file], environment: [:])
            #expect(try settings.list(.corsOrigins).map(\.text) == ["https://a", "https://b"])
            #expect(try settings.list(.authIssuer).map(\.text) == ["a b", "c"])
            #expect(try settings.list(.authAudience).map(\.text) == ["x a", "a,b"])
        }
    }

    @Test("What stands between commas keeps its blanks inside")
    func blanks() throws {
        let settings = try Settings(flags: [.authIssuer: " a b,, c "], environment: [:])
        #expect(try settings.list(.authIssuer).map(\.text) == ["a b", "c"])
    }

    @Test("A value of a type that no setting has is an error")
    func wrongType() throws {
        try self.withFile(#"{"drain": [1]}"#) { file in
            let settings = try Settings(flags: [.config: file], environment: [:])
            let error = #expect(throws: CommandError.self) { try settings.integer(.drain, in: 0...10) }
            #expect(error?.message.hasPrefix("\"drain\" in line 1 of \(file) has to be one value") == true)
        }
    }

    private func withFile<Result>(_ content: String, _ body: (String) throws -> Result) throws -> Result {
        let url = FileManager.default.temporaryDirectory.appending(path: "settings-\(UUID().uuidString).json")
        try Data(content.utf8).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        return try body(url.path)
    }
}
