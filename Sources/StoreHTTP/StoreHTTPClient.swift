//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AsyncHTTPClient
internal import CredentialExchange
internal import ExternalStorageCore
internal import Groundwork
internal import NIOCore
internal import NIOHTTP1
internal import Synchronization

/// Sends requests to an object store until they succeed or repeating is pointless.
package final class StoreHTTPClient<Service: StoreService>: Sendable {
    /// How requests are sent.
    package struct Settings: Sendable {
        package var retry: RetryRules
        /// No retry begins after so long a time.
        package var patience: Duration
        /// How long one attempt may take, without the time for the bytes it moves.
        package var attemptTimeout: Duration
        /// The slowest transfer that is not given up; adds to ``attemptTimeout``.
        package var minimumBytesPerSecond: Int
        /// The tokens of retries that all requests share.
        package var quota: Int

        package init(
            retry: RetryRules,
            patience: Duration = .seconds(120),
            attemptTimeout: Duration = .seconds(30),
            minimumBytesPerSecond: Int = 256 * 1024,
            quota: Int = 500
        ) {
            self.retry = retry
            self.patience = patience
            self.attemptTimeout = attemptTimeout
            self.minimumBytesPerSecond = minimumBytesPerSecond
            self.quota = quota
        }
    }

    package let service: Service
    private let settings: Settings
    package let lanes: HTTPLanes
    private let clock: any Clock<Duration>
    private let random: @Sendable () -> Double
    private let quota: Mutex<RetryQuota>

    package init(
        _ service: Service,
        settings: Settings,
        lanes: HTTPLanes,
        clock: any Clock<Duration>,
        random: @escaping @Sendable () -> Double
    ) {
        self.service = service
        self.settings = settings
        self.lanes = lanes
        self.clock = clock
        self.random = random
        self.quota = Mutex(RetryQuota(tokens: settings.quota, capacity: settings.quota))
    }

    /// Sends a request.
    ///
    /// The one place that waits.
    ///
    /// - Parameter call: What is asked.
    /// - Returns: A success, or an answer that the call and the service accept.
    /// - Throws: `StoreFailure`; what the sequence of a streamed body throws, as it is and at once; `CancellationError`.
    package func send(_ call: StoreCall) async throws -> StoreAnswer {
        var retry = RequestRetry(rules: self.settings.retry)
        let start = ContinuousClock.now
        var hasRenewed = false
        var hasHadOneMore = false
        while true {
            try Task.checkCancellation()
            let credential = try await self.credential(for: call, attempts: retry.attempts - 1)
            var failure: StoreFailure
            let cause: RequestRetry.Cause
            var retryAfter: Duration?
            do {
                let answer = try await self.exchange(call, credential)
                let isAccepted =
                    call.acceptedStatuses.contains(answer.status) && self.service.isResult(answer, of: call)
                if answer.isSuccess || isAccepted {
                    self.quota.withLock { retry.succeeded(quota: &$0) }
                    return answer
                }
                let meaning = self.service.meaning(of: answer, to: call)
                if meaning.isAboutCredentials, !hasRenewed {
                    hasRenewed = true
                    if try await self.service.renew(credential) {
                        retry.corrected()
                        continue
                    }
                }
                if meaning.isWorthOneMore, !hasHadOneMore {
                    hasHadOneMore = true
                    retry.corrected()
                    continue
                }
                cause = meaning.cause
                retryAfter = meaning.retryAfter
                failure = StoreFailure(answer, meaning, call, attempts: retry.attempts)
            } catch let error as StoreFailure {
                throw error
            } catch {
                // A cancelled task sees all kinds of errors from below; only one of them is the truth.
                try Task.checkCancellation()
                if let failure = error as? BodySourceFailure { throw failure.cause }
                if error is ExternalStorageError { throw error }
                let broken = BrokenExchange(error)
                cause = broken.cause
                failure = StoreFailure(broken, call, attempts: retry.attempts)
            }
            let random = self.random()
            let action = self.quota.withLock { quota in
                retry.failed(cause, retryAfter: retryAfter, random: random, quota: &quota)
            }
            guard case .retry(let delay) = action, ContinuousClock.now - start + delay < self.settings.patience else {
                throw failure
            }
            try await self.clock.sleep(for: delay)
        }
    }

    private func credential(for call: StoreCall, attempts: Int) async throws -> Service.Credential {
        do {
            return try await self.service.credential()
        } catch {
            try Task.checkCancellation()
            if let failure = error as? StoreFailure { throw failure }
            let isPassing = (error as? CredentialsError)?.isRetryable ?? true
            var failure = StoreFailure(
                isPassing ? .unavailable : .misconfigured,
                operation: call.operation,
                place: call.place,
                message: "no credentials: \(error)",
                attempts: attempts
            )
            failure.cause = error
            throw failure
        }
    }

    /// One attempt, from the authorisation to the last byte of the answer.
    private func exchange(_ call: StoreCall, _ credential: Service.Credential) async throws -> StoreAnswer {
        var request = try self.service.request(call, credential)
        request.method = HTTPMethod(rawValue: call.method)
        request.body = self.body(call.body)
        let seconds =
            Double(call.body.sizeInBytes + call.expectedAnswerSize)
            / Double(max(1, self.settings.minimumBytesPerSecond))
        let limit = self.settings.attemptTimeout + .milliseconds(Int64(1000 * seconds))
        return try await self.lanes.withLane { [request] lane in
            try await withTimeLimit(limit, clock: self.clock) {
                // AsyncHTTPClient's own deadline ends with the head of the answer; ours covers the body too.
                let response = try await lane.httpClient.execute(request, deadline: .distantFuture)
                return try await StoreAnswer(response, call.reading) { StoreFailure.tooLarge(call, $0, $1) }
            }
        }
    }

    private func body(_ body: StoreCall.Body) -> HTTPClientRequest.Body? {
        switch body {
        case .none: return nil
        case .pieces(let pieces):
            if pieces.count == 1 { return .bytes(pieces[0]) }
            return .stream(BodyPieces(pieces: pieces), length: .known(Int64(body.sizeInBytes)))
        case .stream(let size, let open):
            return .stream(OpenedBody(open: open), length: .known(Int64(size)))
        }
    }
}

/// A body in pieces, for a request that is sent once.
private struct BodyPieces: AsyncSequence, Sendable {
    struct AsyncIterator: AsyncIteratorProtocol {
        var rest: ArraySlice<ByteBuffer>

        mutating func next() async -> ByteBuffer? { self.rest.popFirst() }
    }

    let pieces: [ByteBuffer]

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(rest: self.pieces[...]) }
}

/// What a body comes from has failed, and not the connection: another attempt would read the same.
private struct BodySourceFailure: Error {
    var cause: any Error
}

/// A body that is read as it is sent.
private struct OpenedBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    struct AsyncIterator: AsyncIteratorProtocol {
        var base: any AsyncIteratorProtocol<ByteBuffer, any Error>

        mutating func next() async throws -> ByteBuffer? {
            do { return try await self.base.next(isolation: nil) } catch { throw BodySourceFailure(cause: error) }
        }
    }

    let open: @Sendable () -> any AsyncSequence<ByteBuffer, any Error> & Sendable

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(base: self.open().makeAsyncIterator()) }
}
