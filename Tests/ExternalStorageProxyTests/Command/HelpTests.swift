//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ArgumentParser
import Foundation
import Testing

@testable import temporal_storage

/// Help is part of the interface: a change to it is a change to the file beside this one.
@Suite("Help")
struct HelpTests {
    @Test("The help of proxy is that of the snapshot")
    func proxy() throws {
        #expect(
            TemporalStorage.helpMessage(for: ProxyCommand.self, columns: 100) + "\n"
                == (try Self.snapshot("proxy-help.txt"))
        )
    }

    @Test("The help of codec-server is that of the snapshot")
    func codecServer() throws {
        #expect(
            TemporalStorage.helpMessage(for: CodecServerCommand.self, columns: 100) + "\n"
                == (try Self.snapshot("codec-server-help.txt"))
        )
    }

    @Test("The help of doctor is that of the snapshot")
    func doctor() throws {
        #expect(
            TemporalStorage.helpMessage(for: DoctorCommand.self, columns: 100) + "\n"
                == (try Self.snapshot("doctor-help.txt"))
        )
    }

    /// The commands of operators, by name.
    private static let operatorCommands: [any ParsableCommand.Type] = [
        InspectCommand.self, GetCommand.self, VerifyCommand.self, OrphansCommand.self, CollectCommand.self,
        LifecycleCommand.self, CopyCommand.self, PurgeCommand.self, ReportCommand.self,
    ]

    @Test(
        "The help of each operator's command is that of the snapshot",
        arguments: ["inspect", "get", "verify", "orphans", "gc", "lifecycle", "copy", "purge", "report"]
    )
    func operators(name: String) throws {
        let command = try #require(Self.operatorCommands.first { $0.configuration.commandName == name })
        #expect(
            TemporalStorage.helpMessage(for: command, columns: 100) + "\n"
                == (try Self.snapshot("\(name)-help.txt"))
        )
    }

    @Test("The help names every setting, and its default or why it has none", arguments: Setting.allCases)
    func settings(_ setting: Setting) {
        let commands: [any ParsableCommand.Type] =
            [ProxyCommand.self, CodecServerCommand.self, DoctorCommand.self] + Self.operatorCommands
        #expect(
            commands.contains { TemporalStorage.helpMessage(for: $0, columns: 100).contains("  \(setting.flag)") }
        )
    }

    private static func snapshot(_ name: String) throws -> String {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return try String(contentsOf: folder.appending(path: "Snapshots/\(name)"), encoding: .utf8)
    }
}
