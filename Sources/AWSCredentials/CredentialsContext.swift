//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import CredentialExchange
package import Logging

/// What every source works with: everything outside of the process, and every clock.
package struct CredentialsContext: Sendable {
    package var environment: AWSEnvironment
    /// For services of AWS.
    package var transport: any CredentialsTransport
    /// For addresses of the machine or container itself, which no HTTP proxy may see.
    package var metadataTransport: any CredentialsTransport
    package var commands: any CommandRunner
    package var clock: any Clock<Duration>
    /// Seconds since 1970-01-01T00:00:00Z.
    package var now: @Sendable () -> Int64
    /// A number in 0..<1.
    package var random: @Sendable () -> Double
    package var logger: Logger

    package init(
        environment: AWSEnvironment,
        transport: any CredentialsTransport,
        metadataTransport: any CredentialsTransport,
        commands: any CommandRunner,
        clock: any Clock<Duration>,
        now: @escaping @Sendable () -> Int64,
        random: @escaping @Sendable () -> Double,
        logger: Logger
    ) {
        self.environment = environment
        self.transport = transport
        self.metadataTransport = metadataTransport
        self.commands = commands
        self.clock = clock
        self.now = now
        self.random = random
        self.logger = logger
    }
}

extension CredentialsContext: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "CredentialsContext" }

    package var debugDescription: String { self.description }

    /// Shows nothing: behind the HTTP client there are connections, and in their buffers requests with tokens.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
