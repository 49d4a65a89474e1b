//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AWSCredentials
internal import CredentialExchange
internal import StoreHTTP

extension S3Failure {
    /// A request that was not sent, because there are no credentials or the settings cannot be read.
    ///
    /// What somebody has to set up first is a mistake in the configuration, and not an outage that passes.
    init(_ error: any Error, of call: S3Call, attempts: Int, endpoint: S3Endpoint? = nil) {
        let code = (error as? AWSCredentialsError)?.code
        let kind: Kind =
            switch code {
            case _ where error is HTTPRouteError: .misconfigured
            case .notConfigured, .invalidConfiguration: .misconfigured
            case .refused: .forbidden
            default: .unavailable
            }
        self.init(kind, operation: call.operation, bucket: call.bucket, key: call.key, attempts: attempts)
        // What a provider of the user's throws may hold anything, and this text may end up in a history: see the cause.
        let reason = error is AWSCredentialsError ? "\(error)" : "\(type(of: error))"
        self.message = endpoint == nil ? "\(error)" : "no credentials: \(reason)"
        self.region = endpoint?.region
        self.endpoint = endpoint?.authority
        if code == .notConfigured { self.advice = "Set up one of the sources of credentials named above" }
        if code == nil, endpoint != nil {
            self.advice = "Look into the provider of credentials that the client was given"
        }
        self.cause = error
    }

    /// A failure the store reported.
    init(
        _ answer: S3Answer,
        _ meaning: S3Answer.Meaning,
        _ call: S3Call,
        _ attempt: S3HTTPClient.Attempt,
        attempts: Int
    ) {
        self.init(meaning.kind, operation: call.operation, bucket: call.bucket, key: call.key, attempts: attempts)
        self.region = attempt.endpoint.region
        self.endpoint = attempt.endpoint.authority
        self.status = answer.status
        self.code = answer.code
        self.message = answer.document.message
        self.requestID = answer.requestID ?? answer.document.requestID
        self.hostID = answer.hostID ?? answer.document.hostID
        self.advice = meaning.advice
    }

    /// A failure without an answer.
    init(_ broken: BrokenExchange, _ call: S3Call, _ attempt: S3HTTPClient.Attempt, attempts: Int) {
        let kind: Kind = broken.kind == .misconfigured ? .misconfigured : .unavailable
        self.init(kind, operation: call.operation, bucket: call.bucket, key: call.key, attempts: attempts)
        self.region = attempt.endpoint.region
        self.endpoint = attempt.endpoint.authority
        self.message = "no answer: \(broken.error)"
        self.advice = broken.advice
        self.cause = broken.error
    }
}
