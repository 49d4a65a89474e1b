//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import NIOConcurrencyHelpers

/// A driver that can be out of order for a while, or look for its objects where there are none.
final class SwitchableDriver: StorageDriver {
    private let driver: any StorageDriver
    private let isDown = NIOLockedValueBox(false)
    private let isAstray = NIOLockedValueBox(false)

    init(_ driver: any StorageDriver) {
        self.driver = driver
    }

    var name: String { self.driver.name }
    var type: String { self.driver.type }

    func goDown() { self.isDown.withLockedValue { $0 = true } }
    func comeBack() { self.isDown.withLockedValue { $0 = false } }
    /// From now on the store is asked for keys that it does not have.
    func goAstray() { self.isAstray.withLockedValue { $0 = true } }
    func findTheWay() { self.isAstray.withLockedValue { $0 = false } }

    private func check() throws {
        guard self.isDown.withLockedValue({ $0 }) else { return }
        throw ExternalStorageError(code: .unavailable, message: "the store is down", driverName: self.name)
    }

    func store(_ payloads: [Payload], context: StorageDriverStoreContext) async throws -> [StorageDriverClaim] {
        try self.check()
        return try await self.driver.store(payloads, context: context)
    }

    func retrieve(_ claims: [StorageDriverClaim], context: StorageDriverRetrieveContext) async throws -> [Payload] {
        try self.check()
        let isAstray = self.isAstray.withLockedValue { $0 }
        let asked = claims.map { claim in
            var claim = claim
            if isAstray, let key = claim["key"] { claim["key"] = "gone/\(key)" }
            return claim
        }
        return try await self.driver.retrieve(asked, context: context)
    }
}
