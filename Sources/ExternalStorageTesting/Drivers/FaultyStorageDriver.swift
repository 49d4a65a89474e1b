//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore
import NIOConcurrencyHelpers
import NIOCore

/// A driver that fails, and then perhaps recovers.
public final class FaultyStorageDriver: StorageDriver {
    /// How a call fails.
    public struct Fault: Sendable {
        enum Kind: Sendable {
            case throwing(any Error)
            case returning(excess: Int)
        }

        let kind: Kind

        /// Throws an error.
        ///
        /// - Parameter error: The error.
        /// - Returns: The fault.
        public static func throwing(_ error: any Error) -> Self { Self(kind: .throwing(error)) }

        /// Returns one result less than there should be.
        public static let returningTooFew = Self(kind: .returning(excess: -1))

        /// Returns one result more than there should be.
        public static let returningTooMany = Self(kind: .returning(excess: 1))
    }

    /// The name to register under.
    public let name: String
    /// `faulty`.
    public let type = "faulty"

    private let fault: Fault
    private let base = InMemoryStorageDriver()
    private let faultyCalls: NIOLockedValueBox<Int>
    private let callCount = NIOLockedValueBox(0)

    /// A driver that fails in a way of its own.
    ///
    /// - Parameters:
    ///   - name: The name to register under.
    ///   - fault: How its calls fail.
    ///   - times: How many calls fail before it works; all of them if nil.
    public init(name: String = "faulty", fault: Fault, times: Int? = nil) {
        self.name = name
        self.fault = fault
        self.faultyCalls = NIOLockedValueBox(times ?? Int.max)
    }

    /// A driver that throws `ExternalStorageError`.
    ///
    /// - Parameters:
    ///   - name: The name to register under.
    ///   - code: The code of the error.
    ///   - times: How many calls fail before it works; all of them if nil.
    public convenience init(name: String = "faulty", failing code: ExternalStorageError.Code, times: Int? = nil) {
        let error = ExternalStorageError(code: code, message: "fails on purpose")
        self.init(name: name, fault: .throwing(error), times: times)
    }

    /// How often it was called.
    public var calls: Int { self.callCount.withLockedValue { $0 } }

    /// Fails, or keeps the payloads in memory.
    ///
    /// - Parameters:
    ///   - payloads: What to store.
    ///   - context: Whose they are, and the limiter.
    /// - Returns: The claims, or a wrong number of them.
    /// - Throws: The error it was made with.
    public func store(_ payloads: [Payload], context: StorageDriverStoreContext) async throws -> [StorageDriverClaim] {
        try await self.disturb(try await self.base.store(payloads, context: context), filler: [:])
    }

    /// Fails, or finds the payloads.
    ///
    /// - Parameters:
    ///   - claims: Where to find them.
    ///   - context: The limiter.
    /// - Returns: The payloads, or a wrong number of them.
    /// - Throws: The error it was made with.
    public func retrieve(_ claims: [StorageDriverClaim], context: StorageDriverRetrieveContext) async throws
        -> [Payload]
    {
        let filler = Payload(metadata: [:], data: ByteBuffer())
        return try await self.disturb(try await self.base.retrieve(claims, context: context), filler: filler)
    }

    private func disturb<Element>(
        _ results: @autoclosure () async throws -> [Element],
        filler: Element
    ) async throws -> [Element] {
        self.callCount.withLockedValue { $0 += 1 }
        let fails = self.faultyCalls.withLockedValue { left in
            guard left > 0 else { return false }
            left -= 1
            return true
        }
        guard fails else { return try await results() }
        switch self.fault.kind {
        case .throwing(let error): throw error
        case .returning(let excess):
            let results = try await results()
            return excess < 0 ? results.dropLast(-excess) : results + Array(repeating: filler, count: excess)
        }
    }
}
