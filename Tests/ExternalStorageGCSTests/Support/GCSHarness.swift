//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AsyncHTTPClient
import CredentialExchange
import ExternalStorageCore
import FakeStores
import Logging
import StoreHTTP

@testable import ExternalStorageGCS

/// A store in memory, a driver for it, and the clock between them.
struct GCSHarness: StoreHarness {
    var store: FakeGCS
    var server: LoopbackServer
    var clock: TestClock
    var httpClient: HTTPClient

    static func run<Result>(_ body: (GCSHarness) async throws -> Result) async throws -> Result {
        let store = FakeGCS()
        return try await store.run { server in
            try await Self.withHTTPClient { httpClient in
                try await body(GCSHarness(store: store, server: server, clock: TestClock(), httpClient: httpClient))
            }
        }
    }

    func driver(
        _ credentials: GoogleCredentials = .anonymous,
        _ change: (inout GCSStorageDriver.Configuration) -> Void = { _ in }
    ) throws -> GCSStorageDriver {
        var configuration = GCSStorageDriver.Configuration()
        configuration.endpointURL = self.server.url
        change(&configuration)
        return try GCSStorageDriver(
            buckets: .fixed("payloads"),
            credentials: credentials,
            configuration: configuration,
            surroundings: StoreSurroundings(
                lanes: HTTPLanes(self.httpClient),
                clock: self.clock,
                machine: .test(clock: self.clock)
            ),
            logger: Logger(label: "test")
        )
    }
}
