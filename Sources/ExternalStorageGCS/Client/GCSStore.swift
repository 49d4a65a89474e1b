//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AWSSigning
internal import ExternalStorageCore
internal import Groundwork
internal import NIOCore
internal import NIOHTTP1
internal import StoreHTTP

/// Google Cloud Storage by its JSON API.
struct GCSStore: ObjectStore {
    /// What every written object carries, and who pays.
    struct Options: Sendable, Hashable {
        var userProject: String?
        var kmsKeyName: String?
        var storageClass: String?
    }

    let client: StoreHTTPClient<GCSService>
    let options: Options

    /// The size of the chunks in which streamed content is read, in bytes.
    private static let chunkSize = 4 * 1024 * 1024

    func place(of object: StoredObjectLocation) -> [(name: String, value: String)] {
        [("bucket", object.container), ("object", object.key), ("endpoint", self.client.service.endpoint.authority)]
    }

    func put(
        _ pieces: [ByteBuffer],
        to object: ObjectPlace,
        onlyIfAbsent: Bool,
        limiter: StorageLimiter
    ) async throws -> PutOutcome {
        var checksum = CRC32C()
        for piece in pieces { checksum.add(piece) }
        let upload = MultipartUpload(metadata: self.metadata(object) + [("crc32c", checksum.base64)])
        var call = self.insertion(of: object, upload, onlyIfAbsent: onlyIfAbsent)
        call.body = .pieces([upload.prefix] + pieces + [upload.suffix])
        return try await limiter.withPermit { try await self.client.send(call).status == 412 }
            ? .alreadyPresent : .written
    }

    /// Reads the payload as it is sent, in one request: the object is there when all of it was sent, or not at all.
    ///
    /// The store's checksum is compared with what was sent; an object that differs is removed again.
    func put(
        _ payload: StreamedPayload,
        to object: ObjectPlace,
        onlyIfAbsent: Bool,
        limiter: StorageLimiter
    ) async throws -> PutOutcome {
        let upload = MultipartUpload(metadata: self.metadata(object))
        let body = StreamedUpload(
            upload: upload,
            payload: payload,
            chunkSize: Self.chunkSize,
            checksum: StreamedUpload.Checksum()
        )
        var call = self.insertion(of: object, upload, onlyIfAbsent: onlyIfAbsent)
        call.body = .stream(sizeInBytes: upload.sizeInBytes(content: payload.sizeInBytes)) { body }
        let answer = try await limiter.withPermit { [call] in try await self.client.send(call) }
        guard answer.status != 412 else { return .alreadyPresent }
        let resource = try? JSONValue(parsing: answer.body.readableBytesView)
        guard let written = resource?["crc32c"]?.string, written != body.checksum.value.base64 else { return .written }
        if let generation = resource?["generation"]?.string {
            _ = try await limiter.withPermit { try await self.delete(object.location, ifVersion: generation) }
        }
        throw StoreFailure(
            .corrupted,
            operation: call.operation,
            place: call.place,
            message: "the store received crc32c \(written), \(body.checksum.value.base64) was sent",
            advice: "The bytes arrived damaged; if it persists, look at proxies between here and the store"
        )
    }

    func get(_ object: StoredObjectLocation, _ reading: ObjectReading) async throws -> ObjectPart {
        try await self.client.read(
            self.call("objects.get", "GET", object, query: [("alt", "media")]),
            reading,
            header: "Range"
        )
    }

    func info(_ object: StoredObjectLocation) async throws -> ObjectInfo? {
        var call = self.call("objects.get", "GET", object, query: [("fields", "generation,timeCreated,size")])
        call.acceptedStatuses = [404]
        let answer = try await self.client.send(call)
        guard answer.status != 404 else { return nil }
        return try Self.info(Self.resource(answer, call), call)
    }

    func list(_ bucket: String, prefix: String, continuation: String?) async throws -> ObjectListing {
        var call = self.call(bucket: bucket)
        call.query += [
            ("prefix", prefix), ("maxResults", "1000"),
            ("fields", "items(name,generation,timeCreated,size),nextPageToken"),
        ]
        if let continuation { call.query.append(("pageToken", continuation)) }
        // A thousand names of a thousand bytes, each of which JSON may spell in six.
        call.maximumAnswerSize = 8 * 1024 * 1024
        let page = try Self.resource(await self.client.send(call), call)
        var entries: [(name: String, info: ObjectInfo)] = []
        for item in page["items"]?.elements ?? [] {
            guard let name = item["name"]?.string else { throw StoreFailure.incomprehensible(call, "name") }
            entries.append((name, try Self.info(item, call)))
        }
        let next = page["nextPageToken"]?.string
        return ObjectListing(entries: entries, continuation: next.flatMap { $0.isEmpty ? nil : $0 })
    }

    func delete(_ object: StoredObjectLocation, ifVersion version: String) async throws -> StoredObjectDeletion {
        var call = self.call("objects.delete", "DELETE", object, query: [("ifGenerationMatch", version)])
        call.acceptedStatuses = [404, 412]
        return switch try await self.client.send(call).status {
        case 404: .missing
        case 412: .changed
        default: .deleted
        }
    }

    func time(_ bucket: String) async throws -> Int64? {
        var call = self.call(bucket: bucket)
        call.query += [("maxResults", "1"), ("fields", "nextPageToken")]
        let date = try await self.client.send(call).headers.first(name: "Date")
        return date.flatMap { SigningTime(httpDate: $0)?.secondsSince1970 }
    }

    static func resource(_ answer: StoreAnswer, _ call: StoreCall) throws(StoreFailure) -> JSONValue {
        guard let resource = try? JSONValue(parsing: answer.body.readableBytesView), resource.members != nil else {
            throw StoreFailure.incomprehensible(call, "JSON object")
        }
        return resource
    }

    private static func info(_ resource: JSONValue, _ call: StoreCall) throws(StoreFailure) -> ObjectInfo {
        guard let generation = resource["generation"]?.string, !generation.isEmpty else {
            throw StoreFailure.incomprehensible(call, "generation")
        }
        guard let size = resource["size"]?.string.flatMap({ Int($0) }), size >= 0 else {
            throw StoreFailure.incomprehensible(call, "size")
        }
        return ObjectInfo(
            sizeInBytes: size,
            lastModified: (resource["timeCreated"]?.string).flatMap { SigningTime(rfc3339: $0)?.secondsSince1970 },
            version: generation
        )
    }

    private func call(bucket: String) -> StoreCall {
        var call = StoreCall(
            "objects.list",
            "GET",
            path: GCSEndpoint.path(bucket: bucket),
            place: [("bucket", bucket), ("endpoint", self.client.service.endpoint.authority)]
        )
        if let project = self.options.userProject { call.query.append(("userProject", project)) }
        return call
    }

    func call(
        _ operation: String,
        _ method: String,
        _ object: StoredObjectLocation,
        query: [(name: String, value: String?)]
    ) -> StoreCall {
        var call = StoreCall(
            operation,
            method,
            path: GCSEndpoint.path(bucket: object.container, object: object.key),
            place: self.place(of: object)
        )
        call.query = query
        if let project = self.options.userProject { call.query.append(("userProject", project)) }
        return call
    }

    private func metadata(_ object: ObjectPlace) -> [(name: String, value: String)] {
        var metadata = [(name: "name", value: object.name), ("contentType", "application/octet-stream")]
        if let storageClass = self.options.storageClass { metadata.append(("storageClass", storageClass)) }
        return metadata
    }

    private func insertion(of object: ObjectPlace, _ upload: MultipartUpload, onlyIfAbsent: Bool) -> StoreCall {
        var call = self.call("objects.insert", "POST", object.location, query: [("uploadType", "multipart")])
        call.path = "/upload" + GCSEndpoint.path(bucket: object.bucket)
        if onlyIfAbsent {
            call.query.append(("ifGenerationMatch", "0"))
            call.acceptedStatuses = [412]
        }
        if let key = self.options.kmsKeyName { call.query.append(("kmsKeyName", key)) }
        call.headers = [("Content-Type", upload.contentType)]
        return call
    }
}
