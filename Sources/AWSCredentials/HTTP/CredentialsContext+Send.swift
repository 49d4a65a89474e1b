//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import CredentialExchange

extension CredentialsContext {
    /// How often and how patiently a request is repeated.
    struct Patience: Sendable {
        /// Attempts in all.
        var attempts: Int
        /// The pause between two attempts.
        var pause: Duration
        /// Whether the pause doubles and is cut by chance, so that many processes do not come back at once.
        var backsOff: Bool

        /// For services of AWS.
        static let service = Self(attempts: 3, pause: .seconds(1), backsOff: true)
        /// For the machine's own addresses.
        static let metadata = Self(attempts: 3, pause: .seconds(1), backsOff: false)
    }

    /// Sends a request until there is an answer worth having.
    ///
    /// A request that is not answered, or with a status of ``isPassing(_:)``, is sent again.
    ///
    /// - Parameters:
    ///   - source: Who asks, for errors.
    ///   - transport: What sends.
    ///   - patience: How often.
    ///   - isPassing: Which answers to treat as passing besides failures of the server.
    ///   - request: Makes the request anew for each attempt: a signature has a time.
    /// - Returns: The last answer, whatever its status.
    /// - Throws: ``AWSCredentialsError/Code/unavailable`` if no attempt was answered; what `request` throws.
    func send(
        source: String,
        through transport: any CredentialsTransport,
        patience: Patience = .service,
        isPassing: (CredentialsResponse) -> Bool = { _ in false },
        _ request: () throws -> CredentialsRequest
    ) async throws -> CredentialsResponse {
        var attempt = 1
        while true {
            let isLast = attempt >= patience.attempts
            do {
                let response = try await transport.send(request())
                guard !isLast, Self.isPassing(response.status) || isPassing(response) else { return response }
            } catch {
                if Task.isCancelled || error is CancellationError { throw CancellationError() }
                if error is AWSCredentialsError { throw error }
                if let error = error as? HTTPRouteError {
                    throw AWSCredentialsError(
                        .invalidConfiguration,
                        source: error.source,
                        error.message,
                        cause: error.cause
                    )
                }
                guard !isLast else {
                    throw AWSCredentialsError(
                        .unavailable,
                        source: source,
                        "no answer after \(attempt) attempts (\(type(of: error)))",
                        cause: error
                    )
                }
            }
            let factor = patience.backsOff ? self.random() * Double(1 << (attempt - 1)) : 1
            try await self.clock.sleep(for: patience.pause * factor)
            attempt += 1
        }
    }

    /// Whether a status says that the same request may succeed in a moment.
    static func isPassing(_ status: Int) -> Bool {
        [429, 500, 502, 503, 504].contains(status)
    }
}
