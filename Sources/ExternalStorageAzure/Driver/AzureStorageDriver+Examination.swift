//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import CredentialExchange
package import StoreHTTP

extension AzureStorageDriver: ExaminableDriver {
    package var storeURL: String { "\(self.endpoint.url.scheme)://\(self.endpoint.url.authority)/" }

    package var connections: HTTPLanes { self.engine.store.client.lanes }

    package func credentialsInUse() async throws -> CredentialsInUse {
        try await self.engine.store.client.service.grants.inUse()
    }
}
