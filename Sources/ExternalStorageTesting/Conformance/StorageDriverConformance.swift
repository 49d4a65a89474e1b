//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore

/// What every driver has to keep, as checks that run on yours.
///
/// ```swift
/// @Test("The blob driver keeps the contract", .timeLimit(.minutes(1)), arguments: StorageDriverConformance.checks)
/// func contract(_ check: StorageDriverConformance.Check) async throws {
///     try await check.run(on: BlobStorageDriver(name: "blobs", client: InMemoryBlobClient()))
/// }
/// ```
///
/// Set a time limit: a driver that takes a permit inside of another never comes back. The checks write some dozens of
/// objects, the largest of 5 MiB, for targets in the namespace `conformance`, and remove none.
public enum StorageDriverConformance {
    /// One promise, and the code that checks it.
    public struct Check: Sendable, CustomStringConvertible {
        /// The promise.
        public let name: String
        let body: @Sendable (any StorageDriver) async throws -> Void

        init(_ name: String, _ body: @escaping @Sendable (any StorageDriver) async throws -> Void) {
            self.name = name
            self.body = body
        }

        /// The promise.
        public var description: String { self.name }

        /// Checks a driver.
        ///
        /// - Parameter driver: The driver; its store may hold anything already.
        /// - Throws: ``StorageDriverConformance/Failure`` if the driver breaks the promise, or the error that the driver
        ///   threw where it should not.
        public func run(on driver: any StorageDriver) async throws {
            try await self.body(driver)
        }
    }

    /// A promise that a driver does not keep.
    public struct Failure: Error, Sendable, CustomStringConvertible {
        /// What the driver did.
        public let description: String

        init(_ description: String) {
            self.description = description
        }
    }

    /// All checks.
    public static let checks: [Check] =
        Self.identityChecks + Self.roundTripChecks + Self.claimChecks + Self.limiterChecks

    static func require(_ condition: Bool, _ failure: @autoclosure () -> String) throws(Failure) {
        guard condition else { throw Failure(failure()) }
    }
}
