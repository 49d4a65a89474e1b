//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AsyncHTTPClient
import FakeStores
import Foundation
import NIOCore
import NIOHTTP1
import Testing

@testable import ExternalStorageGCS

/// The server of Google Cloud Storage's API that the environment names, and the Python with the official clients.
enum RealServer {
    static let skipped: Comment = """
        SKIPPED: no server of Google Cloud Storage's API; run `eval "$(Scripts/dev-services env)"` after \
        `Scripts/dev-services up gcs`
        """

    private static func value(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    static let endpoint = value("STORAGE_EMULATOR_HOST")
    static let bucket = value("GCS_BUCKET") ?? "payloads"

    /// Makes a bucket.
    static func newBucket() async throws -> String {
        let name = "test-\(UUID().uuidString.lowercased())"
        var request = HTTPClientRequest(url: "\(try #require(self.endpoint))/storage/v1/b?project=test")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.body = .bytes(ByteBuffer(string: #"{"name":"\#(name)"}"#))
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        try #require(response.status == .ok)
        return name
    }

    /// Runs a script of `Tests/Interop` to its end, with one document in and one out.
    static func python<Answer: Decodable & Sendable>(
        _ script: String,
        _ request: some Encodable & Sendable
    ) async throws -> Answer {
        try await OfficialClients.run(script, request, environment: ["STORAGE_EMULATOR_HOST": self.endpoint ?? ""])
    }
}
