//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AWSSigning
internal import AsyncHTTPClient
internal import ExternalStorageCore
internal import NIOCore
internal import NIOHTTP1
internal import StoreHTTP
internal import Synchronization

extension S3HTTPClient {
    /// What one attempt was made with.
    struct Attempt: Sendable {
        var endpoint: S3Endpoint
        var lanes: S3Lanes
        var credentials: AWSCredentials
        var time: SigningTime
    }

    /// Which corrections a request has had; each is made once.
    private struct Corrections {
        var region = false
        var clock = false
        var credentials = false
    }

    /// Sends a request until it succeeds or repeating is pointless.
    ///
    /// The one place that waits.
    func send(_ call: S3Call) async throws -> S3Response {
        var policy = self.configuration.retry
        if let maximum = call.maximumAttempts { policy.maximumAttempts = min(maximum, policy.maximumAttempts) }
        var retry = S3Retry(policy: policy)
        var corrections = Corrections()
        while true {
            try Task.checkCancellation()
            let attempt = try await self.attempt(for: call, attempts: retry.attempts)
            let failure: S3Failure
            let cause: S3Retry.Cause
            var retryAfter: Duration?
            do {
                let response = try await self.send(call, attempt)
                let answer = S3Answer(response)
                let hidesError = call.checksBodyForError && answer.isSuccess && answer.code != nil
                if (answer.isSuccess && !hidesError) || call.accepts(answer) {
                    self.state.withLock { retry.succeeded(quota: &$0.quota) }
                    return response
                }
                if try await self.correct(call, attempt, response, answer, &corrections, attempts: retry.attempts) {
                    retry.corrected()
                    continue
                }
                let isReplicated = attempt.endpoint.kind == .multiRegionAccessPoint
                var meaning = answer.meaning(
                    isMultiRegionRead: call.waitsForReplication && isReplicated,
                    signedFor: attempt.endpoint.region
                )
                if meaning.kind == .conflict && !call.repeatsConflicts { meaning.cause = .permanent }
                if hidesError && meaning.cause == .permanent && answer.document.code == "InternalError" {
                    meaning.cause = .transient
                }
                cause = meaning.cause
                retryAfter = answer.retryAfter
                failure = S3Failure(answer, meaning, call, attempt, attempts: retry.attempts)
            } catch let error as CancellationError {
                throw error
            } catch let error as S3Failure {
                throw error
            } catch let error as ExternalStorageError {
                // No room for the answer: repeating changes nothing.
                throw error
            } catch {
                // A cancelled task sees all kinds of errors from below; only one of them is the truth.
                try Task.checkCancellation()
                let broken = BrokenExchange(error)
                cause = broken.cause
                failure = S3Failure(broken, call, attempt, attempts: retry.attempts)
            }
            let random = self.random()
            let action = self.state.withLock { state in
                retry.failed(cause, retryAfter: retryAfter, random: random, quota: &state.quota)
            }
            guard case .retry(let delay) = action else { throw failure }
            try await self.clock.sleep(for: delay)
        }
    }

    private func attempt(for call: S3Call, attempts: Int) async throws -> Attempt {
        let endpoint: S3Endpoint
        let lanes: S3Lanes
        do {
            let surroundings = try await self.surroundings()
            endpoint = try self.endpoint(bucket: call.bucket, region: call.region)
            lanes = try self.lanes(to: endpoint, surroundings)
        } catch let error as S3EndpointError {
            var failure = S3Failure(.misconfigured, operation: call.operation, bucket: call.bucket, key: call.key)
            failure.message = error.message
            failure.attempts = 0
            throw failure
        } catch let error as CancellationError {
            throw error
        } catch {
            throw S3Failure(error, of: call, attempts: attempts - 1)
        }
        let credentials = try await self.credentials(for: call, endpoint, attempts: attempts - 1)
        let now = self.now()
        let time = self.state.withLock { $0.skew.time(now: now) }
        return Attempt(endpoint: endpoint, lanes: lanes, credentials: credentials, time: time)
    }

    private func credentials(for call: S3Call, _ endpoint: S3Endpoint, attempts: Int) async throws -> AWSCredentials {
        do {
            return try await self.credentials.credentials()
        } catch {
            // Whatever a provider throws in a cancelled task is a cancellation.
            try Task.checkCancellation()
            throw S3Failure(error, of: call, attempts: attempts, endpoint: endpoint)
        }
    }

    /// Learns from an answer what the next attempt does better.
    ///
    /// True if there is something.
    private func correct(
        _ call: S3Call,
        _ attempt: Attempt,
        _ response: S3Response,
        _ answer: S3Answer,
        _ corrections: inout Corrections,
        attempts: Int
    ) async throws -> Bool {
        if !corrections.region, answer.hasWrongRegion(signedFor: attempt.endpoint.region),
            attempt.endpoint.kind == .bucket
        {
            corrections.region = true
            var region = answer.bucketRegion ?? answer.document.region
            if region == nil { region = try await self.discoverRegion(bucket: call.bucket, attempt) }
            guard let region, region != attempt.endpoint.region else { return false }
            self.state.withLock { $0.regions[call.bucket] = region }
            return true
        }
        if !corrections.clock, let code = answer.code {
            let isCached = response.headers.contains(name: "Age")
            let server = response.headers.first(name: "Date").flatMap { SigningTime(httpDate: $0) }
            let now = self.now()
            let isWorthIt = self.state.withLock { state in
                state.skew.shouldRetry(
                    code: code,
                    serverTime: isCached ? nil : server,
                    signedTime: attempt.time,
                    now: now
                )
            }
            if isWorthIt {
                corrections.clock = true
                return true
            }
        }
        if !corrections.credentials, answer.mayMeanExpiredCredentials {
            corrections.credentials = true
            await self.credentials.invalidate(attempt.credentials)
            return try await self.credentials(for: call, attempt.endpoint, attempts: attempts) != attempt.credentials
        }
        return false
    }

    /// Asks the bucket for its region.
    ///
    /// Every answer to this question may carry it, whatever its status.
    private func discoverRegion(bucket: String, _ attempt: Attempt) async throws -> String? {
        let call = S3Call("HeadBucket", "HEAD", bucket: bucket)
        do {
            return try await S3Answer(self.send(call, attempt)).bucketRegion
        } catch let error as CancellationError {
            throw error
        } catch {
            return nil
        }
    }

    /// One attempt, from the signature to the last byte of the answer.
    private func send(_ call: S3Call, _ attempt: Attempt) async throws -> S3Response {
        let request = try self.request(call, attempt)
        let seconds = Double(call.expectedSize) / Double(max(1, self.configuration.minimumBytesPerSecond))
        let limit = call.timeout ?? self.configuration.attemptTimeout + .milliseconds(Int64(1000 * seconds))
        // What is sent takes its time before there can be an answer.
        let firstByte = call.body.isEmpty ? call.firstByteTimeout ?? self.configuration.firstByteTimeout : nil
        return try await attempt.lanes.withLane { lane in
            try await withTimeout(limit, firstByte: firstByte, clock: self.clock) { progress in
                // AsyncHTTPClient's own deadline ends with the head of the answer; ours covers the body too.
                let response = try await lane.httpClient.execute(request, deadline: .distantFuture)
                progress.answerBegins()
                return try await S3Response(response, to: call)
            }
        }
    }

    /// Signs a request.
    ///
    /// What is signed is what is sent: path, query and headers go out as they are here.
    private func request(_ call: S3Call, _ attempt: Attempt) throws -> HTTPClientRequest {
        let endpoint = attempt.endpoint
        let path = call.key.map { endpoint.path(key: $0) } ?? (endpoint.basePath.isEmpty ? "/" : endpoint.basePath)
        var signable = SignableRequest(
            method: call.method,
            path: path,
            query: call.query,
            headers: [.init("Host", endpoint.authority)] + call.headers + self.guards,
            payloadHash: call.digest.map { .verbatim($0.hexadecimal) } ?? .empty
        )
        let scope = SigningScope(endpoint.algorithm, service: endpoint.service, time: attempt.time)
        let signed = try self.sign(signable, scope: scope, credentials: attempt.credentials)
        signable.headers.append(contentsOf: signed.headers)

        let query = signable.encodedQuery
        var request = HTTPClientRequest(
            url: "\(endpoint.scheme)://\(endpoint.authority)\(path)\(query.isEmpty ? "" : "?\(query)")"
        )
        request.method = HTTPMethod(rawValue: call.method)
        for header in signable.headers { request.headers.add(name: header.name, value: header.value) }
        switch call.body.count {
        case 0: break
        case 1: request.body = .bytes(call.body[0])
        default:
            let size = call.body.reduce(0) { $0 + $1.readableBytes }
            request.body = .stream(BodyPieces(pieces: call.body), length: .known(Int64(size)))
        }
        return request
    }

    /// Signs with the key that was derived last, if the credentials are still the same.
    private func sign(
        _ request: SignableRequest,
        scope: SigningScope,
        credentials: AWSCredentials
    ) throws -> RequestSigner.Signed {
        let known = self.state.withLock { $0.signer }
        var signer = known?.credentials == credentials ? known : nil
        var current = signer ?? RequestSigner(credentials: credentials)
        let signed = try current.sign(request, scope: scope)
        signer = current
        self.state.withLock { $0.signer = signer }
        return signed
    }

    private var guards: [SignableRequest.Header] {
        var headers: [SignableRequest.Header] = []
        if let owner = self.configuration.expectedBucketOwner {
            headers.append(.init("x-amz-expected-bucket-owner", owner))
        }
        if self.configuration.payerIsRequester { headers.append(.init("x-amz-request-payer", "requester")) }
        return headers
    }
}

/// A body in pieces, for a request that is sent once.
extension S3Call {
    /// Whether an answer that is not a success is a result all the same.
    fileprivate func accepts(_ answer: S3Answer) -> Bool {
        self.acceptedStatuses.contains(answer.status) || answer.code.map(self.acceptedCodes.contains) ?? false
            || (self.isConditional && answer.mayMeanPresent)
    }
}

private struct BodyPieces: AsyncSequence, Sendable {
    struct AsyncIterator: AsyncIteratorProtocol {
        var rest: ArraySlice<ByteBuffer>

        mutating func next() async -> ByteBuffer? { self.rest.popFirst() }
    }

    let pieces: [ByteBuffer]

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(rest: self.pieces[...]) }
}
