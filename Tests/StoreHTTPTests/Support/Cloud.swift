//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageAzure
import ExternalStorageCore
import ExternalStorageGCS
import FakeStores

/// A driver whose engine is that of all object stores, on a double of its store.
struct CloudHarness: StoreHarness {
    typealias Driver = StorageDriver & MaintainableStorageDriver
    typealias Fault = @Sendable (LoopbackServer.Request, LoopbackServer.Reply) -> LoopbackServer.Reply?

    var server: LoopbackServer
    /// With parts of so many bytes.
    var driver: (_ downloadPartSizeInBytes: Int?) throws -> any Driver
    /// Changes the answer to the next request that it wants to.
    var next: (@escaping Fault) -> Void
    /// Removes an object.
    var remove: (_ key: String) -> Void
}

enum Cloud: CaseIterable, Sendable {
    case google
    case azure

    func run(_ body: (CloudHarness) async throws -> Void) async throws {
        try await CloudHarness.withHTTPClient { httpClient in
            switch self {
            case .google:
                let store = FakeGCS()
                try await store.run { server in
                    let harness = CloudHarness(
                        server: server,
                        driver: { partSize in
                            var configuration = GCSStorageDriver.Configuration()
                            configuration.endpointURL = server.url
                            configuration.downloadPartSizeInBytes = partSize
                            return try GCSStorageDriver(
                                bucket: "payloads",
                                credentials: .anonymous,
                                configuration: configuration,
                                httpClient: httpClient
                            )
                        },
                        next: { store.next($0) },
                        remove: { store.remove("payloads/\($0)") }
                    )
                    try await body(harness)
                }
            case .azure:
                let (account, key) = ("devstoreaccount1", "c2VjcmV0")
                let store = FakeAzure(account: account, key: key)
                try await store.run { server in
                    let harness = CloudHarness(
                        server: server,
                        driver: { partSize in
                            var configuration = AzureStorageDriver.Configuration()
                            configuration.endpointURL = "\(server.url)/\(account)"
                            configuration.downloadPartSizeInBytes = partSize
                            return try AzureStorageDriver(
                                container: "payloads",
                                account: account,
                                credentials: .sharedKey(key),
                                configuration: configuration,
                                httpClient: httpClient
                            )
                        },
                        next: { store.next($0) },
                        remove: { store.remove("payloads/\($0)") }
                    )
                    try await body(harness)
                }
            }
        }
    }
}
