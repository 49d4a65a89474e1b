//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AWSSigning
internal import Groundwork
internal import NIOCore
internal import NIOHTTP1

extension S3HTTPClient: S3BucketClient {
    /// Lists objects; see ``S3BucketClient/listObjects(bucket:prefix:continuation:maximumCount:)``.
    ///
    /// - Parameters:
    ///   - bucket: The bucket: a name or an ARN.
    ///   - prefix: What the keys have to begin with.
    ///   - continuation: ``S3ObjectPage/continuation`` of the page before.
    ///   - maximumCount: The most objects of a page, 1 to 1,000.
    /// - Returns: A page.
    /// - Throws: ``S3Failure``; `CancellationError`.
    public func listObjects(
        bucket: String,
        prefix: String,
        continuation: String? = nil,
        maximumCount: Int = 1000
    ) async throws -> S3ObjectPage {
        var call = S3Call("ListObjectsV2", "GET", bucket: bucket)
        // Keys may hold characters that XML cannot carry; the store encodes them if it is asked to.
        call.query = [
            .init("list-type", "2"), .init("encoding-type", "url"), .init("max-keys", String(maximumCount)),
        ]
        if !prefix.isEmpty { call.query.append(.init("prefix", prefix)) }
        if let continuation { call.query.append(.init("continuation-token", continuation)) }
        call.maximumAnswerSize = 16 * 1024 * 1024
        // A store may look through much that is deleted or beside the prefix before it begins to answer.
        call.firstByteTimeout = self.configuration.attemptTimeout
        let document = try await self.document(call)
        let isEncoded = document["EncodingType"]?.text == "url"
        let entries = document.all("Contents").map { node in
            let key = node["Key"]?.text ?? ""
            return S3ObjectPage.Entry(
                key: isEncoded ? Self.decodedKey(key) : key,
                sizeInBytes: node["Size"].flatMap { Int($0.text) } ?? 0,
                lastModified: node["LastModified"].flatMap { SigningTime(rfc3339: $0.text)?.secondsSince1970 }
            )
        }
        let isLast = document["IsTruncated"]?.text != "true"
        return S3ObjectPage(entries: entries, continuation: isLast ? nil : document["NextContinuationToken"]?.text)
    }

    /// Deletes an object; see ``S3BucketClient/deleteObject(bucket:key:)``.
    ///
    /// - Parameters:
    ///   - bucket: The bucket: a name or an ARN.
    ///   - key: The key.
    /// - Throws: ``S3Failure``; `CancellationError`.
    public func deleteObject(bucket: String, key: String) async throws {
        var call = S3Call("DeleteObject", "DELETE", bucket: bucket, key: key)
        call.acceptedStatuses = [404]
        _ = try await self.send(call)
    }

    /// Deletes one version; see ``S3BucketClient/deleteObject(bucket:key:versionID:ifMatch:)``.
    ///
    /// - Parameters:
    ///   - bucket: The bucket: a name or an ARN.
    ///   - key: The key.
    ///   - versionID: The version; nil for the object as it is.
    ///   - ifMatch: The tag that the object has to have; nil for any.
    /// - Throws: ``S3Failure``; `CancellationError`.
    public func deleteObject(bucket: String, key: String, versionID: String?, ifMatch: String?) async throws {
        var call = S3Call("DeleteObject", "DELETE", bucket: bucket, key: key)
        if let versionID { call.query = [.init("versionId", versionID)] }
        if let ifMatch { call.headers.append(.init("If-Match", ifMatch)) }
        call.acceptedStatuses = [404]
        _ = try await self.send(call)
    }

    /// The time by the clock of the store; see ``S3BucketClient/time(bucket:)``.
    ///
    /// - Parameter bucket: The bucket's name.
    /// - Returns: Seconds since 1970; nil if the store does not say.
    /// - Throws: ``S3Failure``; `CancellationError`.
    public func time(bucket: String) async throws -> Int64? {
        let response = try await self.send(S3Call("HeadBucket", "HEAD", bucket: bucket))
        return response.headers.first(name: "Date").flatMap { SigningTime(httpDate: $0)?.secondsSince1970 }
    }

    /// Deletes many objects; see ``S3BucketClient/deleteObjects(bucket:keys:)``.
    ///
    /// - Parameters:
    ///   - bucket: The bucket's name.
    ///   - keys: At most 1,000 keys.
    /// - Returns: The keys that could not be deleted.
    /// - Throws: ``S3Failure``; `CancellationError`.
    public func deleteObjects(bucket: String, keys: [String]) async throws -> [S3DeletionError] {
        guard !keys.isEmpty else { return [] }
        var call = S3Call("DeleteObjects", "POST", bucket: bucket)
        call.query = [.init("delete", nil)]
        let objects = keys.map { "<Object><Key>\(XMLText.escaped($0))</Key></Object>" }.joined()
        call.set(checkedXML: "<Delete xmlns=\"\(Self.namespace)\"><Quiet>true</Quiet>\(objects)</Delete>")
        call.maximumAnswerSize = 4 * 1024 * 1024
        return try await self.document(call, protectedBy: call.checksumFields).all("Error").map { node in
            S3DeletionError(
                key: node["Key"]?.text ?? "",
                code: node["Code"]?.text ?? "",
                message: node["Message"]?.text ?? ""
            )
        }
    }

    /// The tags of an object; see ``S3BucketClient/tags(bucket:key:)``.
    ///
    /// - Parameters:
    ///   - bucket: The bucket: a name or an ARN.
    ///   - key: The key.
    /// - Returns: Names and values.
    /// - Throws: ``S3Failure``; `CancellationError`.
    public func tags(bucket: String, key: String) async throws -> [S3Tag] {
        var call = S3Call("GetObjectTagging", "GET", bucket: bucket, key: key)
        call.query = [.init("tagging", nil)]
        return try await self.document(call)["TagSet"]?.all("Tag").map { node in
            S3Tag(node["Key"]?.text ?? "", node["Value"]?.text ?? "")
        } ?? []
    }

    /// Replaces all tags of an object; see ``S3BucketClient/setTags(_:bucket:key:)``.
    ///
    /// - Parameters:
    ///   - tags: At most 10.
    ///   - bucket: The bucket: a name or an ARN.
    ///   - key: The key.
    /// - Throws: ``S3Failure``; `CancellationError`.
    public func setTags(_ tags: [S3Tag], bucket: String, key: String) async throws {
        var call = S3Call("PutObjectTagging", "PUT", bucket: bucket, key: key)
        call.query = [.init("tagging", nil)]
        let list = tags.map { tag in
            "<Tag><Key>\(XMLText.escaped(tag.name))</Key><Value>\(XMLText.escaped(tag.value))</Value></Tag>"
        }.joined()
        call.set(checkedXML: "<Tagging xmlns=\"\(Self.namespace)\"><TagSet>\(list)</TagSet></Tagging>")
        _ = try await self.send(call, protectedBy: call.checksumFields)
    }

    /// The rules of a bucket; see ``S3BucketClient/lifecycleRules(bucket:)``.
    ///
    /// - Parameter bucket: The bucket's name.
    /// - Returns: All rules.
    /// - Throws: ``S3Failure``; `CancellationError`.
    public func lifecycleRules(bucket: String) async throws -> [S3LifecycleRule] {
        var call = S3Call("GetBucketLifecycleConfiguration", "GET", bucket: bucket)
        call.query = [.init("lifecycle", nil)]
        do {
            return try await self.document(call).all("Rule").map { S3LifecycleRule($0) }
        } catch let failure as S3Failure where failure.code == "NoSuchLifecycleConfiguration" {
            return []
        }
    }

    /// Replaces all rules of a bucket; see ``S3BucketClient/setLifecycleRules(_:bucket:)``.
    ///
    /// - Parameters:
    ///   - rules: All rules the bucket is to have; none removes the configuration.
    ///   - bucket: The bucket's name.
    /// - Throws: ``S3Failure``; `CancellationError`.
    public func setLifecycleRules(_ rules: [S3LifecycleRule], bucket: String) async throws {
        // A configuration without rules is not valid; no configuration is.
        var call = S3Call(
            rules.isEmpty ? "DeleteBucketLifecycle" : "PutBucketLifecycleConfiguration",
            rules.isEmpty ? "DELETE" : "PUT",
            bucket: bucket
        )
        call.query = [.init("lifecycle", nil)]
        if !rules.isEmpty {
            let list = rules.map(\.xml).joined()
            call.set(
                checkedXML: "<LifecycleConfiguration xmlns=\"\(Self.namespace)\">\(list)</LifecycleConfiguration>"
            )
        }
        _ = try await self.send(call, protectedBy: call.checksumFields)
    }

    /// Whether a bucket keeps versions; see ``S3BucketClient/versioning(bucket:)``.
    ///
    /// - Parameter bucket: The bucket's name.
    /// - Returns: `Enabled`, `Suspended`, or nil.
    /// - Throws: ``S3Failure``; `CancellationError`.
    public func versioning(bucket: String) async throws -> String? {
        var call = S3Call("GetBucketVersioning", "GET", bucket: bucket)
        call.query = [.init("versioning", nil)]
        return try await self.document(call)["Status"]?.text
    }

    /// The region of a bucket; see ``S3BucketClient/region(bucket:)``.
    ///
    /// - Parameter bucket: The bucket's name.
    /// - Returns: The region; nil if the store does not say.
    /// - Throws: ``S3Failure``; `CancellationError`.
    public func region(bucket: String) async throws -> String? {
        let response = try await self.send(S3Call("HeadBucket", "HEAD", bucket: bucket))
        return S3Answer(response).bucketRegion
    }

    private static var namespace: String { "http://s3.amazonaws.com/doc/2006-03-01/" }

    private func document(
        _ call: S3Call,
        protectedBy fields: [SignableRequest.Header] = []
    ) async throws -> XMLNode {
        let response = try await fields.isEmpty ? self.send(call) : self.send(call, protectedBy: fields)
        guard let document = XMLNode(parsing: response.body.readableBytesView) else {
            throw S3Failure(
                .unavailable,
                operation: call.operation,
                bucket: call.bucket,
                key: call.key,
                message: "the answer is not an XML document"
            )
        }
        return document
    }

    /// A key of a listing that was encoded for XML: as in forms, a plus sign is a space.
    private static func decodedKey(_ text: String) -> String {
        let spaced = String(text.map { $0 == "+" ? " " : $0 })
        return String(decoding: URIEncoding.decode(spaced), as: UTF8.self)
    }
}
