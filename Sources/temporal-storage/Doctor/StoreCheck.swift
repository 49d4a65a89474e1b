//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSCredentials
import AWSSigning
import AsyncHTTPClient
import ExternalStorageConfiguration
import ExternalStorageCore
import ExternalStorageS3
import Logging
import NIOCore

/// Tries one driver: writes, reads what it wrote, and what else its kind of store is needed for.
struct StoreCheck {
    var driver: StorageConfiguration.Driver
    var namespace: String
    var logger: Logger

    /// - Throws: ``CommandError`` if there can be no such driver; `CancellationError`.
    func run(_ report: @escaping @Sendable (Finding) -> Void) async throws {
        let single = StorageConfiguration(driver: self.driver)
        let made: any StorageDriver
        do {
            made = try await single.makeDrivers(StorageSettings.types, logger: self.logger)[0]
        } catch let error as ConfigurationError {
            throw CommandError.usage(error.message)
        }
        let examination = Examination(subject: made.name, report: report)
        let s3 =
            self.driver.type == "s3" ? try await S3StoreCheck(section: self.driver.section, logger: self.logger) : nil
        // What follows from missing credentials is no news.
        guard try await s3?.checkCredentials(examination) ?? true else { return }
        try await s3?.checkClock(examination)
        let cloud = CloudStoreCheck(made)
        guard try await cloud?.checkCredentials(examination) ?? true else { return }
        try await cloud?.checkClock(examination)
        guard let claim = try await self.checkRoundTrip(made, examination) else { return }
        try await s3?.checkObject(claim, examination)
        try await cloud?.checkObject(claim, examination)
    }

    /// - Returns: The claim, if there is one and it led back to what was stored.
    private func checkRoundTrip(
        _ driver: any StorageDriver,
        _ examination: Examination
    ) async throws -> StorageDriverClaim? {
        let payload = Payload(
            metadata: ["encoding": Array("binary/plain".utf8)],
            data: ByteBuffer(string: "temporal-storage doctor")
        )
        // Without a cache, so that what is read comes from the store.
        var configuration = ExternalStorage.Configuration()
        configuration.cache = .disabled
        configuration.threshold = .all
        let reference: Payload
        let claim: StorageDriverClaim
        do {
            let storage = try ExternalStorage(driver: driver, configuration: configuration, logger: self.logger)
            let context = StorageDriverSelectContext(target: .namespace(self.namespace), namespace: self.namespace)
            let start = ContinuousClock.now
            reference = try await storage.store([payload], context: context)[0]
            claim = try StorageReference(payload: reference).claim
            examination.good(
                "write",
                "\(claim["key"] ?? claim["object_name"] ?? claim["blob"] ?? "an object") in \(Self.time(since: start))"
            )
            let middle = ContinuousClock.now
            do {
                let read = try await storage.retrieve(references: [reference], namespace: self.namespace)
                guard read == [payload] else {
                    examination.bad("read", "something else came back than was written; another writer uses this place")
                    return nil
                }
                examination.good("read", "the same bytes, by their SHA-256, in \(Self.time(since: middle))")
            } catch let error as ExternalStorageError {
                examination.bad("read", "\(error)")
                return nil
            }
            return claim
        } catch let error as ExternalStorageError {
            examination.bad("write", "\(error)")
            return nil
        }
    }

    private static func time(since start: ContinuousClock.Instant) -> String {
        "\((ContinuousClock.now - start) / .milliseconds(1) < 1 ? 1 : Int((ContinuousClock.now - start) / .milliseconds(1))) ms"
    }
}
