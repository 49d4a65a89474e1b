//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import CredentialExchange

/// Runs nothing.
struct DeniedCommandRunner: CommandRunner {
    func run(_ command: String, environment: [String: String]) async throws -> CommandResult {
        throw AWSCredentialsError(
            .invalidConfiguration,
            source: "credential_process",
            "commands are not allowed here; allow them or use another source of credentials"
        )
    }
}
