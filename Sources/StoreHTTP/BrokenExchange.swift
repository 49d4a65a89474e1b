//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AsyncHTTPClient

/// An attempt that brought no complete answer, and what that means.
package struct BrokenExchange {
    package var error: any Error
    package var cause: RequestRetry.Cause
    /// Unavailable, or misconfigured.
    package var kind: StoreFailure.Kind
    package var advice: String

    package init(_ error: any Error) {
        self.error = error
        self.cause = .transient
        self.kind = .unavailable
        self.advice = "Check that the endpoint can be reached from here"
        if let error = error as? HTTPClientError, Self.mistakes.contains(error) {
            self.cause = .permanent
            self.kind = .misconfigured
            self.advice = "Check the endpoint's URL and the HTTP client's settings"
        } else if String(describing: error).contains("CERTIFICATE_VERIFY_FAILED") {
            // A certificate that is not trusted now will not be in a second.
            self.cause = .permanent
            self.kind = .misconfigured
            self.advice = "The store's certificate is not trusted; give the HTTP client the right trust roots"
        }
    }

    private static let mistakes: [HTTPClientError] = [
        .alreadyShutdown, .emptyHost, .emptyScheme, .invalidDNSOverridesConfiguration,
        .invalidHTTPVersionConfiguration, .invalidProxyConfiguration, .invalidRedirectConfiguration, .invalidURL,
        .proxyAuthenticationRequired,
    ]
}

extension StoreFailure {
    /// A failure the store reported.
    init(_ answer: StoreAnswer, _ meaning: StoreMeaning, _ call: StoreCall, attempts: Int) {
        self.init(meaning.kind, operation: call.operation, place: call.place, attempts: attempts)
        self.status = answer.status
        self.code = meaning.code
        self.message = meaning.message
        self.requestID = meaning.requestID
        self.advice = meaning.advice
    }

    /// A failure without an answer.
    init(_ broken: BrokenExchange, _ call: StoreCall, attempts: Int) {
        self.init(broken.kind, operation: call.operation, place: call.place, attempts: attempts)
        self.message = "no answer: \(broken.error)"
        self.advice = broken.advice
        self.cause = broken.error
    }
}
