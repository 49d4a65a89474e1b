//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ArgumentParser
import BufferTransport
import ExternalStorageCore
import ExternalStorageGRPC
import ExternalStorageOperations
import GRPCCore
import Logging
import NIOPosix
import TemporalTransport
import UnixSignals

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What an operator's command works with: storage, and calls to the server.
struct OperatorSession: Sendable {
    var storage: ExternalStorage
    var caller: PacedCaller
    var logger: Logger

    /// Runs a command with a connection to the server; SIGINT and SIGTERM end it at a safe place.
    ///
    /// - Parameters:
    ///   - flags: What stands on the command line.
    ///   - body: The command; returns its exit code.
    /// - Throws: ``CommandError``; `ExitCode` unless it is 0.
    static func run(
        flags: [(Setting, String?)],
        _ body: @escaping @Sendable (OperatorSession) async throws -> ExitCode
    ) async throws {
        let settings = try Settings(options: flags)
        let logger = try CommonOptions.startLogging(settings)
        guard let storage = try await StorageSettings.storage(from: settings, caches: false, logger: logger) else {
            throw CommandError.usage("--driver is none: this command needs to know where payloads are kept")
        }
        let transport = try ProxySettings(from: settings).upstream(on: .singleton)
        let caller = PacedCaller(
            TransportCaller(transport, apiKey: try Self.apiKey(from: settings)),
            callsPerSecond: try settings.integer(.callsPerSecond, in: 1...100_000) ?? 50
        )
        let session = OperatorSession(storage: storage, caller: caller, logger: logger)
        let code = try await Self.untilSignal {
            try await withThrowingTaskGroup(of: ExitCode?.self) { group in
                group.addTask {
                    try await transport.connect()
                    return nil
                }
                group.addTask {
                    defer { transport.beginGracefulShutdown() }
                    return try await body(session)
                }
                var code: ExitCode?
                for try await result in group { code = result ?? code }
                return code ?? .failure
            }
        }
        guard code == .success else { throw code }
    }

    private static func apiKey(from settings: Settings) throws -> String? {
        guard let file = try settings.text(.apiKeyFile) else { return nil }
        do {
            let text = try String(contentsOf: URL(filePath: file.text), encoding: .utf8)
            return String(text.trimmingPrefix(while: \.isWhitespace).prefix { !$0.isWhitespace })
        } catch {
            throw CommandError.usage(
                "\(file.origin) names \(file.text), which cannot be read: \(FileFailure.reason(error))"
            )
        }
    }

    /// Runs until it is done or a signal comes, which cancels it; it is waited for in either case.
    private static func untilSignal(
        _ body: @escaping @Sendable () async throws -> ExitCode
    ) async throws -> ExitCode {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        return try await withThrowingTaskGroup(of: ExitCode?.self) { group in
            group.addTask {
                do {
                    return try await body()
                } catch let error {
                    throw Self.explained(error)
                }
            }
            group.addTask {
                for await _ in signals { return nil }
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let code = first else {
                group.cancelAll()
                // It ends at the next place where nothing is left half done.
                _ = try? await group.next()
                throw CommandError(
                    message:
                        "ended by a signal; what was found so far is kept where --state says, and the same command "
                        + "goes on from there",
                    exitCode: ExitCode(2)
                )
            }
            return code
        }
    }

    private static func explained(_ error: any Error) -> any Error {
        switch error {
        case let error as RPCError:
            CommandError(
                message: "the server answered \(error.code): \(error.message). What was found so far is kept where "
                    + "--state says; the same command goes on from there",
                exitCode: ExitCode(2)
            )
        case let error as OperationsError:
            CommandError(message: error.message, exitCode: ExitCode(error.code == .refused ? 64 : 2))
        case let error as ExternalStorageError:
            CommandError(message: "\(error)", exitCode: ExitCode(2))
        default: error
        }
    }
}
