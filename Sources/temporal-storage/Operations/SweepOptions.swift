//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ArgumentParser
import ExternalStorageCore
import ExternalStorageOperations
import Logging

/// What the commands that delete have in common: what they ask for, and what they refuse.
struct SweepOptions: ParsableArguments {
    @Flag(help: "Delete, and do not only say what would be deleted.")
    var apply = false

    @Flag(help: "No other cluster has a namespace of this name and this bucket; say so once.")
    var claim = false

    @Option(
        help: ArgumentHelp(
            "A namespace that the store has objects of, that this server does not have, and whose workflows refer to "
                + "nothing of those named; may be given several times.",
            valueName: "name"
        )
    )
    var unrelatedNamespace: [String] = []

    @Option(help: ArgumentHelp("How many parts are read at a time.", valueName: "count"))
    var streams = 4

    // For tests: nobody waits a day for one.
    @Option(help: .hidden)
    var graceInSecondsForTests: Int?

    func validate() throws {
        guard (1...64).contains(self.streams) else { throw ValidationError("--streams has to be from 1 to 64") }
        guard self.graceInSecondsForTests.map({ $0 > 0 && $0 < 86_400 }) ?? true else {
            throw ValidationError("a grace has to be positive")
        }
    }

    /// The namespaces of the server, after a look whether everything of it is known here.
    ///
    /// - Parameters:
    ///   - wanted: Those that the command is about.
    ///   - session: The connection.
    /// - Returns: The names of all namespaces.
    /// - Throws: ``CommandError`` if the server does not have one of them; `OperationsError` if it is newer than this
    ///   command and something is to be deleted.
    func namespaces(_ wanted: [String], of session: OperatorSession) async throws -> [String] {
        if let obstacle = try await ServerVersion.obstacle(by: session.caller) {
            guard !self.apply else { throw OperationsError(.refused, "nothing is deleted: \(obstacle)") }
            session.logger.warning("--apply would be refused: \(obstacle)")
        }
        let namespaces = try await ClusterNames.namespaces(by: session.caller)
        for name in wanted where !namespaces.contains(name) {
            throw CommandError.usage("--namespace is \"\(name)\", which this server does not have")
        }
        return namespaces
    }

    /// Refuses a container with objects of namespaces that were not read.
    ///
    /// - Throws: `OperationsError`.
    func check(unread: some Sequence<String>, in container: String) throws {
        let names = Set(unread).subtracting(self.unrelatedNamespace).sorted()
        guard names.isEmpty else {
            throw OperationsError(
                .refused,
                """
                the bucket "\(container)" has objects of namespaces that this server does not have: \
                \(names.map { "\"\($0)\"" }.joined(separator: ", ")). Their workflows may refer to what looks like waste \
                here. If they do not, say so with --unrelated-namespace
                """
            )
        }
    }

    /// A name for one run's entries in the log that no other run has.
    static func run(endingAt time: Int64?) -> String { "\(time ?? 0)-\(UInt64.random(in: .min ... .max))" }
}
