//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import CredentialExchange
internal import Crypto
internal import ExternalStorageCore
internal import Groundwork
internal import NIOCore
internal import NIOHTTP1
internal import StoreHTTP

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Azure Blob Storage by its REST interface.
struct AzureStore: ObjectStore {
    /// How blobs are written.
    struct Options: Sendable, Hashable {
        var accessTier: String?
        var encryptionScope: String?
        /// From this size on, in bytes, blobs are written in blocks; nil for never, if they are in memory.
        var blockThresholdInBytes: Int?
        var blockSizeInBytes: Int
        /// How many blocks of a streamed payload are on their way at a time.
        var streamedBlocksAtATime: Int
    }

    let client: StoreHTTPClient<AzureService>
    let options: Options

    func place(of object: StoredObjectLocation) -> [(name: String, value: String)] {
        self.place(container: object.container, blob: object.key)
    }

    private func place(container: String, blob: String?) -> [(name: String, value: String)] {
        let endpoint = self.client.service.endpoint
        return [("account", endpoint.account), ("container", container)] + (blob.map { [("blob", $0)] } ?? [])
            + [("endpoint", endpoint.url.authority)]
    }

    func put(
        _ pieces: [ByteBuffer],
        to object: ObjectPlace,
        onlyIfAbsent: Bool,
        limiter: StorageLimiter
    ) async throws -> PutOutcome {
        let size = pieces.reduce(0) { $0 + $1.readableBytes }
        if let threshold = self.options.blockThresholdInBytes, size >= threshold {
            // Finding out at the end would have cost the whole upload.
            if onlyIfAbsent, try await self.isThere(object, limiter) { return .alreadyPresent }
            let blocks = try await self.putBlocks(of: pieces, object, limiter)
            return try await self.commit(blocks, to: object, onlyIfAbsent: onlyIfAbsent, limiter)
        }
        var call = self.call("Put Blob", "PUT", object.location)
        call.headers = self.blobHeaders + [("x-ms-blob-type", "BlockBlob"), ("Content-Type", Self.contentType)]
        call.setBody(pieces)
        return try await self.write(call, object, sizeInBytes: size, onlyIfAbsent: onlyIfAbsent, limiter)
    }

    /// Sends blocks as they are read, a few at a time; the blob appears when all of it was read, or not at all.
    ///
    /// Blocks that were never made a blob vanish after a week, and nobody sees them.
    func put(
        _ payload: StreamedPayload,
        to object: ObjectPlace,
        onlyIfAbsent: Bool,
        limiter: StorageLimiter
    ) async throws -> PutOutcome {
        // A blob has at most 50,000 blocks.
        let size = max(self.options.blockSizeInBytes, (payload.sizeInBytes + 49_999) / 50_000)
        guard payload.sizeInBytes > size else {
            return try await self.put(payload.load().pieces, to: object, onlyIfAbsent: onlyIfAbsent, limiter: limiter)
        }
        let count = try await withThrowingTaskGroup(of: Void.self) { group in
            var count = 0
            for try await chunk in payload.chunks(ofSize: size) {
                if count >= self.options.streamedBlocksAtATime { _ = try await group.next() }
                let id = Self.blockID(count, of: object)
                group.addTask { try await self.putBlock([chunk], id, object, limiter) }
                count += 1
            }
            try await group.waitForAll()
            return count
        }
        let blocks = (0..<count).map { Self.blockID($0, of: object) }
        return try await self.commit(blocks, to: object, onlyIfAbsent: onlyIfAbsent, limiter)
    }

    func get(_ object: StoredObjectLocation, _ reading: ObjectReading) async throws -> ObjectPart {
        try await self.client.read(self.call("Get Blob", "GET", object), reading, header: "x-ms-range")
    }

    func info(_ object: StoredObjectLocation) async throws -> ObjectInfo? {
        var call = self.call("Get Blob Properties", "HEAD", object)
        call.acceptedStatuses = [404]
        let answer = try await self.client.send(call)
        guard answer.status != 404 else { return nil }
        return try Self.info(
            size: answer.headers.first(name: "Content-Length"),
            time: answer.headers.first(name: "Last-Modified"),
            tag: answer.headers.first(name: "ETag"),
            call
        )
    }

    func list(_ container: String, prefix: String, continuation: String?) async throws -> ObjectListing {
        var call = self.call(listing: container)
        call.query += [("prefix", prefix), ("maxresults", "1000")]
        if let continuation { call.query.append(("marker", continuation)) }
        // A thousand names of a thousand bytes, and of everything else about as much again.
        call.maximumAnswerSize = 8 * 1024 * 1024
        let answer = try await self.client.send(call)
        var bytes = Array(answer.body.readableBytesView)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        guard let page = XMLNode(parsing: bytes), page.name == "EnumerationResults", let blobs = page["Blobs"] else {
            throw StoreFailure.incomprehensible(call, "listing")
        }
        let entries = try blobs.children.map { blob in
            guard blob.name == "Blob", let name = blob["Name"]?.text, !name.isEmpty else {
                throw StoreFailure.incomprehensible(call, "name")
            }
            let properties = blob["Properties"]
            return (
                name: name,
                info: try Self.info(
                    size: properties?["Content-Length"]?.text,
                    time: properties?["Last-Modified"]?.text,
                    tag: properties?["Etag"]?.text,
                    call
                )
            )
        }
        let next = page["NextMarker"]?.text ?? ""
        return ObjectListing(entries: entries, continuation: next.isEmpty ? nil : next)
    }

    func delete(_ object: StoredObjectLocation, ifVersion version: String) async throws -> StoredObjectDeletion {
        var call = self.call("Delete Blob", "DELETE", object)
        call.headers = [("If-Match", "\"\(version)\"")]
        call.acceptedStatuses = [404, 412]
        return switch try await self.client.send(call).status {
        case 404: .missing
        case 412: .changed
        default: .deleted
        }
    }

    func time(_ container: String) async throws -> Int64? {
        var call = self.call(listing: container)
        call.query.append(("maxresults", "1"))
        return try await self.client.send(call).headers.first(name: "Date").flatMap { HTTPDate.secondsSince1970($0) }
    }
}

extension AzureStore {
    private static let contentType = "application/octet-stream"

    func call(_ operation: String, _ method: String, _ object: StoredObjectLocation) -> StoreCall {
        StoreCall(
            operation,
            method,
            path: AzureEndpoint.path(container: object.container, blob: object.key),
            place: self.place(of: object)
        )
    }

    private func call(listing container: String) -> StoreCall {
        var call = StoreCall(
            "List Blobs",
            "GET",
            path: AzureEndpoint.path(container: container),
            place: self.place(container: container, blob: nil)
        )
        call.query = [("restype", "container"), ("comp", "list")]
        return call
    }

    /// Listings have tags without the quotation marks that headers have around them.
    private static func info(
        size: String?,
        time: String?,
        tag: String?,
        _ call: StoreCall
    ) throws(StoreFailure) -> ObjectInfo {
        guard let tag = tag?.filter({ $0 != "\"" }), !tag.isEmpty else {
            throw StoreFailure.incomprehensible(call, "entity tag")
        }
        guard let size = size.flatMap({ Int($0) }), size >= 0 else {
            throw StoreFailure.incomprehensible(call, "size")
        }
        return ObjectInfo(
            sizeInBytes: size,
            lastModified: time.flatMap { HTTPDate.secondsSince1970($0) },
            version: tag
        )
    }

    /// What every written blob carries.
    private var blobHeaders: [(name: String, value: String)] {
        var headers: [(name: String, value: String)] = []
        if let tier = self.options.accessTier { headers.append(("x-ms-access-tier", tier)) }
        if let scope = self.options.encryptionScope { headers.append(("x-ms-encryption-scope", scope)) }
        return headers
    }

    private func isThere(_ object: ObjectPlace, _ limiter: StorageLimiter) async throws -> Bool {
        do {
            return try await limiter.withPermit { try await self.info(object.location) } != nil
        } catch let failure as StoreFailure where failure.kind == .forbidden {
            // Whoever may only create cannot ask.
            return false
        }
    }

    /// Sends a request that makes a blob.
    private func write(
        _ call: StoreCall,
        _ object: ObjectPlace,
        sizeInBytes: Int?,
        onlyIfAbsent: Bool,
        _ limiter: StorageLimiter
    ) async throws -> PutOutcome {
        var call = call
        if onlyIfAbsent {
            call.headers.append(("If-None-Match", "*"))
            call.acceptedStatuses = [409, 412]
        }
        do {
            let status = try await limiter.withPermit { [call] in try await self.client.send(call).status }
            return status == 409 || status == 412 ? .alreadyPresent : .written
        } catch let failure as StoreFailure where Self.mayMeanPresent.contains(failure.code ?? "") {
            // Leased, or its blocks were made a blob by another writer: then it is there.
            let info = try await limiter.withPermit { try await self.info(object.location) }
            guard onlyIfAbsent, let info, sizeInBytes == nil || info.sizeInBytes == sizeInBytes else { throw failure }
            return .alreadyPresent
        }
    }

    private static let mayMeanPresent: Set<String> = ["InvalidBlockList", "LeaseIdMissing"]

    /// The name of a block; the same for all writers of the same content, which therefore do not disturb each other.
    private static func blockID(_ index: Int, of object: ObjectPlace) -> String {
        let number = String(index)
        let zeros = String(repeating: "0", count: 6 - number.utf8.count)
        let text = "\(object.digest.hexadecimal.prefix(40))-\(zeros)\(number)"
        return Data(text.utf8).base64EncodedString()
    }

    /// Sends all blocks at the same time under the limiter.
    private func putBlocks(
        of pieces: [ByteBuffer],
        _ object: ObjectPlace,
        _ limiter: StorageLimiter
    ) async throws -> [String] {
        let size = self.options.blockSizeInBytes
        let total = pieces.reduce(0) { $0 + $1.readableBytes }
        let starts = Array(stride(from: 0, to: total, by: size))
        try await withThrowingDiscardingTaskGroup { group in
            for (index, start) in starts.enumerated() {
                group.addTask {
                    let block = Self.part(of: pieces, start..<min(start + size, total))
                    try await self.putBlock(block, Self.blockID(index, of: object), object, limiter)
                }
            }
        }
        return starts.indices.map { Self.blockID($0, of: object) }
    }

    /// Some of the bytes of pieces that follow each other, without a copy.
    private static func part(of pieces: [ByteBuffer], _ range: Range<Int>) -> [ByteBuffer] {
        var (part, start): ([ByteBuffer], Int) = ([], 0)
        for piece in pieces {
            let wanted = range.clamped(to: start..<(start + piece.readableBytes))
            let index = piece.readerIndex + wanted.lowerBound - start
            if !wanted.isEmpty, let slice = piece.getSlice(at: index, length: wanted.count) { part.append(slice) }
            start += piece.readableBytes
        }
        return part
    }

    private func putBlock(
        _ block: [ByteBuffer],
        _ id: String,
        _ object: ObjectPlace,
        _ limiter: StorageLimiter
    ) async throws {
        var call = self.call("Put Block", "PUT", object.location)
        call.query = [("comp", "block"), ("blockid", id)]
        if let scope = self.options.encryptionScope { call.headers.append(("x-ms-encryption-scope", scope)) }
        call.setBody(block)
        _ = try await limiter.withPermit { [call] in try await self.client.send(call) }
    }

    private func commit(
        _ blocks: [String],
        to object: ObjectPlace,
        onlyIfAbsent: Bool,
        _ limiter: StorageLimiter
    ) async throws -> PutOutcome {
        var xml = "<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>"
        for block in blocks { xml += "<Latest>\(block)</Latest>" }
        xml += "</BlockList>"
        var call = self.call("Put Block List", "PUT", object.location)
        call.query = [("comp", "blocklist")]
        call.headers =
            self.blobHeaders + [
                ("x-ms-blob-content-type", Self.contentType), ("Content-Type", "application/xml"),
            ]
        call.setBody([ByteBuffer(string: xml)])
        return try await self.write(call, object, sizeInBytes: nil, onlyIfAbsent: onlyIfAbsent, limiter)
    }
}

extension StoreCall {
    /// Sends bytes, with the checksum that the store verifies.
    mutating func setBody(_ pieces: [ByteBuffer]) {
        var hash = Insecure.MD5()
        for piece in pieces {
            unsafe piece.withUnsafeReadableBytes { unsafe hash.update(bufferPointer: $0) }
        }
        self.headers.append(("Content-MD5", Data(hash.finalize()).base64EncodedString()))
        self.body = .pieces(pieces)
    }
}
