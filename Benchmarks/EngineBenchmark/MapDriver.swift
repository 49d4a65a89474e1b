//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Crypto
import ExternalStorageCore
import NIOCore
import Synchronization

/// The driver of the measurements: a map by digest; the digest is checked on every read.
final class MapDriver: StorageDriver {
    let name = "mem"
    let type = "mem"
    private let objects = Mutex<[String: ByteBuffer]>([:])

    func store(
        _ payloads: [Payload],
        context: StorageDriverStoreContext
    ) async throws -> [StorageDriverClaim] {
        payloads.map { payload in
            let digest = payload.digest.hexadecimal
            self.objects.withLock { $0[digest] = payload.serializedBytes }
            return ["key": digest]
        }
    }

    func retrieve(
        _ claims: [StorageDriverClaim],
        context: StorageDriverRetrieveContext
    ) async throws -> [Payload] {
        // Both cores may hash, as a driver with many requests in flight would.
        try await withThrowingTaskGroup(of: (Int, Payload).self) { group in
            for (index, claim) in claims.enumerated() {
                group.addTask { (index, try self.payload(claim)) }
            }
            var payloads = [Payload?](repeating: nil, count: claims.count)
            for try await (index, payload) in group { payloads[index] = payload }
            return payloads.compactMap(\.self)
        }
    }

    private func payload(_ claim: StorageDriverClaim) throws -> Payload {
        guard let key = claim["key"], let bytes = self.objects.withLock({ $0[key] }) else { throw NotThere() }
        let payload = try Payload(serializedBytes: bytes)
        guard payload.digest.hexadecimal == key else { throw NotThere() }
        return payload
    }

    struct NotThere: Error {}
}
