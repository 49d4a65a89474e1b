//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import StoreHTTP

/// What Google Cloud Storage and Azure Blob Storage are needed for besides writing and reading.
struct CloudStoreCheck {
    private var driver: any ExaminableDriver & MaintainableStorageDriver

    /// Nil for a driver of another kind.
    init?(_ driver: any StorageDriver) {
        guard let driver = driver as? any ExaminableDriver & MaintainableStorageDriver else { return nil }
        self.driver = driver
    }

    /// - Returns: Whether there are credentials.
    /// - Throws: `CancellationError`.
    func checkCredentials(_ examination: Examination) async throws -> Bool {
        do {
            let found = try await self.driver.credentialsInUse()
            return CredentialsCheck.report(found.text, expiration: found.expiration, examination)
        } catch {
            try Task.checkCancellation()
            examination.bad("credentials", "\(error)")
            return false
        }
    }

    /// - Throws: `CancellationError`.
    func checkClock(_ examination: Examination) async throws {
        try await ClockCheck.run(self.driver.storeURL, by: self.driver.connections, examination)
    }

    /// Conditional writes, with the object that was written: they must leave it alone.
    ///
    /// - Throws: `CancellationError`.
    func checkObject(_ claim: StorageDriverClaim, _ examination: Examination) async throws {
        do {
            let location = try self.driver.location(of: claim)
            let bytes = try await self.driver.readObject(at: location, sizeLimit: 65_536)
            if try await self.driver.createObject(bytes, at: location) {
                examination.doubtful(
                    "conditional write",
                    "the store writes over what is there, so that every payload is uploaded every time"
                )
            } else {
                examination.good("conditional write", "the store keeps what is there")
            }
        } catch let error as ExternalStorageError {
            examination.bad("conditional write", "\(error)")
        }
    }
}
