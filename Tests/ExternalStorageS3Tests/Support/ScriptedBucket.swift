//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOCore
import Synchronization

@testable import ExternalStorageS3

/// A bucket in memory, with versions or without, in which something may happen before each request.
final class ScriptedBucket: S3BucketClient {
    struct Version: Sendable {
        var id: String?
        var text: String
        var time: Int64
    }

    struct State: Sendable {
        /// The newest last.
        var versions: [String: [Version]] = [:]
        var tags: [String: [S3Tag]] = [:]
        var calls: [String] = []
        var before: (@Sendable (String, inout State) throws -> Void)?
    }

    let state: Mutex<State>

    init(_ configure: (inout State) -> Void) {
        var state = State()
        configure(&state)
        self.state = Mutex(state)
    }

    var calls: [String] { self.state.withLock { $0.calls } }

    private func run<Result>(_ call: String, _ body: (inout State) throws -> Result) throws -> Result {
        try self.state.withLock { state in
            state.calls.append(call)
            try state.before?(call, &state)
            return try body(&state)
        }
    }

    func head(bucket: String, key: String) async throws -> S3ObjectInfo? {
        try self.run("HEAD") { state in
            state.versions[key]?.last.map { version in
                var info = S3ObjectInfo(sizeInBytes: version.text.utf8.count, lastModified: version.time)
                info.entityTag = "\"\(version.text)\""
                info.versionID = version.id
                return info
            }
        }
    }

    func deleteObject(bucket: String, key: String, versionID: String?, ifMatch: String?) async throws {
        try self.run("DELETE \(versionID ?? "-") \(ifMatch ?? "-")") { state in
            if let ifMatch, let last = state.versions[key]?.last, "\"\(last.text)\"" != ifMatch {
                var failure = S3Failure(.rejected, operation: "DeleteObject", bucket: bucket, key: key)
                failure.status = 412
                throw failure
            }
            if let versionID {
                state.versions[key]?.removeAll { $0.id == versionID }
            } else {
                state.versions[key] = nil
            }
        }
    }

    func listObjects(
        bucket: String,
        prefix: String,
        continuation: String?,
        maximumCount: Int
    ) async throws -> S3ObjectPage {
        try self.run("LIST") { state in
            let keys = state.versions.filter { !$0.value.isEmpty && $0.key.hasPrefix(prefix) }.keys.sorted()
            return S3ObjectPage(
                entries: keys.compactMap { key in
                    state.versions[key]?.last.map { version in
                        S3ObjectPage.Entry(key: key, sizeInBytes: version.text.utf8.count, lastModified: version.time)
                    }
                }
            )
        }
    }

    func tags(bucket: String, key: String) async throws -> [S3Tag] {
        try self.run("TAGS") { $0.tags[key] ?? [] }
    }

    func setTags(_ tags: [S3Tag], bucket: String, key: String) async throws {
        try self.run("TAG \(tags.map(\.name).joined(separator: ","))") { $0.tags[key] = tags }
    }

    func time(bucket: String) async throws -> Int64? { nil }
    func put(_ request: S3PutRequest) async throws -> S3PutOutcome { throw Self.unexpected }
    func get(_ request: S3GetRequest) async throws -> S3GetResult { throw Self.unexpected }
    func describe(bucket: String) -> [(name: String, value: String)] { [] }
    func deleteObject(bucket: String, key: String) async throws { throw Self.unexpected }
    func deleteObjects(bucket: String, keys: [String]) async throws -> [S3DeletionError] { throw Self.unexpected }
    func lifecycleRules(bucket: String) async throws -> [S3LifecycleRule] { throw Self.unexpected }
    func setLifecycleRules(_ rules: [S3LifecycleRule], bucket: String) async throws { throw Self.unexpected }
    func versioning(bucket: String) async throws -> String? { throw Self.unexpected }
    func region(bucket: String) async throws -> String? { throw Self.unexpected }

    private static let unexpected = S3Failure(.unsupported, operation: "none", bucket: "payloads")
}
