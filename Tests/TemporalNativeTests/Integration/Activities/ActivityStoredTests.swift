//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageTesting
import NIOConcurrencyHelpers
import NIOCore
import Testing

@testable import TemporalNative

extension ActivityIntegrationTests {
    /// How an activity reads a value that it took by reference.
    enum Reading: String, Sendable, CaseIterable {
        case value
        case bytes

        func size(of input: Stored<ByteBuffer>) async throws -> Int {
            guard self == .bytes else { return try await input.value().readableBytes }
            var size = 0
            for try await chunk in input.bytes { size += chunk.readableBytes }
            return size
        }
    }

    @Test(
        "ES-F3 An activity whose Stored input is gone runs, sees the error where it reads, and is retried if it lets it through",
        arguments: ActivityBed.Threshold.allCases,
        Reading.allCases
    )
    func goneInput(threshold: ActivityBed.Threshold, reading: Reading) async throws {
        try await ActivityBed.with(threshold) { bed in
            let seen = NIOLockedValueBox<[ExternalStorageError]>([])
            try await bed.worker {
                Activity("measure") { (input: Stored<ByteBuffer>) -> String in
                    #expect(input.isReference)
                    do {
                        return "\(try await reading.size(of: input)) bytes"
                    } catch let error as ExternalStorageError {
                        seen.withLockedValue { $0.append(error) }
                        throw error
                    }
                }
            } _: {
                bed.driver.goAstray()
                let handle = try await bed.start(
                    CallSpec("measure") { spec in
                        spec.blob = 1_048_576
                        spec.retry = .init(initial: 0.2)
                    }
                )
                let failure = try await bed.lastFailure(of: handle)
                #expect(failure.application?.type == "ExternalStorageFailure", "\(failure)")
                #expect(failure.application?.isNonRetryable == false)
                #expect(Set(seen.withLockedValue { $0.map(\.code) }) == [.notFound])
                #expect(seen.withLockedValue { $0.first?.driverName } == "aws.s3driver")
                let message = failure.message
                #expect(seen.withLockedValue { $0.contains { message.contains($0.message) } })

                bed.driver.findTheWay()
                let outcome = try await handle.result()
                #expect(outcome.outcome == "completed")
                #expect(outcome.value == "1048576 bytes")
            }
        }
    }

    @Test("ES-F3 An activity can go on without a Stored input that is gone", arguments: ActivityBed.Threshold.allCases)
    func goneInputHandled(threshold: ActivityBed.Threshold) async throws {
        try await ActivityBed.with(threshold) { bed in
            try await bed.worker {
                Activity("measure") { (input: Stored<ByteBuffer>) -> String in
                    bed.driver.goAstray()
                    defer { bed.driver.findTheWay() }
                    do {
                        return "has \(try await input.value().readableBytes)"
                    } catch let error as ExternalStorageError where error.code == .notFound {
                        return "gone"
                    }
                }
            } _: {
                let outcome = try await bed.call(CallSpec("measure") { $0.blob = 1_048_576 })
                #expect(outcome.outcome == "completed")
                #expect(outcome.value == "gone")
            }
        }
    }
}
