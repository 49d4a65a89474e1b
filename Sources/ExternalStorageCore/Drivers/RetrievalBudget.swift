//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// How many bytes a message still has room for: a driver takes from it what it is about to read (ES-P11).
///
/// A reference need not say how large its payload is, and what it says may be wrong. The store knows, and tells it before
/// the first byte of a body. So a driver asks before it reads:
///
/// <!-- not compiled: a part of a driver -->
/// ```swift
/// public func retrieve(_ claims: [StorageDriverClaim], context: StorageDriverRetrieveContext) async throws -> [Payload] {
///     try await context.retrieveEach(claims) { claim, room in
///         try await context.limiter.withPermit {
///             let object = try await client.open(claim)
///             try room.reserve(object.sizeInBytes)
///             return try Payload(serializedBytes: try await object.read())
///         }
///     }
/// }
/// ```
///
/// ``StorageDriverRetrieveContext/retrieveEach(_:_:)`` does all else. Of a driver that knows nothing of budgets, what it
/// returns is counted when it comes.
public struct RetrievalBudget: Sendable {
    let retrieval: Retrieval
    /// The place in the message of each claim; its index for a budget of its own.
    private let ordinals: [Int]?

    init(_ retrieval: Retrieval, ordinals: [Int]) {
        self.retrieval = retrieval
        self.ordinals = ordinals
    }

    /// A budget of its own, for tests of a driver.
    ///
    /// - Parameter sizeInBytes: The room for the payloads of all claims together.
    public init(sizeInBytes: Int = .max) {
        self.retrieval = Retrieval(limit: sizeInBytes, occupied: 0, manner: [])
        self.ordinals = nil
    }

    /// A budget for one call: one of its own begins anew with each, as tests may use a context more than once.
    var forOneCall: Self {
        guard self.ordinals == nil else { return self }
        return Self(sizeInBytes: self.retrieval.limit)
    }

    /// The room for the payload of one claim.
    ///
    /// - Parameter index: The position of the claim in the call.
    /// - Returns: The room, of which nothing is reserved yet.
    public func room(forClaimAt index: Int) -> RetrievalRoom {
        RetrievalRoom(retrieval: self.retrieval, ordinal: self.ordinals?[index] ?? index)
    }
}

/// The room for the payload of one claim.
public struct RetrievalRoom: Sendable {
    let retrieval: Retrieval
    let ordinal: Int

    /// Reserves room for the whole of the payload, before its bytes are read.
    ///
    /// Reserving again, in another attempt or because more came than was announced, adds what is more. Nothing waits, so
    /// a permit may be held.
    ///
    /// - Parameter sizeInBytes: The size of the payload as far as it is known, in bytes.
    /// - Throws: ``ExternalStorageError/Code/messageTooLarge`` if there is no room; the driver reads none of it, and
    ///   throws this error.
    public func reserve(_ sizeInBytes: Int) throws(ExternalStorageError) {
        try self.retrieval.reserve(sizeInBytes, for: self.ordinal)
    }

    /// Hands over a payload as soon as it is there, so that it is used even if the call fails for another claim.
    ///
    /// - Parameter payload: The payload; its size is reserved, if that was not done before.
    /// - Throws: ``ExternalStorageError/Code/messageTooLarge`` if there is no room.
    public func keep(_ payload: Payload) throws(ExternalStorageError) {
        try self.retrieval.keep(payload, for: self.ordinal)
    }

    /// The largest size that can be reserved for this payload at the moment, in bytes.
    public var sizeLimit: Int { self.retrieval.sizeLimit(for: self.ordinal) }
}
