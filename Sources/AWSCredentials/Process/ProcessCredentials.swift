//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AWSSigning
internal import CredentialExchange

/// Credentials that a command writes to its standard output.
struct ProcessCredentials {
    private static let source = "credential_process"
    /// How long the command may take.
    private static let timeout = Duration.seconds(60)

    let context: CredentialsContext
    let command: Redacted

    /// Runs the command.
    ///
    /// Neither the command nor its output is in any error: both may hold secrets.
    func credentials() async throws -> AWSCredentials {
        let result = try await self.run()
        guard result.exitCode == 0 else {
            throw Self.error(
                .unavailable,
                "Error retrieving credentials: external process exited with code \(result.exitCode)"
            )
        }
        guard let decoded = MetadataCredentials.decode(result.output) else {
            throw Self.error(
                .invalidResponse,
                "Error retrieving credentials from external process, could not parse response: invalid JSON in response"
            )
        }
        guard decoded.version == 1 else {
            throw Self.error(.invalidResponse, "the output of the external process does not have Version 1")
        }
        guard let credentials = decoded.credentials else {
            throw Self.error(.invalidResponse, "the output of the external process holds no access key")
        }
        return credentials
    }

    private func run() async throws -> CommandResult {
        let context = self.context
        let command = self.command.value
        return try await withThrowingTaskGroup(of: CommandResult?.self) { group in
            group.addTask {
                do {
                    return try await context.commands.run(command, environment: context.environment.variables)
                } catch let error as AWSCredentialsError {
                    throw error
                } catch {
                    if Task.isCancelled || error is CancellationError { throw CancellationError() }
                    throw Self.error(.unavailable, "the external process could not be run (\(type(of: error)))")
                }
            }
            group.addTask {
                try await context.clock.sleep(for: Self.timeout)
                return nil
            }
            defer { group.cancelAll() }
            // The first to end decides; both children give a value or throw.
            guard case .some(.some(let result)) = try await group.next() else {
                throw Self.error(.unavailable, "the external process did not end within a minute and was killed")
            }
            return result
        }
    }

    private static func error(_ code: AWSCredentialsError.Code, _ message: String) -> AWSCredentialsError {
        AWSCredentialsError(code, source: Self.source, message)
    }
}
