//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ArgumentParser
import CExternalStorageMalloc
import ExternalStorageCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The command `temporal-storage`: parses, calls a library, prints.
@main
struct TemporalStorage: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "temporal-storage",
        abstract: "External storage for large Temporal payloads.",
        discussion: """
            Payloads that are too large for Temporal go to storage that you own, and a small reference goes into \
            history. Start with the proxy: workers and clients in any language get the feature by connecting to it \
            instead of the server.
            """,
        version: ProductVersion.text,
        subcommands: [
            ProxyCommand.self, CodecServerCommand.self, DoctorCommand.self, InspectCommand.self, GetCommand.self,
            VerifyCommand.self, OrphansCommand.self, CollectCommand.self, LifecycleCommand.self, CopyCommand.self,
            PurgeCommand.self, ReportCommand.self,
        ]
    )

    static func main() async {
        // What a message took is the system's again when it is done, not a gap that the next one does not fit.
        CExternalStorageMalloc_returnLargeBlocks()
        do {
            var command = try Self.parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            Self.exit(after: error)
        }
    }

    /// Ends the process; an error is one line on standard error.
    private static func exit(after error: any Error) -> Never {
        // A command that has said all there is to say.
        if error is ExitCode { Self.exit(withError: error) }
        let failure: CommandError
        if let error = error as? CommandError {
            failure = error
        } else {
            // Help and the like are errors to the parser, and not to us.
            guard Self.exitCode(for: error) != .success else { Self.exit(withError: error) }
            failure = .usage("\(Self.message(for: error)) (see temporal-storage --help)")
        }
        StandardStreams.writeError("temporal-storage: \(failure.message.singleLine)\n")
        Self.exit(withError: failure.exitCode)
    }
}
