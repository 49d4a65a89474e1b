//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore
import NIOCore

extension StorageDriverConformance {
    /// One promise of a driver that streams, and the code that checks it.
    public struct StreamingCheck: Sendable, CustomStringConvertible {
        /// The promise.
        public let name: String
        let body: @Sendable (any StreamingStorageDriver) async throws -> Void

        init(_ name: String, _ body: @escaping @Sendable (any StreamingStorageDriver) async throws -> Void) {
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
        public func run(on driver: any StreamingStorageDriver) async throws {
            try await self.body(driver)
        }
    }

    /// All checks of what a `StreamingStorageDriver` has to keep beyond ``checks``.
    ///
    /// They write a dozen objects, the largest of 20 MiB, and remove none.
    public static let streamingChecks: [StreamingCheck] =
        Self.streamingRoundTripChecks + Self.streamingFailureChecks

    private static let streamingRoundTripChecks: [StreamingCheck] = [
        StreamingCheck("A payload that was streamed comes back both ways, byte for byte") { driver in
            for (index, size) in [0, 1, 300_000, 20 * 1_048_576].enumerated() {
                let (streamed, whole) = try await Self.streamedSample(800 + index, dataSizeInBytes: size)
                let claim = try await Self.store(streamed, in: driver)
                try Self.require(
                    try await Self.retrieve([claim], from: driver)[0] == whole,
                    "retrieve found other bytes than were streamed; \(whole.sizeInBytes) bytes"
                )
                try Self.require(
                    try await Self.chunks(of: claim, from: driver) == whole.serializedBytes,
                    "chunks found other bytes than were streamed; \(whole.sizeInBytes) bytes"
                )
            }
        },
        StreamingCheck("A payload that was stored whole is found in chunks") { driver in
            let payload = Payload.sample(810, sizeInBytes: 5 * 1_048_576)
            let claim = try await Self.store([payload], in: driver)[0]
            try Self.require(
                try await Self.chunks(of: claim, from: driver) == payload.serializedBytes,
                "chunks found other bytes than were stored"
            )
        },
        StreamingCheck("Chunks can be read more than once") { driver in
            let payload = Payload.sample(811, sizeInBytes: 100_000)
            let claim = try await Self.store([payload], in: driver)[0]
            let chunks = try await driver.chunks(of: claim, context: Self.retrieveContext())
            for _ in 0..<2 {
                try Self.require(
                    try await chunks.collect() == payload.serializedBytes,
                    "chunks found other bytes than were stored"
                )
            }
        },
        StreamingCheck("Both ways take permits, and one at a time is enough") { driver in
            let (streamed, whole) = try await Self.streamedSample(812, dataSizeInBytes: 20 * 1_048_576)
            let storing = StorageLimiter(permits: 1)
            let claim = try await Self.store(streamed, in: driver, limiter: storing)
            try Self.require(storing.permitsTaken > 0, "store took no permit; wrap each request in withPermit")
            let retrieving = StorageLimiter(permits: 1)
            let found = try await Self.chunks(of: claim, from: driver, limiter: retrieving)
            try Self.require(retrieving.permitsTaken > 0, "chunks took no permit; wrap each request in withPermit")
            try Self.require(found == whole.serializedBytes, "the payload came back with other bytes")
        },
    ]

    private static let streamingFailureChecks: [StreamingCheck] = [
        StreamingCheck("A source that changes fails the store, and nothing refers to what was sent") { driver in
            // Large enough for a store in parts.
            for size in [2_000, 20 * 1_048_576] {
                try await Self.failsToStore(size, .changed, in: driver) { error in
                    (error as? ExternalStorageError)?.code == .corrupted
                }
            }
        },
        StreamingCheck("A source that fails fails the store with its error") { driver in
            struct Broken: Error {}
            for size in [2_000, 20 * 1_048_576] {
                try await Self.failsToStore(size, .fails(Broken()), in: driver) { $0 is Broken }
            }
        },
        StreamingCheck("A store that is cancelled in the middle throws CancellationError") { driver in
            let reached = TestEvent()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await Self.failsToStore(20 * 1_048_576, .waits(reached), in: driver) {
                        $0 is CancellationError
                    }
                }
                try await reached.wait()
                group.cancelAll()
                try await group.waitForAll()
            }
        },
        StreamingCheck("Claims that the driver did not make are refused") { driver in
            for claim: StorageDriverClaim in [[:], ["place": "somewhere"]] {
                do {
                    _ = try await Self.chunks(of: claim, from: driver)
                } catch let error as ExternalStorageError {
                    try Self.require(
                        !error.isRetryable,
                        "the error for the claim \(claim) asks for a retry, which cannot help: \(error)"
                    )
                    continue
                }
                throw Failure("chunks gave bytes for the claim \(claim)")
            }
        },
    ]

    /// Stores a payload whose source does something else when it is read again, and expects an error.
    ///
    /// Another payload each time: what the store holds from an earlier run need not be sent again.
    private static func failsToStore(
        _ size: Int,
        _ secondReading: SamplePayloadSource.SecondReading,
        in driver: any StreamingStorageDriver,
        with expected: (any Error) -> Bool
    ) async throws {
        let (streamed, whole) = try await Self.streamedSample(
            .random(in: 1_000...(.max)),
            dataSizeInBytes: size,
            secondReading: secondReading
        )
        do {
            _ = try await Self.store(streamed, in: driver)
        } catch {
            try Self.require(expected(error), "store threw another error: \(error)")
            return try await Self.isWritable(whole, in: driver)
        }
        throw Failure("store returned a claim for a payload of \(size) bytes that it cannot have sent")
    }

    /// Whether the true payload can be stored and read after a failure; in a task that is not cancelled.
    private static func isWritable(_ payload: Payload, in driver: any StreamingStorageDriver) async throws {
        guard !Task.isCancelled else { return }
        let claims = try await Self.store([payload], in: driver)
        try Self.require(
            try await Self.retrieve(claims, from: driver) == [payload],
            "a store that failed left other bytes behind under the claim of the payload"
        )
    }
}
