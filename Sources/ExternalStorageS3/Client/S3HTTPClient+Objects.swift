//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AWSSigning
internal import ExternalStorageCore
internal import NIOCore
internal import NIOHTTP1
internal import StoreHTTP

extension S3HTTPClient: S3Client {
    /// Writes an object in one request; see ``S3Client/put(_:)``.
    ///
    /// - Parameter request: What to write.
    /// - Returns: Whether it was written or there was one already.
    /// - Throws: ``S3Failure``; `CancellationError`.
    public func put(_ request: S3PutRequest) async throws -> S3PutOutcome {
        var call = S3Call("PutObject", "PUT", bucket: request.bucket, key: request.key)
        call.headers = self.objectHeaders
        call.body = request.pieces
        call.digest = request.digest
        call.expectedSize = request.sizeInBytes
        if request.onlyIfAbsent {
            call.setConditional()
        }
        let checksum = SignableRequest.Header("x-amz-checksum-sha256", request.digest.base64)
        return try await self.outcome(self.send(call, protectedBy: [checksum]), of: call)
    }

    /// What came of a write.
    ///
    /// - Throws: `S3Failure` of kind *unsupported* if the store refused the condition, and has no object.
    func outcome(_ response: S3Response, of call: S3Call) async throws -> S3PutOutcome {
        if response.status == 412 { return .alreadyPresent }
        if (200..<300).contains(response.status) { return .written }
        // 304, or 409 with a code of the store's own: if that means that there is one, there is one.
        if try await self.isPresent(call) ?? false { return .alreadyPresent }
        let answer = S3Answer(response)
        var failure = S3Failure(.unsupported, operation: call.operation, bucket: call.bucket, key: call.key)
        failure.status = answer.status
        failure.code = answer.code
        failure.message = answer.document.message ?? "the condition was refused, and there is no object"
        throw failure
    }

    /// Whether the object of a call is there; nil if this identity may not know.
    func isPresent(_ call: S3Call) async throws -> Bool? {
        do {
            return try await self.head(bucket: call.bucket, key: call.key ?? "") != nil
        } catch let failure as S3Failure where failure.kind == .forbidden {
            return nil
        }
    }

    /// Reads an object or a part of it; see ``S3Client/get(_:)``.
    ///
    /// - Parameter request: What to read.
    /// - Returns: The bytes and what the store says about the object.
    /// - Throws: ``S3Failure``; `CancellationError`.
    public func get(_ request: S3GetRequest) async throws -> S3GetResult {
        var call = S3Call("GetObject", "GET", bucket: request.bucket, key: request.key)
        call.maximumAnswerSize = request.maximumSizeInBytes
        call.expectedSize = request.range?.count ?? request.maximumSizeInBytes
        call.assembly = request.assembly
        call.maximumAttempts = request.maximumAttempts
        call.firstByteTimeout = request.firstByteTimeout
        call.room = request.room
        call.rangeStart = request.range?.lowerBound ?? 0
        call.region = request.region
        call.waitsForReplication = request.waitsForReplication
        if let range = request.range, !range.isEmpty {
            call.headers.append(.init("Range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)"))
            call.acceptedStatuses = [416]
        }
        var response = try await self.send(call)
        if response.status == 416 {
            // An empty object has no range at all; anything else is shorter than the range's start.
            call.headers.removeAll { $0.name == "Range" }
            call.acceptedStatuses = []
            guard request.range?.lowerBound == 0 else {
                return S3GetResult(body: ByteBuffer(), info: S3ObjectInfo(rangeAnswer: response.headers))
            }
            response = try await self.send(call)
        }
        return S3GetResult(
            body: response.body,
            info: response.status == 206
                ? S3ObjectInfo(rangeAnswer: response.headers) : S3ObjectInfo(headers: response.headers)
        )
    }

    /// Asks about an object; see ``S3Client/head(bucket:key:)``.
    ///
    /// - Parameters:
    ///   - bucket: The bucket: a name or an ARN.
    ///   - key: The key.
    /// - Returns: What the store says, or nil if there is no such object.
    /// - Throws: ``S3Failure``; `CancellationError`.
    public func head(bucket: String, key: String) async throws -> S3ObjectInfo? {
        var call = S3Call("HeadObject", "HEAD", bucket: bucket, key: key)
        call.acceptedStatuses = [404]
        let response = try await self.send(call)
        return response.status == 404 ? nil : S3ObjectInfo(headers: response.headers)
    }

    /// Region and host of a bucket, as far as they can be told.
    ///
    /// - Parameter bucket: The bucket: a name or an ARN.
    /// - Returns: `region` and `endpoint`.
    public func describe(bucket: String) -> [(name: String, value: String)] {
        guard let endpoint = try? self.endpoint(bucket: bucket) else {
            return self.configuration.endpoint.region.map { [("region", $0)] } ?? []
        }
        return [("region", endpoint.region), ("endpoint", endpoint.authority)]
    }

    /// What every written object carries.
    var objectHeaders: [SignableRequest.Header] {
        var headers = [SignableRequest.Header("Content-Type", self.configuration.contentType)]
        if let encryption = self.configuration.encryption {
            headers.append(contentsOf: encryption.headers.map { .init($0.0, $0.1) })
        }
        if let storageClass = self.configuration.storageClass {
            headers.append(.init("x-amz-storage-class", storageClass.description))
        }
        if !self.configuration.tags.isEmpty {
            let tags = self.configuration.tags
                .map { "\(URIEncoding.encode($0.name))=\(URIEncoding.encode($0.value))" }
            headers.append(.init("x-amz-tagging", tags.joined(separator: "&")))
        }
        return headers
    }
}

extension S3Call {
    /// Writes only if there is no object of that key.
    mutating func setConditional() {
        self.headers.append(.init("If-None-Match", "*"))
        self.acceptedStatuses = [412]
        self.isConditional = true
    }
}

extension S3ObjectInfo {
    /// What the headers of a complete answer say.
    init(headers: HTTPHeaders) {
        self.init(
            sizeInBytes: headers.first(name: "Content-Length").flatMap { Int($0) },
            lastModified: headers.first(name: "Last-Modified")
                .flatMap { SigningTime(httpDate: $0)?.secondsSince1970 }
        )
        self.entityTag = headers.first(name: "ETag")
        self.checksumSHA256 = headers.first(name: "x-amz-checksum-sha256")
        self.storageClass = headers.first(name: "x-amz-storage-class")
        self.expiration = headers.first(name: "x-amz-expiration")
        self.replicationStatus = headers.first(name: "x-amz-replication-status")
        self.versionID = headers.first(name: "x-amz-version-id")
    }

    /// What the headers of an answer to a range say; the size is the one behind the slash of `Content-Range`.
    init(rangeAnswer headers: HTTPHeaders) {
        self.init(headers: headers)
        self.sizeInBytes = headers.sizeOfWhole
    }
}
