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

@testable import ExternalStorageAzure

/// A store in memory, a driver for it, and the clock between them.
struct AzureHarness: StoreHarness {
    /// The development account of Azurite, whose key is published.
    static let account = "devstoreaccount1"
    static let key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="

    var store: FakeAzure
    var server: LoopbackServer
    var clock: TestClock
    var httpClient: HTTPClient

    /// Where the double is.
    var endpointURL: String { "\(self.server.url)/\(Self.account)" }

    static func run<Result>(_ body: (AzureHarness) async throws -> Result) async throws -> Result {
        let store = FakeAzure(account: Self.account, key: Self.key)
        return try await store.run { server in
            try await Self.withHTTPClient { httpClient in
                try await body(AzureHarness(store: store, server: server, clock: TestClock(), httpClient: httpClient))
            }
        }
    }

    func driver(
        _ credentials: AzureCredentials = .sharedKey(Self.key),
        machine: CredentialMachine? = nil,
        _ change: (inout AzureStorageDriver.Configuration) -> Void = { _ in }
    ) throws -> AzureStorageDriver {
        var configuration = AzureStorageDriver.Configuration()
        change(&configuration)
        return try AzureStorageDriver(
            .fixed("payloads"),
            connection: AzureConnection(
                account: Self.account,
                endpointURL: self.endpointURL,
                credentials: credentials
            ),
            configuration: configuration,
            surroundings: StoreSurroundings(
                lanes: HTTPLanes(self.httpClient),
                clock: self.clock,
                machine: machine ?? .test(clock: self.clock)
            ),
            logger: Logger(label: "test")
        )
    }
}
