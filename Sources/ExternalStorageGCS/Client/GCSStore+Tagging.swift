//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import ExternalStorageCore
internal import Groundwork
internal import NIOCore
internal import StoreHTTP

extension GCSStore: TaggingObjectStore {
    func tags(of object: StoredObjectLocation) async throws -> ObjectTags? {
        var call = self.call("objects.get", "GET", object, query: [("fields", "generation,metadata")])
        call.acceptedStatuses = [404]
        let answer = try await self.client.send(call)
        guard answer.status != 404 else { return nil }
        let resource = try Self.resource(answer, call)
        guard let generation = resource["generation"]?.string, !generation.isEmpty else {
            throw StoreFailure.incomprehensible(call, "generation")
        }
        var values: [String: String] = [:]
        for member in resource["metadata"]?.members ?? [] { values[member.key] = member.value.string }
        return ObjectTags(values: values, version: generation)
    }

    func setTags(
        _ changes: [String: String?],
        of object: StoredObjectLocation,
        ifVersion version: String?
    ) async throws -> StoredObjectMarking {
        var call = self.call("objects.patch", "PATCH", object, query: [("fields", "generation")])
        if let version { call.query.append(("ifGenerationMatch", version)) }
        let members = changes.sorted { $0.key < $1.key }.map { name, value in
            JSONValue.Member(key: name, value: value.map { .string($0) } ?? .null)
        }
        let body = JSONValue.object([.init(key: "metadata", value: .object(members))])
        call.headers = [("Content-Type", "application/json; charset=UTF-8")]
        call.body = .pieces([ByteBuffer(bytes: body.bytes)])
        call.acceptedStatuses = [404, 412]
        return switch try await self.client.send(call).status {
        case 404: .missing
        case 412: .changed
        default: .marked
        }
    }
}
