//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AsyncHTTPClient
internal import StoreHTTP

/// An attempt that brought no complete answer, and what that means.
struct BrokenAttempt {
    var error: any Error
    var cause: S3Retry.Cause
    var kind: S3Failure.Kind
    var advice: String?

    init(_ error: any Error) {
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
