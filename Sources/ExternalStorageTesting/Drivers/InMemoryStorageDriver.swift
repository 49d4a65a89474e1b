//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore
import NIOConcurrencyHelpers

/// Keeps payloads in memory, and remembers how it was called.
///
/// For tests: what it holds is gone with the process. Its objects have the keys that the S3 drivers use.
public final class InMemoryStorageDriver: StorageDriver {
    /// One call of the driver.
    public struct Call: Hashable, Sendable {
        /// What was asked for.
        public enum Operation: Hashable, Sendable {
            /// `StorageDriver.store(_:context:)`
            case store
            /// `StorageDriver.retrieve(_:context:)`
            case retrieve
        }

        /// What was asked for.
        public var operation: Operation
        /// How many payloads or claims there were.
        public var count: Int
        /// Whose the payloads were; nil for `retrieve`.
        public var target: StorageDriverTarget?
        /// The ambient namespace.
        public var namespace: String
    }

    private struct State: Sendable {
        var objects: [String: Payload] = [:]
        var calls: [Call] = []
        var writes = 0
    }

    /// The name to register under.
    public let name: String
    /// `in-memory`, unless another was given.
    public let type: String

    private let state = NIOLockedValueBox(State())

    /// Creates a driver that holds nothing.
    ///
    /// - Parameters:
    ///   - name: The name to register under.
    ///   - type: The type that metrics and heartbeats show.
    public init(name: String = "in-memory", type: String = "in-memory") {
        self.name = name
        self.type = type
    }

    /// All calls, in the order in which they began.
    public var calls: [Call] { self.state.withLockedValue { $0.calls } }

    /// The calls of `store`, in the order in which they began.
    public var stores: [Call] { self.calls.filter { $0.operation == .store } }

    /// The calls of `retrieve`, in the order in which they began.
    public var retrieves: [Call] { self.calls.filter { $0.operation == .retrieve } }

    /// How many objects have been written; one that is there already is not written again.
    public var writes: Int { self.state.withLockedValue { $0.writes } }

    /// The objects by key.
    public var objects: [String: Payload] {
        get { self.state.withLockedValue { $0.objects } }
        set { self.state.withLockedValue { $0.objects = newValue } }
    }

    /// Keeps the payloads.
    ///
    /// - Parameters:
    ///   - payloads: What to store.
    ///   - context: Whose they are, and the limiter.
    /// - Returns: One claim per payload, in order: `key`, `hash_algorithm`, `hash_value`.
    /// - Throws: `CancellationError` if the task is cancelled; then some may have been kept.
    public func store(_ payloads: [Payload], context: StorageDriverStoreContext) async throws -> [StorageDriverClaim] {
        let call = Call(
            operation: .store,
            count: payloads.count,
            target: context.target,
            namespace: context.namespace
        )
        self.state.withLockedValue { $0.calls.append(call) }
        var claims: [StorageDriverClaim] = []
        for payload in payloads {
            let key = StorageObjectKey(digest: payload.digest, target: context.target, style: .s3).text
            try await context.limiter.withPermit { self.write(payload, to: key) }
            claims.append(["key": key, "hash_algorithm": "sha256", "hash_value": payload.digest.hexadecimal])
        }
        return claims
    }

    /// Finds the payloads.
    ///
    /// - Parameters:
    ///   - claims: Where to find them.
    ///   - context: The limiter, and the budget.
    /// - Returns: One payload per claim, in order.
    /// - Throws: `ExternalStorageError`: `invalidClaim`, `notFound`, `corrupted`, `messageTooLarge` if the budget has no
    ///   room. `CancellationError` if the task is cancelled.
    public func retrieve(_ claims: [StorageDriverClaim], context: StorageDriverRetrieveContext) async throws
        -> [Payload]
    {
        let call = Call(operation: .retrieve, count: claims.count, target: nil, namespace: context.namespace)
        self.state.withLockedValue { $0.calls.append(call) }
        var payloads: [Payload] = []
        for (index, claim) in claims.enumerated() {
            guard let key = claim["key"], let value = claim["hash_value"] else {
                throw ExternalStorageError(
                    code: .invalidClaim,
                    message: "the claim has no \"key\" or no \"hash_value\""
                )
            }
            let payload = try await context.limiter.withPermit { self.state.withLockedValue { $0.objects[key] } }
            guard let payload else {
                throw ExternalStorageError(code: .notFound, message: "no object there [key=\(key)]")
            }
            guard PayloadDigest(hexadecimal: value) == payload.digest else {
                throw ExternalStorageError(code: .corrupted, message: "integrity check failed [key=\(key)]")
            }
            try context.budget.room(forClaimAt: index).keep(payload)
            payloads.append(payload)
        }
        return payloads
    }

    /// Remembers a call.
    func began(_ operation: Call.Operation, count: Int, target: StorageDriverTarget?, namespace: String) {
        let call = Call(operation: operation, count: count, target: target, namespace: namespace)
        self.state.withLockedValue { $0.calls.append(call) }
    }

    func write(_ payload: Payload, to key: String) {
        self.state.withLockedValue { state in
            guard state.objects.updateValue(payload, forKey: key) == nil else { return }
            state.writes += 1
        }
    }
}
