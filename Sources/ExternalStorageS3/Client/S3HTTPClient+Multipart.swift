//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AWSSigning
public import ExternalStorageCore
internal import Groundwork
public import NIOCore
internal import NIOHTTP1

extension S3HTTPClient: S3MultipartClient {
    /// Begins an upload in parts; see ``S3MultipartClient/createUpload(bucket:key:)``.
    ///
    /// - Parameters:
    ///   - bucket: The bucket: a name or an ARN.
    ///   - key: The key.
    /// - Returns: The store's name for the upload.
    /// - Throws: ``S3Failure``; `CancellationError`.
    public func createUpload(bucket: String, key: String) async throws -> String {
        var call = S3Call("CreateMultipartUpload", "POST", bucket: bucket, key: key)
        call.query = [.init("uploads", nil)]
        call.headers = self.objectHeaders
        let response = try await self.send(call, protectedBy: [.init("x-amz-checksum-algorithm", "SHA256")])
        let document = XMLNode(parsing: response.body.readableBytesView)
        guard let uploadID = document?["UploadId"]?.text, !uploadID.isEmpty else {
            throw S3Failure(
                .rejected,
                operation: call.operation,
                bucket: bucket,
                key: key,
                message: "the answer names no upload"
            )
        }
        return uploadID
    }

    /// Sends one part; see ``S3MultipartClient/uploadPart(number:body:digest:uploadID:bucket:key:)``.
    ///
    /// - Parameters:
    ///   - number: Its number, 1 to 10,000.
    ///   - body: The bytes.
    ///   - digest: The SHA-256 of the bytes.
    ///   - uploadID: The store's name for the upload.
    ///   - bucket: The bucket: a name or an ARN.
    ///   - key: The key.
    /// - Returns: What completing the upload needs.
    /// - Throws: ``S3Failure``; `CancellationError`.
    public func uploadPart(
        number: Int,
        body: ByteBuffer,
        digest: PayloadDigest,
        uploadID: String,
        bucket: String,
        key: String
    ) async throws -> S3UploadedPart {
        var call = S3Call("UploadPart", "PUT", bucket: bucket, key: key)
        call.query = [.init("partNumber", String(number)), .init("uploadId", uploadID)]
        call.body = [body]
        call.digest = digest
        call.expectedSize = body.readableBytes
        let response = try await self.send(call, protectedBy: [.init("x-amz-checksum-sha256", digest.base64)])
        let tag = response.headers.first(name: "ETag") ?? ""
        return S3UploadedPart(number: number, entityTag: tag, digest: digest)
    }

    /// Makes the parts one object; see ``S3MultipartClient/completeUpload(uploadID:parts:bucket:key:onlyIfAbsent:)``.
    ///
    /// - Parameters:
    ///   - uploadID: The store's name for the upload.
    ///   - parts: All parts, in order.
    ///   - bucket: The bucket: a name or an ARN.
    ///   - key: The key.
    ///   - onlyIfAbsent: Whether to write only if there is no object of that key.
    /// - Returns: Whether it was written or there was one already.
    /// - Throws: ``S3Failure``; `CancellationError`.
    public func completeUpload(
        uploadID: String,
        parts: [S3UploadedPart],
        bucket: String,
        key: String,
        onlyIfAbsent: Bool
    ) async throws -> S3PutOutcome {
        var call = S3Call("CompleteMultipartUpload", "POST", bucket: bucket, key: key)
        call.query = [.init("uploadId", uploadID)]
        try await call.set(xml: Self.list(parts, withChecksums: self.sendsChecksums()))
        call.checksBodyForError = true
        call.timeout = self.configuration.completionTimeout
        // AWS wants the whole upload to begin anew, and so does who asked for it.
        call.repeatsConflicts = false
        if onlyIfAbsent { call.setConditional() }
        call.acceptedCodes = ["NoSuchUpload"]
        let response = try await self.send(call)
        guard response.status == 404 else { return try await self.outcome(response, of: call) }
        // An attempt whose answer was lost, or did not come in time, has completed it; or somebody has aborted it.
        if try await self.isPresent(call) ?? false { return .written }
        var failure = S3Failure(.conflict, operation: call.operation, bucket: bucket, key: key)
        failure.status = response.status
        failure.code = "NoSuchUpload"
        failure.message = "the store does not know the upload any more, and the object is not to be seen"
        throw failure
    }

    private static func list(_ parts: [S3UploadedPart], withChecksums: Bool) -> String {
        var xml = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        for part in parts {
            xml += "<Part><PartNumber>\(part.number)</PartNumber><ETag>\(XMLText.escaped(part.entityTag))</ETag>"
            if withChecksums { xml += "<ChecksumSHA256>\(part.digest.base64)</ChecksumSHA256>" }
            xml += "</Part>"
        }
        return xml + "</CompleteMultipartUpload>"
    }

    /// Gives an upload up; see ``S3MultipartClient/abortUpload(uploadID:bucket:key:)``.
    ///
    /// - Parameters:
    ///   - uploadID: The store's name for the upload.
    ///   - bucket: The bucket: a name or an ARN.
    ///   - key: The key.
    /// - Throws: ``S3Failure``; `CancellationError`.
    public func abortUpload(uploadID: String, bucket: String, key: String) async throws {
        var call = S3Call("AbortMultipartUpload", "DELETE", bucket: bucket, key: key)
        call.query = [.init("uploadId", uploadID)]
        call.acceptedStatuses = [404]
        // Whoever gives up has had enough trouble: one attempt, with everything in it, and a lifecycle rule for the rest.
        call.maximumAttempts = 1
        do {
            _ = try await withTimeout(Self.abortTimeout, clock: self.clock) { [call] _ in try await self.send(call) }
        } catch let error as AttemptTimeout {
            throw S3Failure(
                .unavailable,
                operation: call.operation,
                bucket: bucket,
                key: key,
                message: error.description
            )
        }
    }

    /// How long giving up may take.
    private static var abortTimeout: Duration { .seconds(5) }
}

extension S3Call {
    /// Sends a document, with its digest.
    mutating func set(xml: String) {
        let body = ByteBuffer(string: xml)
        self.body = [body]
        self.digest = PayloadDigest(hashing: body)
        self.headers.append(.init("Content-Type", "application/xml"))
    }
}
