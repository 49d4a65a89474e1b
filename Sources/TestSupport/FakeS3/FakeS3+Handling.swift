//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AWSSigning
internal import Crypto
internal import NIOCore
internal import Synchronization

extension FakeS3 {
    /// What a refused signature is answered with; a wrong region names the right one if the server is told to.
    func refuse(_ refusal: RequestVerifier.Refusal) -> Reply {
        guard refusal.message == "the region is wrong", let region = self.configuration.region,
            self.configuration.namesRegion
        else { return Reply(error: refusal.status, refusal.code) }
        return Reply(
            error: refusal.status,
            refusal.code,
            [("x-amz-bucket-region", region)],
            inner: "<Region>\(region)</Region>"
        )
    }

    /// Does what a request asks for, properly.
    func handle(_ request: RecordedRequest) -> Reply {
        let query = RequestVerifier.query(request.target.drop { $0 != "?" }.dropFirst())
        let names = Set(query.map(\.name))
        if let refusal = self.refusalOfChecksum(request) ?? self.refusalOfDigests(request) { return refusal }
        let uploadID = query.first { $0.name == "uploadId" }?.value
        switch request.method {
        case "PUT" where names.contains("partNumber"):
            return self.storePart(request, uploadID ?? "", query)
        case "POST" where names.contains("delete"):
            return self.checked(request) ?? self.deleteMany(request)
        case "PUT" where names.contains("tagging"), "PUT" where names.contains("lifecycle"):
            if let refusal = self.checked(request) { return refusal }
            self.state.withLock { $0.documents[request.target] = request.body }
            return Reply(status: 200)
        case "GET" where names.contains("tagging"), "GET" where names.contains("lifecycle"):
            guard let body = self.state.withLock({ $0.documents[request.target] }) else {
                return Reply(error: 404, names.contains("tagging") ? "NoSuchKey" : "NoSuchLifecycleConfiguration")
            }
            return Reply(status: 200, body: body)
        case "PUT":
            return self.put(request)
        case "POST" where names.contains("uploads"):
            return self.createUpload()
        case "POST" where uploadID != nil:
            return self.completeUpload(request, uploadID ?? "")
        case "DELETE" where uploadID != nil:
            self.state.withLock { _ = $0.uploads.removeValue(forKey: uploadID ?? "") }
            return Reply(status: 204)
        case "DELETE":
            self.state.withLock { _ = $0.objects.removeValue(forKey: request.path) }
            return Reply(status: 204)
        case "GET", "HEAD":
            return self.read(request)
        default:
            return Reply(error: 405, "MethodNotAllowed")
        }
    }

    private func put(_ request: RecordedRequest) -> Reply {
        guard self.configuration.permissions.contains(.put) else { return Reply(error: 403, "AccessDenied") }
        if let refusal = self.refusalOfCondition(request) { return refusal }
        return self.store(request.body, at: request.path, onlyIfAbsent: request.header("if-none-match") == "*")
    }

    private func refusalOfCondition(_ request: RecordedRequest) -> Reply? {
        guard let refusal = self.configuration.refusalOfConditions, request.header("if-none-match") != nil else {
            return nil
        }
        return Reply(error: refusal.status, refusal.code)
    }

    /// A store that knows no checksums refuses all that have to do with them.
    private func refusalOfChecksum(_ request: RecordedRequest) -> Reply? {
        guard let refusal = self.configuration.refusalOfChecksums,
            request.headers.contains(where: { $0.name.lowercased().hasPrefix("x-amz-checksum-") })
        else { return nil }
        return Reply(error: refusal.status, refusal.code)
    }

    /// Compares what a request says of its body with what came.
    private func refusalOfDigests(_ request: RecordedRequest) -> Reply? {
        let body = Array(request.body.readableBytesView)
        if let checksum = request.header("x-amz-checksum-sha256"),
            checksum != Base64Text.encode(Array(SHA256.hash(data: body)))
        {
            return Reply(error: 400, "BadDigest")
        }
        if let digest = request.header("content-md5"),
            digest != Base64Text.encode(Array(Insecure.MD5.hash(data: body)))
        {
            return Reply(error: 400, "BadDigest")
        }
        return nil
    }

    /// What AWS answers to an operation that demands a checksum and has none.
    private func checked(_ request: RecordedRequest) -> Reply? {
        if request.header("content-md5") != nil { return nil }
        if self.configuration.demandsMD5 { return Reply(error: 400, "MissingContentMD5") }
        let isProtected = request.headers.contains { field in
            let name = field.name.lowercased()
            return name.hasPrefix("x-amz-checksum-") && name != "x-amz-checksum-algorithm"
        }
        return isProtected ? nil : Reply(error: 400, "InvalidRequest")
    }

    private func deleteMany(_ request: RecordedRequest) -> Reply {
        var rest = Substring(String(buffer: request.body))
        while let start = rest.firstRange(of: "<Key>"), let end = rest.firstRange(of: "</Key>") {
            let key = String(rest[start.upperBound..<end.lowerBound])
            let path = request.path.hasSuffix("/") ? request.path + key : "\(request.path)/\(key)"
            self.state.withLock { _ = $0.objects.removeValue(forKey: path) }
            rest = rest[end.upperBound...]
        }
        return Reply(status: 200, body: ByteBuffer(string: "<DeleteResult></DeleteResult>"))
    }

    private func store(_ body: ByteBuffer, at path: String, onlyIfAbsent: Bool) -> Reply {
        let now = self.configuration.now()
        let isNew = self.state.withLock { state in
            if onlyIfAbsent && state.objects[path] != nil { return false }
            state.objects[path] = StoredObject(body: body, lastModified: now)
            return true
        }
        guard !isNew else { return Reply(status: 200, headers: [("ETag", "\"tag\"")]) }
        let answer = self.configuration.answerToPresent
        return answer.status == 304 ? Reply(status: 304) : Reply(error: answer.status, answer.code)
    }

    private func read(_ request: RecordedRequest) -> Reply {
        guard self.configuration.permissions.contains(.get) else { return Reply(error: 403, "AccessDenied") }
        guard let object = self.state.withLock({ $0.objects[request.path] }) else {
            guard self.configuration.permissions.contains(.list) else { return Reply(error: 403, "AccessDenied") }
            return Reply(error: 404, "NoSuchKey")
        }
        let size = object.body.readableBytes
        var reply = Reply(
            status: 200,
            headers: [
                ("ETag", "\"tag\""),
                ("Last-Modified", HTTPDate.text(secondsSince1970: object.lastModified)),
            ],
            body: object.body
        )
        if request.method == "HEAD" { reply.announcedSize = size }
        if let range = request.header("range")?.dropFirst("bytes=".count).split(separator: "-"),
            let first = range.first.flatMap({ Int($0) }), let last = range.last.flatMap({ Int($0) })
        {
            guard first < size else { return Reply(error: 416, "InvalidRange") }
            let end = min(last + 1, size)
            reply.status = 206
            reply.headers.append(("Content-Range", "bytes \(first)-\(end - 1)/\(size)"))
            reply.body = object.body.getSlice(at: object.body.readerIndex + first, length: end - first) ?? ByteBuffer()
        }
        return reply
    }

    private func createUpload() -> Reply {
        let name = self.state.withLock { state in
            let name = "upload+/=\(state.uploads.count)"
            state.uploads[name] = [:]
            return name
        }
        let xml = "<InitiateMultipartUploadResult><UploadId>\(name)</UploadId></InitiateMultipartUploadResult>"
        return Reply(status: 200, body: ByteBuffer(string: xml))
    }

    private func storePart(
        _ request: RecordedRequest,
        _ uploadID: String,
        _ query: [SignableRequest.QueryItem]
    ) -> Reply {
        guard let number = query.first(where: { $0.name == "partNumber" })?.value.flatMap({ Int($0) }) else {
            return Reply(error: 400, "InvalidArgument")
        }
        let isKnown = self.state.withLock { state in
            guard state.uploads[uploadID] != nil else { return false }
            state.uploads[uploadID]?[number] = request.body
            return true
        }
        return isKnown
            ? Reply(status: 200, headers: [("ETag", "\"part\(number)\"")]) : Reply(error: 404, "NoSuchUpload")
    }

    private func completeUpload(_ request: RecordedRequest, _ uploadID: String) -> Reply {
        if let refusal = self.refusalOfCondition(request) { return refusal }
        guard let parts = self.state.withLock({ $0.uploads[uploadID] }) else {
            return Reply(error: 404, "NoSuchUpload")
        }
        var whole = ByteBuffer()
        for number in parts.keys.sorted() {
            guard var part = parts[number] else { continue }
            whole.writeBuffer(&part)
        }
        let reply = self.store(whole, at: request.path, onlyIfAbsent: request.header("if-none-match") == "*")
        if reply.status == 200 { self.state.withLock { _ = $0.uploads.removeValue(forKey: uploadID) } }
        return reply
    }

    /// The uploads that were begun and neither completed nor aborted.
    public var openUploads: Int { self.state.withLock { $0.uploads.count } }
}
