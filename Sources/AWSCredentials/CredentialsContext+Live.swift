//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AsyncHTTPClient
internal import CredentialExchange
internal import Groundwork
internal import Logging

extension CredentialsContext {
    /// The machine, the network and the clocks of this process.
    static func live(
        environment: AWSEnvironment,
        allowsCommands: Bool,
        httpClient: HTTPClient?,
        logger: Logger
    ) -> Self {
        Self(
            environment: environment,
            transport: httpClient.map(HTTPClientTransport.init) ?? .routed(ProxySettings(environment.variables)),
            metadataTransport: HTTPClientTransport.shared,
            commands: allowsCommands ? ShellCommandRunner() : DeniedCommandRunner(),
            clock: ContinuousClock(),
            now: { WallClock.secondsSince1970() },
            random: { Double.random(in: 0..<1) },
            logger: logger
        )
    }
}
