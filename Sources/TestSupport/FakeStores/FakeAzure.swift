//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import Crypto
internal import Foundation
internal import Groundwork
public import NIOCore
internal import Synchronization

/// Azure Blob Storage as far as a driver and the official clients use it, in memory.
///
/// Shared keys and shared access signatures are verified from the request as it came, written after the service's
/// documentation and apart from the code that is tested. It is to be trusted as far as clients of Microsoft's pass it.
public final class FakeAzure: Sendable {
    /// What is kept of a blob.
    public struct Blob: Sendable, Hashable {
        /// The content.
        public var body: ByteBuffer
        /// Changes with every write.
        public var entityTag: String
        /// When it was written, as HTTP has it.
        public var lastModified: String
        /// What came with it.
        public var contentType: String
        /// Its index tags; a write begins anew.
        public var tags: [String: String] = [:]
    }

    struct State {
        var containers: Set<String>
        /// By `container/name`.
        var blobs: [String: Blob] = [:]
        /// Blocks that are no blob yet, by `container/name` and then by their names.
        var blocks: [String: [String: ByteBuffer]] = [:]
        var writes = 0
        var faults: [@Sendable (LoopbackServer.Request, LoopbackServer.Reply) -> LoopbackServer.Reply?] = []
        var tokens: Set<String> = []
        var lastModified = "Sun, 29 Nov 2026 10:00:00 GMT"
        var clock: (@Sendable () -> String)?
    }

    let state: Mutex<State>
    private let verifier: AzureRequestVerifier
    private let pageSize: Int

    /// - Parameters:
    ///   - containers: The containers there are.
    ///   - account: The account's name; the first segment of all paths.
    ///   - key: Its key in Base64.
    ///   - pageSize: The most blobs of a page of a listing.
    public init(containers: Set<String> = ["payloads"], account: String, key: String, pageSize: Int = 3) {
        self.pageSize = pageSize
        self.state = Mutex(State(containers: containers))
        self.verifier = AzureRequestVerifier(account: account, key: Data(base64Encoded: key) ?? Data())
    }

    /// By `container/name`.
    public var blobs: [String: Blob] { self.state.withLock { $0.blobs } }

    /// How many blobs have blocks that were never made one.
    public var blobsWithLooseBlocks: Int { self.state.withLock { $0.blocks.count } }

    /// Accepts these tokens alone from now on.
    public func accept(tokens: Set<String>) {
        self.state.withLock { $0.tokens = tokens }
    }

    /// Dates blobs from now on.
    public func date(blobs time: String) {
        self.state.withLock { $0.lastModified = time }
    }

    /// Dates blobs and answers by a clock from now on, which tells the time as HTTP has it.
    public func date(by clock: @escaping @Sendable () -> String) {
        self.state.withLock { $0.clock = clock }
    }

    private var date: String { self.state.withLock { $0.clock }?() ?? "Sun, 29 Nov 2026 10:00:10 GMT" }

    /// Changes the content of a blob behind everybody's back.
    public func replace(_ name: String, with body: ByteBuffer) {
        self.state.withLock { $0.blobs[name]?.body = body }
    }

    /// Writes a blob again behind everybody's back, with the same content.
    public func rewrite(_ name: String) {
        self.state.withLock { state in
            state.writes += 1
            state.blobs[name]?.entityTag = "\"0x8DC\(state.writes)\""
            state.blobs[name]?.tags = [:]
        }
    }

    /// Gives a blob tags.
    public func tag(_ name: String, _ tags: [String: String]) {
        self.state.withLock { $0.blobs[name]?.tags = tags }
    }

    /// Removes a blob.
    public func remove(_ name: String) {
        self.state.withLock { _ = $0.blobs.removeValue(forKey: name) }
    }

    /// Changes the answer to the next request that it wants to: the proper one comes in, nil leaves it to others.
    public func next(
        _ fault: @escaping @Sendable (LoopbackServer.Request, LoopbackServer.Reply) -> LoopbackServer.Reply?
    ) {
        self.state.withLock { $0.faults.append(fault) }
    }

    /// Answers the next request of a method with an error, without doing anything.
    public func fail(_ method: String, _ status: Int, _ code: String, headers: [(name: String, value: String)] = []) {
        self.instead(method) {
            var reply = Self.error(status, code)
            reply.headers += headers
            return reply
        }
    }

    /// Answers the next request of a method otherwise, without doing anything.
    public func instead(_ method: String, _ reply: @escaping @Sendable () -> LoopbackServer.Reply) {
        self.next { request, _ in request.method == method ? reply() : nil }
    }

    /// Runs a server of this store.
    public func run<Result>(_ body: (LoopbackServer) async throws -> Result) async throws -> Result {
        try await LoopbackServer.run({ self.answer($0) }, body)
    }

    private func answer(_ request: LoopbackServer.Request) -> LoopbackServer.Reply {
        let (before, faults) = self.state.withLock { ($0, $0.faults) }
        var proper = self.handle(request)
        proper.headers.append(("Date", self.date))
        for (index, fault) in faults.enumerated() {
            guard let reply = fault(request, proper) else { continue }
            self.state.withLock { state in
                state.faults.remove(at: index)
                // An error is said instead of doing it.
                if reply.status >= 400, reply.fault == nil {
                    state.blobs = before.blobs
                    state.blocks = before.blocks
                }
            }
            return reply
        }
        return proper
    }

    static func error(_ status: Int, _ code: String, _ message: String = "said by the fake") -> LoopbackServer.Reply {
        LoopbackServer.Reply(
            status,
            headers: [
                ("x-ms-error-code", code), ("x-ms-request-id", "fake-request"), ("Content-Type", "application/xml"),
            ],
            body: ByteBuffer(
                string: "\u{FEFF}<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>\(code)</Code>"
                    + "<Message>\(message)\nRequestId:fake-request</Message></Error>"
            )
        )
    }

    private func handle(_ request: LoopbackServer.Request) -> LoopbackServer.Reply {
        do {
            try self.verifier.verify(request, tokens: self.state.withLock { $0.tokens })
        } catch {
            return Self.error(error.status, error.code, error.message)
        }
        guard request.header("x-ms-version") != nil else { return Self.error(400, "MissingRequiredHeader") }
        let query = AzureRequestVerifier.query(request.query)
        let segments = request.path.split(separator: "/", maxSplits: 2).map {
            String(decoding: PercentEncoding.decode($0), as: UTF8.self)
        }
        guard segments.count >= 2 else { return Self.error(400, "InvalidUri") }
        let container = segments[1]
        if query["restype"] == "container" { return self.container(request, container, query) }
        guard segments.count == 3 else { return Self.error(400, "InvalidUri") }
        guard self.state.withLock({ $0.containers.contains(container) }) else {
            return Self.error(404, "ContainerNotFound")
        }
        let name = "\(container)/\(segments[2])"
        switch (request.method, query["comp"]) {
        case ("PUT", "block"): return self.putBlock(request, name, query["blockid"] ?? "")
        case ("PUT", "blocklist"): return self.putBlockList(request, name)
        case ("GET", "tags"), ("PUT", "tags"): return self.tags(request, name)
        case ("PUT", nil): return self.putBlob(request, name)
        case ("GET", nil), ("HEAD", nil), ("DELETE", nil): return self.existing(request, name)
        default: return Self.error(400, "UnsupportedQueryParameter")
        }
    }

    private func container(
        _ request: LoopbackServer.Request,
        _ container: String,
        _ query: [String: String]
    ) -> LoopbackServer.Reply {
        switch (request.method, query["comp"]) {
        case ("PUT", nil):
            let isNew = self.state.withLock { $0.containers.insert(container).inserted }
            return isNew ? LoopbackServer.Reply(201) : Self.error(409, "ContainerAlreadyExists")
        case ("GET", nil), ("HEAD", nil):
            let isThere = self.state.withLock { $0.containers.contains(container) }
            let headers = [
                (name: "ETag", value: "\"0x1\""), (name: "Last-Modified", value: "Sun, 29 Nov 2026 10:00:00 GMT"),
            ]
            return isThere ? LoopbackServer.Reply(200, headers: headers) : Self.error(404, "ContainerNotFound")
        case ("GET", "list"):
            guard self.state.withLock({ $0.containers.contains(container) }) else {
                return Self.error(404, "ContainerNotFound")
            }
            return self.list(container, query)
        default: return Self.error(400, "UnsupportedQueryParameter")
        }
    }

    private func list(_ container: String, _ query: [String: String]) -> LoopbackServer.Reply {
        let start = "\(container)/\(query["prefix"] ?? "")"
        let names = self.blobs.keys.filter { $0.hasPrefix(start) && $0 > query["marker"] ?? "" }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let page = names.prefix(min(self.pageSize, query["maxresults"].flatMap { Int($0) } ?? 5000))
        var xml = "<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults ContainerName=\"\(container)\"><Blobs>"
        for name in page {
            guard let blob = self.blobs[name] else { continue }
            xml += """
                <Blob><Name>\(XMLText.escaped(String(name.dropFirst(container.count + 1))))</Name><Properties>
                <Last-Modified>\(blob.lastModified)</Last-Modified>
                <Etag>\(blob.entityTag.filter { $0 != "\"" })</Etag>
                <Content-Length>\(blob.body.readableBytes)</Content-Length>
                <Content-Type>\(blob.contentType)</Content-Type><BlobType>BlockBlob</BlobType></Properties></Blob>
                """
        }
        let next = page.count < names.count ? page.last ?? "" : ""
        xml += "</Blobs><NextMarker>\(XMLText.escaped(next))</NextMarker></EnumerationResults>"
        return LoopbackServer.Reply(
            200,
            headers: [("Content-Type", "application/xml")],
            body: ByteBuffer(string: "\u{FEFF}\(xml)")
        )
    }

    /// The refusal of a body that is not what its checksum says.
    private static func mismatch(_ request: LoopbackServer.Request) -> LoopbackServer.Reply? {
        guard let sent = request.header("Content-MD5") else { return nil }
        let computed = Data(Insecure.MD5.hash(data: Data(request.body.readableBytesView))).base64EncodedString()
        return sent == computed ? nil : Self.error(400, "Md5Mismatch")
    }

    private func putBlob(_ request: LoopbackServer.Request, _ name: String) -> LoopbackServer.Reply {
        guard request.header("x-ms-blob-type") == "BlockBlob" else { return Self.error(400, "MissingRequiredHeader") }
        return Self.mismatch(request)
            ?? self.write(request, name, request.body, type: request.header("Content-Type") ?? "")
    }

    private func putBlock(_ request: LoopbackServer.Request, _ name: String, _ id: String) -> LoopbackServer.Reply {
        if let refusal = Self.mismatch(request) { return refusal }
        guard let decoded = Data(base64Encoded: id), (1...64).contains(decoded.count) else {
            return Self.error(400, "InvalidQueryParameterValue")
        }
        return self.state.withLock { state in
            let others = state.blocks[name] ?? [:]
            // All names of one blob's blocks have the same length.
            guard others.keys.allSatisfy({ $0.utf8.count == id.utf8.count }) else {
                return Self.error(400, "InvalidBlobOrBlock")
            }
            state.blocks[name, default: [:]][id] = request.body
            return LoopbackServer.Reply(201)
        }
    }

    private func putBlockList(_ request: LoopbackServer.Request, _ name: String) -> LoopbackServer.Reply {
        if let refusal = Self.mismatch(request) { return refusal }
        guard let list = XMLNode(parsing: request.body.readableBytesView), list.name == "BlockList" else {
            return Self.error(400, "InvalidXmlDocument")
        }
        let blocks = self.state.withLock { $0.blocks[name] ?? [:] }
        var body = ByteBuffer()
        for block in list.children {
            guard let bytes = blocks[block.text] else {
                if let refusal = self.refusal(request, name) { return refusal }
                return Self.error(400, "InvalidBlockList")
            }
            body.writeImmutableBuffer(bytes)
        }
        let reply = self.write(request, name, body, type: request.header("x-ms-blob-content-type") ?? "")
        if reply.status == 201 { self.state.withLock { _ = $0.blocks.removeValue(forKey: name) } }
        return reply
    }

    private func refusal(_ request: LoopbackServer.Request, _ name: String) -> LoopbackServer.Reply? {
        let isThere = self.blobs[name] != nil
        return request.header("If-None-Match") == "*" && isThere ? Self.error(409, "BlobAlreadyExists") : nil
    }

    private func write(
        _ request: LoopbackServer.Request,
        _ name: String,
        _ body: ByteBuffer,
        type: String
    ) -> LoopbackServer.Reply {
        self.state.withLock { state in
            if request.header("If-None-Match") == "*", state.blobs[name] != nil {
                return Self.error(409, "BlobAlreadyExists")
            }
            state.writes += 1
            let blob = Blob(
                body: body,
                entityTag: "\"0x8DC\(state.writes)\"",
                lastModified: state.clock?() ?? state.lastModified,
                contentType: type
            )
            state.blobs[name] = blob
            return LoopbackServer.Reply(
                201,
                headers: [
                    ("ETag", blob.entityTag), ("Last-Modified", blob.lastModified),
                    ("x-ms-request-server-encrypted", "true"),
                ]
            )
        }
    }

    /// Reads or replaces index tags, which changes neither the entity tag nor the time.
    private func tags(_ request: LoopbackServer.Request, _ name: String) -> LoopbackServer.Reply {
        guard let blob = self.blobs[name] else { return Self.error(404, "BlobNotFound") }
        guard request.method == "PUT" else {
            let tags = blob.tags.sorted { $0.key < $1.key }.map { key, value in
                XMLNode(name: "Tag", children: [XMLNode(name: "Key", text: key), XMLNode(name: "Value", text: value)])
            }
            let list = XMLNode(name: "Tags", children: [XMLNode(name: "TagSet", children: tags)])
            let body = ByteBuffer(string: "\u{FEFF}<?xml version=\"1.0\" encoding=\"utf-8\"?>\(list.xml)")
            return LoopbackServer.Reply(200, headers: [("Content-Type", "application/xml")], body: body)
        }
        if let refusal = Self.mismatch(request) { return refusal }
        guard let list = XMLNode(parsing: request.body.readableBytesView), list.name == "Tags", let set = list["TagSet"]
        else { return Self.error(400, "InvalidXmlDocument") }
        let tags = set.all("Tag").map { ($0["Key"]?.text ?? "", $0["Value"]?.text ?? "") }
        guard tags.count <= 10, tags.allSatisfy({ (1...128).contains($0.0.utf8.count) && $0.1.utf8.count <= 256 })
        else { return Self.error(400, "InvalidTag") }
        return self.state.withLock { state in
            state.blobs[name]?.tags = Dictionary(tags) { $1 }
            return LoopbackServer.Reply(204)
        }
    }

    private func existing(_ request: LoopbackServer.Request, _ name: String) -> LoopbackServer.Reply {
        guard let blob = self.blobs[name] else {
            var reply = Self.error(404, "BlobNotFound")
            if request.method == "HEAD" { reply.body = ByteBuffer() }
            return reply
        }
        if let tag = request.header("If-Match"), tag != blob.entityTag { return Self.error(412, "ConditionNotMet") }
        if request.method == "DELETE" {
            self.remove(name)
            return LoopbackServer.Reply(202)
        }
        var headers = [
            (name: "ETag", value: blob.entityTag), (name: "Last-Modified", value: blob.lastModified),
            (name: "Content-Type", value: blob.contentType), (name: "x-ms-blob-type", value: "BlockBlob"),
            (name: "Accept-Ranges", value: "bytes"),
        ]
        let size = blob.body.readableBytes
        let range = (request.header("x-ms-range") ?? request.header("Range"))?.dropFirst("bytes=".count)
            .split(separator: "-").map { Int($0) ?? 0 }
        guard request.method == "GET", let range, let first = range.first else {
            return LoopbackServer.Reply(200, headers: headers, body: blob.body)
        }
        guard first < size else {
            var reply = Self.error(416, "InvalidRange")
            reply.headers.append(("Content-Range", "bytes */\(size)"))
            return reply
        }
        let last = min(range.count > 1 ? range[1] : size - 1, size - 1)
        headers.append(("Content-Range", "bytes \(first)-\(last)/\(size)"))
        return LoopbackServer.Reply(
            206,
            headers: headers,
            body: blob.body.getSlice(at: blob.body.readerIndex + first, length: last - first + 1) ?? ByteBuffer()
        )
    }
}
