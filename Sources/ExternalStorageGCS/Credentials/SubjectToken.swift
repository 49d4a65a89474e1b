//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import CredentialExchange
internal import Groundwork

/// The token of an external account's own identity provider, read anew each time.
struct SubjectToken: Sendable {
    private static let source = "external account"

    let machine: CredentialMachine
    let allowsExecutables: Bool
    let account: GoogleCredentialFile.ExternalAccount

    /// - Throws: ``CredentialsError``; `CancellationError`.
    func token() async throws -> String {
        switch self.account.source {
        case .file(let path, let format):
            let text = try await self.machine.text(of: path, source: Self.source)
            return try Self.token(in: text, format, place: path)
        case .url(let address, let headers, let format):
            let url = try GoogleTrust.subjectURL(address, field: "url", source: Self.source)
            let response = try await self.machine.send(
                CredentialsRequest(url: url, headers: headers),
                source: Self.source,
                isLocal: url.scheme == "http"
            )
            guard response.status == 200 else {
                throw CredentialsError(
                    OAuthToken.isPassing(response) ? .unavailable : .refused,
                    source: Self.source,
                    "\(url.authority) answered \(response.status)"
                )
            }
            return try Self.token(in: response.text, format, place: url.authority)
        case .aws(let aws):
            return try await AWSSubjectToken(machine: self.machine, source: aws, audience: self.account.audience)
                .token()
        case .executable(let executable): return try await self.run(executable)
        }
    }

    private static func token(
        in text: String,
        _ format: GoogleCredentialFile.SubjectTokenSource.Format,
        place: String
    ) throws(CredentialsError) -> String {
        let token: String?
        switch format {
        case .text: token = text.trimmingSpace()
        case .json(let field): token = (try? JSONValue(parsing: text.utf8))?[field]?.string
        }
        guard let token, !token.isEmpty else {
            throw CredentialsError(.invalidResponse, source: Self.source, "\(place) holds no subject token")
        }
        return token
    }

    private func run(
        _ executable: GoogleCredentialFile.SubjectTokenSource.Executable
    ) async throws -> String {
        guard self.allowsExecutables else {
            throw CredentialsError(
                .invalidConfiguration,
                source: Self.source,
                "the credential file names a command; set GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1 if it may run"
            )
        }
        if let path = executable.outputFile, let bytes = try await self.machine.readFile(path),
            let answer = try? JSONValue(parsing: bytes), let token = try? self.token(in: answer, mustHaveTime: true)
        {
            return token
        }
        var environment = self.machine.environment
        environment["GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE"] = self.account.audience
        environment["GOOGLE_EXTERNAL_ACCOUNT_TOKEN_TYPE"] = self.account.subjectTokenType
        environment["GOOGLE_EXTERNAL_ACCOUNT_INTERACTIVE"] = "0"
        environment["GOOGLE_EXTERNAL_ACCOUNT_IMPERSONATED_EMAIL"] = self.account.impersonation?.email
        environment["GOOGLE_EXTERNAL_ACCOUNT_OUTPUT_FILE"] = executable.outputFile
        let result: CommandResult
        do {
            result = try await withTimeLimit(executable.timeout, clock: self.machine.clock) {
                [machine, environment] in
                try await machine.commands.run(executable.command, environment: environment)
            }
        } catch {
            try Task.checkCancellation()
            throw CredentialsError(
                .unavailable,
                source: Self.source,
                error is TimeLimitExceeded
                    ? "the command did not end within \(executable.timeout)" : "the command could not be run",
                cause: error
            )
        }
        guard result.exitCode == 0 else {
            throw CredentialsError(.unavailable, source: Self.source, "the command ended with \(result.exitCode)")
        }
        guard let answer = try? JSONValue(parsing: result.output) else {
            throw CredentialsError(.invalidResponse, source: Self.source, "the command's output is no JSON")
        }
        return try self.token(in: answer, mustHaveTime: executable.outputFile != nil)
    }

    /// The token in a command's answer.
    private func token(in answer: JSONValue, mustHaveTime: Bool) throws(CredentialsError) -> String {
        func refuse(_ message: String, _ code: CredentialsError.Code = .invalidResponse) -> CredentialsError {
            CredentialsError(code, source: Self.source, "the command's answer \(message)")
        }
        guard answer["version"]?.integer == 1 else { throw refuse("has another version than 1") }
        guard answer["success"]?.bool == true else {
            let message = answer["message"]?.string.map { OAuthToken.line($0) } ?? "without a message"
            throw refuse("reports a failure: \(message)", .refused)
        }
        let expiration = answer["expiration_time"]?.integer
        guard expiration != nil || !mustHaveTime else { throw refuse("lacks expiration_time") }
        if let expiration, expiration <= self.machine.now() { throw refuse("has expired", .unavailable) }
        let field =
            switch answer["token_type"]?.string {
            case "urn:ietf:params:oauth:token-type:jwt", "urn:ietf:params:oauth:token-type:id_token": "id_token"
            case "urn:ietf:params:oauth:token-type:saml2": "saml_response"
            default: ""
            }
        guard let token = answer[field]?.string, !token.isEmpty else { throw refuse("holds no token of a known type") }
        return token
    }
}
