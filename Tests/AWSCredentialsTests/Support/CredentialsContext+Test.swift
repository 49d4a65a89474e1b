//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import CredentialExchange
import Logging

@testable import AWSCredentials

extension CredentialsContext {
    /// A context without a wait, at a fixed time, over made-up variables and files, with a ``TestServer`` for everything
    /// that is sent.
    static func test(
        _ variables: [String: String] = [:],
        files: any AWSFiles = InMemoryFiles(),
        port: Int? = nil,
        clock: any Clock<Duration> = ImmediateClock(),
        now: @escaping @Sendable () -> Int64 = { 1_200_000_000 },
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    ) -> Self {
        let transport: any CredentialsTransport = port.map { RedirectedTransport(port: $0) } ?? UnreachableTransport()
        return Self(
            environment: AWSEnvironment(variables: variables, files: files),
            transport: transport,
            metadataTransport: transport,
            commands: ShellCommandRunner(),
            clock: clock,
            now: now,
            random: { 0.5 },
            logger: logger
        )
    }
}
