//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import ExternalStorageCore
internal import Groundwork
internal import NIOCore
internal import StoreHTTP

extension AzureStore: TaggingObjectStore {
    /// As many tags as the service keeps with a blob.
    private static let tagLimit = 10

    func tags(of object: StoredObjectLocation) async throws -> ObjectTags? {
        var call = self.call("Get Blob Tags", "GET", object)
        call.query = [("comp", "tags")]
        call.acceptedStatuses = [404]
        let answer = try await self.client.send(call)
        guard answer.status != 404 else { return nil }
        var bytes = Array(answer.body.readableBytesView)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        guard let document = XMLNode(parsing: bytes), document.name == "Tags", let set = document["TagSet"] else {
            throw StoreFailure.incomprehensible(call, "list of tags")
        }
        var values: [String: String] = [:]
        for tag in set.all("Tag") {
            guard let name = tag["Key"]?.text, let value = tag["Value"]?.text else {
                throw StoreFailure.incomprehensible(call, "tag")
            }
            values[name] = value
        }
        // Whoever writes the blob again writes it without tags: those that there are belong to what is there.
        return ObjectTags(values: values, version: nil)
    }

    /// The service compares no entity tags here: the blob is looked at before and after.
    func setTags(
        _ changes: [String: String?],
        of object: StoredObjectLocation,
        ifVersion version: String?
    ) async throws -> StoredObjectMarking {
        if let version {
            guard let found = try await self.info(object) else { return .missing }
            guard found.version == version else { return .changed }
        }
        guard let old = try await self.tags(of: object)?.values else { return .missing }
        var new = old
        for (name, value) in changes { new[name] = value }
        guard new.count <= Self.tagLimit else {
            throw ExternalStorageError(
                code: .misconfigured,
                message:
                    "the blob \"\(object.key)\" has \(old.count) tags, and the service keeps \(Self.tagLimit): there is "
                    + "no room for the two of a quarantine [container=\(object.container)]"
            )
        }
        guard try await self.replaceTags(new, of: object) else { return .missing }
        guard let version else { return .marked }
        guard let after = try await self.info(object) else { return .missing }
        guard after.version != version else { return .marked }
        let names = changes.mapValues { _ in String?.none }
        _ = try await self.setTags(names, of: object, ifVersion: nil)
        return .changed
    }

    /// - Returns: Whether there was a blob.
    private func replaceTags(_ tags: [String: String], of object: StoredObjectLocation) async throws -> Bool {
        let elements = tags.sorted { $0.key < $1.key }.map { name, value in
            XMLNode(name: "Tag", children: [XMLNode(name: "Key", text: name), XMLNode(name: "Value", text: value)])
        }
        let document = XMLNode(name: "Tags", children: [XMLNode(name: "TagSet", children: elements)])
        var call = self.call("Set Blob Tags", "PUT", object)
        call.query = [("comp", "tags")]
        call.headers = [("Content-Type", "application/xml; charset=UTF-8")]
        call.setBody([ByteBuffer(string: "<?xml version=\"1.0\" encoding=\"utf-8\"?>\(document.xml)")])
        call.acceptedStatuses = [404]
        return try await self.client.send(call).status != 404
    }
}
