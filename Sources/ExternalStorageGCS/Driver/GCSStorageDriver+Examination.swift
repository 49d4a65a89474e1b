//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import StoreHTTP

extension GCSStorageDriver: ExaminableDriver {
    package var storeURL: String {
        self.engine.store.client.service.endpoint.url("/", universe: GCSEndpoint.defaultUniverse)
    }

    package var connections: HTTPLanes { self.engine.store.client.lanes }

    package func credentialsInUse() async throws -> CredentialsInUse {
        try await self.engine.store.client.service.credentials.inUse()
    }
}
