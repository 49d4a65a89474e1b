//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import TemporalNative
import TemporalProfiles

/// What the documentation shows, compiled.
enum ProfileSnippets {
    static func connect(storage: ExternalStorage) async throws {
        // snippet.begin
        try await TemporalClient.connect(profile: .load(), externalStorage: storage) { client in
            print(try await client.countWorkflows().count)
        }
        // snippet.end
    }

    static func change(environment: [String: String]) throws -> TemporalClient {
        // snippet.begin
        var configuration = TemporalClient.Configuration(profile: try .load("production"))
        configuration.callTimeout = .seconds(10)
        let client = try TemporalClient(profile: .load("production"), configuration: configuration)
        // snippet.end
        return client
    }

    static func variables(environment: [String: String], storage: ExternalStorage) async throws {
        // snippet.begin
        let profile = try ClientProfile(environment: ClientProfile.processEnvironment)
        try await TemporalClient.connect(profile: profile, externalStorage: storage) { client in
            print(try await client.countWorkflows().count)
        }
        // snippet.end
    }
}
