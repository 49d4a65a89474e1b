//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import AsyncHTTPClient

/// What one kind of store has of its own: addresses, authorisation, and the meaning of its answers.
package protocol StoreService: Sendable {
    /// What a request was authorised with, to tell whether there is something newer.
    associatedtype Credential: Sendable

    /// The credentials of the next attempt.
    ///
    /// - Throws: What prevents it; a `StoreFailure` as it is, all else as missing credentials.
    func credential() async throws -> Credential

    /// Host and port, and what a request carries; the body is added by the client.
    ///
    /// - Parameters:
    ///   - call: What is asked.
    ///   - credential: What it is authorised with.
    /// - Returns: The request without its body.
    /// - Throws: What prevents it.
    func request(_ call: StoreCall, _ credential: Credential) throws -> HTTPClientRequest

    /// Whether an answer whose status the call accepts is the result it stands for.
    func isResult(_ answer: StoreAnswer, of call: StoreCall) -> Bool

    /// What an answer that is no result means.
    func meaning(of answer: StoreAnswer, to call: StoreCall) -> StoreMeaning

    /// Told once per request that its credentials were refused.
    ///
    /// - Returns: Whether there are newer ones now.
    func renew(_ credential: Credential) async throws -> Bool
}

/// What an answer that is not a success means: whether to repeat, the kind of failure, and what to do about it (ES-D7).
package struct StoreMeaning: Sendable {
    package var cause: RequestRetry.Cause
    package var kind: StoreFailure.Kind
    package var advice: String?
    /// The store's code or reason, its words, and its name for the request.
    package var code: String?
    package var message: String?
    package var requestID: String?
    /// What the store asked to wait.
    package var retryAfter: Duration?
    /// Whether newer credentials may change it.
    package var isAboutCredentials = false
    /// Whether it is worth exactly one more attempt.
    package var isWorthOneMore = false

    package init(_ cause: RequestRetry.Cause, _ kind: StoreFailure.Kind, advice: String? = nil) {
        self.cause = cause
        self.kind = kind
        self.advice = advice
    }
}
