//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import CredentialExchange
import Testing

@testable import AWSCredentials

@Suite(.timeLimit(.minutes(1)))
struct ProcessTests {
    private func credentials(_ command: String, clock: any Clock<Duration> = ContinuousClock()) async throws {
        _ = try await ProcessCredentials(context: .test(clock: clock), command: Redacted(command)).credentials()
    }

    @Test(
        "What a command writes is checked, and quoted nowhere",
        arguments: [
            ("echo '{\"Version\":2,\"AccessKeyId\":\"topsecret\",\"SecretAccessKey\":\"s\"}'", "Version 1"),
            ("echo topsecret", "invalid JSON"),
            ("echo '{\"Version\":1,\"AccessKeyId\":\"topsecret\"}'", "no access key"),
            ("echo topsecret; exit 3", "code 3"),
            (
                "echo '{\"Version\":1,\"AccessKeyId\":\"topsecret\",\"SecretAccessKey\":\"s\",\"Expiration\":\"x\"}'",
                "key"
            ),
        ]
    )
    func output(command: String, text: String) async {
        let error = await #expect(throws: AWSCredentialsError.self) { try await self.credentials(command) }
        #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
        #expect(error.map { String(reflecting: $0).contains("topsecret") } == false)
    }

    @Test("A command that writes without end is stopped")
    func endless() async {
        let error = await #expect(throws: AWSCredentialsError.self) { try await self.credentials("exec yes topsecret") }
        #expect(error?.code == .unavailable)
        #expect(error.map { String(reflecting: $0).contains("topsecret") } == false)
    }

    @Test("A command that does not end is stopped after a minute of the clock, with all that it has started")
    func slow() async {
        let error = await #expect(throws: AWSCredentialsError.self) {
            try await self.credentials("sleep 1000; echo", clock: ImmediateClock())
        }
        #expect(error?.code == .unavailable)
        #expect(error?.message.contains("minute") == true)
    }

    @Test("Commands that are not allowed are not run")
    func denied() async {
        var context = CredentialsContext.test(clock: ContinuousClock())
        context.commands = DeniedCommandRunner()
        let error = await #expect(throws: AWSCredentialsError.self) {
            try await ProcessCredentials(context: context, command: Redacted("echo")).credentials()
        }
        #expect(error?.code == .invalidConfiguration)
    }
}
