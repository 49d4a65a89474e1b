//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AWSSigning
internal import Crypto
internal import ExternalStorageCore
internal import Groundwork
internal import Logging
internal import NIOCore
internal import Synchronization

extension S3HTTPClient {
    /// What is known of the store's mind about `x-amz-checksum-…`.
    enum ChecksumSupport: Sendable {
        case unknown, accepted, refused
    }

    /// Whether checksums are sent that only protect.
    func sendsChecksums() async throws -> Bool {
        guard self.state.withLock({ $0.checksums }) != .refused else { return false }
        return try await self.surroundings().sendsChecksums
    }

    /// Sends a request with header fields for checksums, unless they are not wanted.
    ///
    /// Some stores refuse such fields as they refuse nonsense. The first time a request is refused that way, it is sent
    /// again without them: only a request that succeeds then proves that it was the fields. One that succeeds with them
    /// proves the contrary.
    ///
    /// - Returns: The answer.
    /// - Throws: `S3Failure`: what the store said to the request with the fields; `CancellationError`.
    func send(_ call: S3Call, protectedBy fields: [SignableRequest.Header]) async throws -> S3Response {
        guard try await self.wantsChecksums(call) else { return try await self.send(call) }
        var protected = call
        protected.headers += fields
        let refusal: S3Failure
        do {
            let response = try await self.send(protected)
            if (200..<300).contains(response.status) {
                self.state.withLock { if $0.checksums == .unknown { $0.checksums = .accepted } }
            }
            return response
        } catch let failure as S3Failure
            where failure.mayMeanAField && self.state.withLock({ $0.checksums != .accepted })
        {
            // Others may have found out meanwhile that they are refused, and that is then the reason for this one too.
            refusal = failure
        }
        let response: S3Response
        do {
            response = try await self.send(call)
        } catch is S3Failure {
            throw refusal
        }
        self.noteRefusedChecksums(refusal)
        return response
    }

    private func wantsChecksums(_ call: S3Call) async throws -> Bool {
        do {
            return try await self.sendsChecksums()
        } catch let error as CancellationError {
            throw error
        } catch {
            throw S3Failure(error, of: call, attempts: 0)
        }
    }

    private func noteRefusedChecksums(_ refusal: S3Failure) {
        let isNews = self.state.withLock { state in
            defer { state.checksums = .refused }
            return state.checksums != .refused
        }
        guard isNews else { return }
        self.logger.notice(
            "the store refuses checksums; none are sent from now on, as with request_checksum_calculation=when_required",
            metadata: [
                "bucket": "\(refusal.bucket)", "status": "\(refusal.status ?? 0)", "code": "\(refusal.code ?? "none")",
            ]
        )
    }
}

extension S3Call {
    /// Sends a document for an operation that demands a checksum.
    ///
    /// `Content-MD5` is the one that stores of any age accept; the caller adds the SHA-256 where it is welcome.
    mutating func set(checkedXML xml: String) {
        self.set(xml: xml)
        let digest = Insecure.MD5.hash(data: Array(xml.utf8))
        self.headers.append(.init("Content-MD5", Base64.encode(digest)))
    }

    /// The fields with the SHA-256 of the body, as AWS's own tools send them.
    var checksumFields: [SignableRequest.Header] {
        self.digest.map {
            [.init("x-amz-sdk-checksum-algorithm", "SHA256"), .init("x-amz-checksum-sha256", $0.base64)]
        } ?? []
    }
}
