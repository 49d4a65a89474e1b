//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import NIOCore
import Testing

@Suite("Object keys")
struct StorageObjectKeyTests {
    private func target(_ target: Vectors.Keys.Target?) -> StorageDriverTarget? {
        guard let target else { return nil }
        let (namespace, id) = (target.namespace ?? "", target.id ?? "")
        return target.kind == "workflow"
            ? .workflow(namespace: namespace, id: id, runID: target.runId, type: target.type)
            : .activity(namespace: namespace, id: id, runID: target.runId, type: target.type)
    }

    @Test("ES-D1 Keys are those of the other SDKs", arguments: Vectors.keys.cases)
    func vector(_ vector: Vectors.Keys.Case) {
        let bytes = ByteBuffer(hexadecimal: vector.payloadHex ?? Vectors.keys.defaultPayloadHex)
        let digest = PayloadDigest(hashing: bytes)
        let target = self.target(vector.target)
        #expect(StorageObjectKey(digest: digest, target: target, style: .s3).text == vector.s3Key)
        #expect(StorageObjectKey(digest: digest, target: target, style: .googleCloud).text == vector.gcsObjectName)
    }

    @Test("In a file system a key is the S3 key, unless a segment is a dot or too long", arguments: Vectors.keys.cases)
    func file(_ vector: Vectors.Keys.Case) {
        let digest = PayloadDigest(hashing: ByteBuffer(hexadecimal: Vectors.keys.defaultPayloadHex))
        guard vector.payloadHex == nil else { return }
        let key = StorageObjectKey(digest: digest, target: self.target(vector.target), style: .file).text
        let segments = key.split(separator: "/", omittingEmptySubsequences: false)
        #expect(segments.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." && $0.utf8.count <= 255 })
        #expect(key.utf8.count <= 1_024)
        let s3 = vector.s3Key.split(separator: "/", omittingEmptySubsequences: false)
        if s3.allSatisfy({ $0.utf8.count <= 255 && $0 != "." && $0 != ".." }) { #expect(key == vector.s3Key) }
    }

    @Test("ES-T A target without a place in the layout counts as none")
    func nexus() {
        let digest = PayloadDigest(hashing: ByteBuffer())
        let key = StorageObjectKey(
            digest: digest,
            target: .nexus(endpoint: "e", service: "s", operation: "o"),
            style: .s3
        )
        #expect(key.text == "v0/d/sha256/\(digest)")
    }

    @Test("Where only the namespace is known, the key is the short one that names it")
    func namespaceAlone() {
        let digest = PayloadDigest(hashing: ByteBuffer())
        func key(_ namespace: String, _ style: StorageObjectKey.Style) -> String {
            StorageObjectKey(digest: digest, target: .namespace(namespace), style: style).text
        }
        #expect(key("a/b", .s3) == "v0/ns/a%2Fb/d/sha256/\(digest)")
        #expect(key("a/b", .file) == "v0/ns/a%2Fb/d/sha256/\(digest)")
        #expect(key("é", .googleCloud) == "v0/ns/é/d/sha256/\(digest)")
        #expect(key(String(repeating: "n", count: 256), .file) == "v0/d/sha256/\(digest)")
    }

    @Test("In a file system, a namespace that is too long leaves the bare digest")
    func longNamespace() {
        let digest = PayloadDigest(hashing: ByteBuffer())
        let target = StorageDriverTarget.workflow(namespace: String(repeating: "n", count: 256), id: "w")
        #expect(StorageObjectKey(digest: digest, target: target, style: .file).text == "v0/d/sha256/\(digest)")
        let fits = StorageDriverTarget.workflow(namespace: String(repeating: "n", count: 255), id: "w")
        #expect(StorageObjectKey(digest: digest, target: fits, style: .file).text.hasPrefix("v0/ns/nnn"))
    }
}
