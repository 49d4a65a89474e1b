//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import CExternalStorageCRC32C
internal import Foundation
internal import Groundwork
public import NIOCore
internal import Synchronization

/// The few operations of Google Cloud Storage's JSON API that a driver uses, in memory.
///
/// For what fake-gcs-server does not do: tokens, checksums, faults on command.
public final class FakeGCS: Sendable {
    /// What is kept of an object.
    public struct Object: Sendable, Hashable {
        /// The content.
        public var body: ByteBuffer
        /// Changes with every write.
        public var generation: Int
        /// When it was written, as the API says it.
        public var timeCreated: String
        /// What came with it.
        public var contentType: String
        /// What was noted at it since, by name; a write begins anew.
        public var metadata: [String: String] = [:]
    }

    private struct State {
        /// By the bytes of `bucket/name`: texts that look the same are different names.
        var objects: [[UInt8]: Object] = [:]
        var generation = 1_700_000_000_000_000
        var faults: [@Sendable (LoopbackServer.Request, LoopbackServer.Reply) -> LoopbackServer.Reply?] = []
        var tokens: Set<String>?
        var timeCreated = "2026-11-29T10:00:00.123Z"
    }

    private let state = Mutex(State())
    private let buckets: Set<String>

    private let pageSize: Int

    /// - Parameters:
    ///   - buckets: The buckets there are.
    ///   - pageSize: The most objects of a page of a listing.
    public init(buckets: Set<String> = ["payloads"], pageSize: Int = 3) {
        self.buckets = buckets
        self.pageSize = pageSize
    }

    /// By `bucket/name`; of names that look the same, one.
    public var objects: [String: Object] {
        Dictionary(self.all.map { (String(decoding: $0.key, as: UTF8.self), $0.value) }) { first, _ in first }
    }

    private var all: [[UInt8]: Object] { self.state.withLock { $0.objects } }

    /// Whether there is an object of this very name, `bucket/name`.
    public func has(_ name: String) -> Bool { self.all[Array(name.utf8)] != nil }

    /// Accepts these tokens alone from now on; nil for requests without any.
    public func accept(tokens: Set<String>?) {
        self.state.withLock { $0.tokens = tokens }
    }

    /// Dates objects from now on.
    public func date(objects time: String) {
        self.state.withLock { $0.timeCreated = time }
    }

    /// Changes the content of an object behind everybody's back.
    public func replace(_ name: String, with body: ByteBuffer) {
        self.state.withLock { $0.objects[Array(name.utf8)]?.body = body }
    }

    /// Notes something at an object.
    public func note(_ name: String, _ metadata: [String: String]) {
        self.state.withLock { $0.objects[Array(name.utf8)]?.metadata = metadata }
    }

    /// Removes an object.
    public func remove(_ name: String) {
        self.state.withLock { _ = $0.objects.removeValue(forKey: Array(name.utf8)) }
    }

    /// Changes the answer to the next request that it wants to: the proper one comes in, nil leaves it to others.
    public func next(
        _ fault: @escaping @Sendable (LoopbackServer.Request, LoopbackServer.Reply) -> LoopbackServer.Reply?
    ) {
        self.state.withLock { $0.faults.append(fault) }
    }

    /// Answers the next request of a method with an error, without doing anything.
    public func fail(_ method: String? = nil, _ status: Int, reason: String = "", message: String = "said by the fake")
    {
        self.instead(method) { Self.error(status, reason, message) }
    }

    /// Answers the next request of a method otherwise, without doing anything.
    public func instead(_ method: String? = nil, _ reply: @escaping @Sendable () -> LoopbackServer.Reply) {
        self.state.withLock { state in
            state.faults.append { request, _ in method == nil || request.method == method ? reply() : nil }
        }
    }

    /// Runs a server of this store.
    public func run<Result>(_ body: (LoopbackServer) async throws -> Result) async throws -> Result {
        try await LoopbackServer.run({ self.answer($0) }, body)
    }

    /// Answers one request.
    public func answer(_ request: LoopbackServer.Request) -> LoopbackServer.Reply {
        // A fault sees the answer there would have been, and what was done is done: that is how answers are lost.
        let (before, faults) = self.state.withLock { ($0, $0.faults) }
        let proper = self.handle(request)
        for (index, fault) in faults.enumerated() {
            guard let reply = fault(request, proper) else { continue }
            self.state.withLock { state in
                state.faults.remove(at: index)
                // An error is said instead of doing it.
                if reply.status >= 400, reply.fault == nil { state.objects = before.objects }
            }
            return reply
        }
        return proper
    }

    static func error(_ status: Int, _ reason: String, _ message: String) -> LoopbackServer.Reply {
        let errors = JSONValue.object([
            .init(key: "message", value: .string(message)), .init(key: "domain", value: .string("global")),
            .init(key: "reason", value: .string(reason)),
        ])
        let error = JSONValue.object([
            .init(key: "code", value: .integer(status)), .init(key: "message", value: .string(message)),
            .init(key: "errors", value: .array([errors])),
        ])
        return .json(
            JSONValue.object([.init(key: "error", value: error)]).text,
            status: status,
            headers: [("x-guploader-uploadid", "FAKE-UPLOAD")]
        )
    }

    private func handle(_ request: LoopbackServer.Request) -> LoopbackServer.Reply {
        if let tokens = self.state.withLock({ $0.tokens }) {
            let token = request.header("Authorization").flatMap { $0.hasPrefix("Bearer ") ? $0.dropFirst(7) : nil }
            guard let token, tokens.contains(String(token)) else {
                return Self.error(401, "authError", "Invalid Credentials")
            }
        }
        var query: [String: String] = [:]
        for item in request.query.split(separator: "&") {
            let parts = item.split(separator: "=", maxSplits: 1).map {
                String(decoding: PercentEncoding.decode($0), as: UTF8.self)
            }
            query[parts[0]] = parts.count > 1 ? parts[1] : ""
        }
        let path = request.path.split(separator: "/").map {
            String(decoding: PercentEncoding.decode($0), as: UTF8.self)
        }
        let start = path.first == "upload" ? 1 : 0
        guard path.count >= start + 5, path[start] == "storage", path[start + 4] == "o" else {
            return Self.error(404, "notFound", "Not Found")
        }
        let bucket = path[start + 3]
        guard self.buckets.contains(bucket) else {
            return Self.error(404, "notFound", "The specified bucket does not exist.")
        }
        if start == 1 { return self.insert(request, bucket, query) }
        if path.count == start + 5, request.method == "GET" { return self.list(bucket, query) }
        guard path.count == start + 6 else { return Self.error(400, "invalid", "not known to the fake") }
        return self.existing(request, "\(bucket)/\(path[start + 5])", query)
    }

    private func existing(
        _ request: LoopbackServer.Request,
        _ name: String,
        _ query: [String: String]
    ) -> LoopbackServer.Reply {
        guard let object = self.all[Array(name.utf8)] else {
            if query["alt"] == "media" {
                return LoopbackServer.Reply(404, body: ByteBuffer(string: "No such object: \(name)"))
            }
            return Self.error(404, "notFound", "No such object: \(name)")
        }
        if request.method == "DELETE" {
            guard query["ifGenerationMatch"].map({ $0 == String(object.generation) }) ?? true else {
                return Self.error(412, "conditionNotMet", "At least one of the pre-conditions did not hold.")
            }
            self.remove(name)
            return LoopbackServer.Reply(204)
        }
        if request.method == "PATCH" { return self.patch(request, name, query) }
        guard query["alt"] == "media" else {
            return .json(Self.resource(object).text)
        }
        let size = object.body.readableBytes
        guard let range = request.header("Range")?.dropFirst("bytes=".count).split(separator: "-"), range.count == 2,
            let first = Int(range[0]), let last = Int(range[1])
        else { return LoopbackServer.Reply(200, body: object.body) }
        guard first < size else {
            return LoopbackServer.Reply(416, headers: [("Content-Range", "bytes */\(size)")])
        }
        let end = min(last, size - 1)
        return LoopbackServer.Reply(
            206,
            headers: [("Content-Range", "bytes \(first)-\(end)/\(size)")],
            body: object.body.getSlice(at: object.body.readerIndex + first, length: end - first + 1) ?? ByteBuffer()
        )
    }

    /// Names that come with null are taken away, and those that do not come stay.
    private func patch(
        _ request: LoopbackServer.Request,
        _ name: String,
        _ query: [String: String]
    ) -> LoopbackServer.Reply {
        guard let patch = try? JSONValue(parsing: request.body.readableBytesView),
            let members = patch["metadata"]?.members
        else { return Self.error(400, "badRequest", "Malformed patch.") }
        return self.state.withLock { state in
            guard var object = state.objects[Array(name.utf8)] else {
                return Self.error(404, "notFound", "No such object: \(name)")
            }
            guard query["ifGenerationMatch"].map({ $0 == String(object.generation) }) ?? true else {
                return Self.error(412, "conditionNotMet", "At least one of the pre-conditions did not hold.")
            }
            for member in members { object.metadata[member.key] = member.value.string }
            state.objects[Array(name.utf8)] = object
            return .json(Self.resource(object).text)
        }
    }

    private static func resource(_ object: Object, name: String? = nil) -> JSONValue {
        .object(
            (name.map { [.init(key: "name", value: .string($0))] } ?? []) + [
                .init(key: "generation", value: .string(String(object.generation))),
                .init(key: "timeCreated", value: .string(object.timeCreated)),
                .init(key: "size", value: .string(String(object.body.readableBytes))),
                .init(
                    key: "metadata",
                    value: .object(object.metadata.map { .init(key: $0.key, value: .string($0.value)) })
                ),
            ]
        )
    }

    private func list(_ bucket: String, _ query: [String: String]) -> LoopbackServer.Reply {
        let objects = self.all
        let (start, after) = (Array("\(bucket)/\(query["prefix"] ?? "")".utf8), Array((query["pageToken"] ?? "").utf8))
        let names = objects.keys.filter { $0.starts(with: start) && after.lexicographicallyPrecedes($0) }
            .sorted { $0.lexicographicallyPrecedes($1) }
        let page = names.prefix(min(self.pageSize, query["maxResults"].flatMap { Int($0) } ?? 1000))
        let items = page.compactMap { name in
            objects[name].map {
                Self.resource($0, name: String(decoding: name.dropFirst(bucket.utf8.count + 1), as: UTF8.self))
            }
        }
        var members: [JSONValue.Member] = []
        if !items.isEmpty { members.append(.init(key: "items", value: .array(items))) }
        if page.count < names.count, let last = page.last {
            members.append(.init(key: "nextPageToken", value: .string(String(decoding: last, as: UTF8.self))))
        }
        return .json(JSONValue.object(members).text, headers: [("Date", "Sun, 29 Nov 2026 10:00:10 GMT")])
    }

    private func insert(
        _ request: LoopbackServer.Request,
        _ bucket: String,
        _ query: [String: String]
    ) -> LoopbackServer.Reply {
        guard query["uploadType"] == "multipart", let type = request.header("Content-Type"),
            let boundary = type.split(separator: "=").last,
            let parts = Self.parts(of: request.body, boundary: String(boundary)), parts.count == 2,
            let metadata = try? JSONValue(parsing: parts[0].body.readableBytesView),
            let name = metadata["name"]?.string
        else { return Self.error(400, "badRequest", "Malformed multipart body.") }
        let content = parts[1].body
        let checksum = FakeChecksum.crc32c(content)
        if let sent = metadata["crc32c"]?.string, sent != checksum {
            return Self.error(
                400,
                "invalid",
                "Provided CRC32C \"\(sent)\" doesn't match calculated CRC32C \"\(checksum)\"."
            )
        }
        return self.state.withLock { state in
            let key = Array("\(bucket)/\(name)".utf8)
            if query["ifGenerationMatch"] == "0", state.objects[key] != nil {
                return Self.error(412, "conditionNotMet", "At least one of the pre-conditions did not hold.")
            }
            state.generation += 1
            state.objects[key] = Object(
                body: content,
                generation: state.generation,
                timeCreated: state.timeCreated,
                contentType: metadata["contentType"]?.string ?? ""
            )
            let resource = JSONValue.object([
                .init(key: "name", value: .string(name)), .init(key: "crc32c", value: .string(checksum)),
                .init(key: "generation", value: .string(String(state.generation))),
            ])
            return .json(resource.text)
        }
    }

    /// The parts of a multipart body: read by their delimiters, strictly.
    private static func parts(of body: ByteBuffer, boundary: String) -> [(head: String, body: ByteBuffer)]? {
        let bytes = Array(body.readableBytesView)
        let delimiter = Array("--\(boundary)".utf8)
        guard bytes.starts(with: delimiter) else { return nil }
        var parts: [(head: String, body: ByteBuffer)] = []
        var position = delimiter.count
        while true {
            if bytes[position...].starts(with: "--".utf8) { return parts }
            guard bytes[position...].starts(with: "\r\n".utf8) else { return nil }
            position += 2
            guard let headEnd = Self.find(Array("\r\n\r\n".utf8), in: bytes, from: position),
                let end = Self.find(Array("\r\n".utf8) + delimiter, in: bytes, from: headEnd + 4)
            else { return nil }
            parts.append(
                (
                    String(decoding: bytes[position..<headEnd], as: UTF8.self),
                    ByteBuffer(bytes: bytes[(headEnd + 4)..<end])
                )
            )
            position = end + 2 + delimiter.count
        }
    }

    /// Where some bytes begin; by the C library, as a build for debugging takes seconds for it.
    private static func find(_ needle: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        unsafe bytes.withUnsafeBytes { bytes in
            unsafe needle.withUnsafeBytes { needle in
                // Neither array is empty, and no byte outside of them is looked at.
                guard let base = bytes.baseAddress, let wanted = needle.baseAddress else { return nil }
                var position = start
                while position + needle.count <= bytes.count {
                    let rest = bytes.count - needle.count + 1 - position
                    guard let found = unsafe memchr(base + position, Int32(needle[0]), rest) else { return nil }
                    if unsafe memcmp(found, wanted, needle.count) == 0 { return unsafe UnsafeRawPointer(found) - base }
                    position = unsafe UnsafeRawPointer(found) - base + 1
                }
                return nil
            }
        }
    }
}

/// The checksum by tables: another road than that of what is tested, where the processor has an instruction for it.
enum FakeChecksum {
    static func crc32c(_ bytes: ByteBuffer) -> String {
        // The bytes are read, and nothing is kept of the pointer.
        let value =
            ~(unsafe bytes.withUnsafeReadableBytes { bytes in
                unsafe CExternalStorageCRC32C_addByTables(.max, bytes.baseAddress, bytes.count)
            })
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        // Four bytes are five sextets and two bits of a sixth.
        let padded = UInt64(value) << 4
        return String((0..<6).map { digits[Int(padded >> (30 - 6 * UInt64($0)) & 63)] }) + "=="
    }
}
