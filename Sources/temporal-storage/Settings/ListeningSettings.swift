//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Groundwork

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Where a subcommand listens and for how long it goes on after a signal, as the settings describe it, checked.
struct ListeningSettings: Sendable {
    var address: HostAndPort
    var metrics: HostAndPort?
    /// Nil for the default.
    var drain: Duration?
    private var portFile: Settings.Value?

    /// - Parameters:
    ///   - settings: The settings.
    ///   - port: The port on loopback that is listened on by default.
    /// - Throws: ``CommandError``.
    init(from settings: Settings, defaultPort port: Int) throws {
        func address(_ setting: Setting) throws -> HostAndPort? {
            try settings.text(setting).map { try HostAndPort($0, acceptsAnyPort: true) }
        }
        self.address = try address(.listen) ?? HostAndPort(host: "127.0.0.1", port: port)
        self.portFile = try settings.text(.portFile)
        self.metrics = try address(.metrics)
        self.drain = try settings.integer(.drain, in: 0...86_400).map { .seconds($0) }
    }

    /// Says on standard output where the subcommand listens, and in the port file.
    ///
    /// - Parameters:
    ///   - port: The port that it got.
    ///   - line: What to say.
    /// - Throws: ``CommandError`` if the port file cannot be written.
    func announce(port: Int, _ line: String) throws {
        if let file = self.portFile {
            do {
                try Data("\(port)\n".utf8).write(to: URL(filePath: file.text), options: .atomic)
            } catch {
                throw CommandError.usage("\(file.origin) is \"\(file.text)\", which cannot be written")
            }
        }
        StandardStreams.write("\(line)\n")
    }
}
