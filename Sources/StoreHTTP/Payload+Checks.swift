//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import ExternalStorageCore
package import NIOCore

extension [Payload] {
    /// The payloads with their digests known; those that are not are computed on all cores.
    package func hashed() async throws -> [Payload] {
        guard self.contains(where: { !$0.hasDigest }) else { return self }
        return try await withThrowingTaskGroup(of: (Int, Payload).self) { group in
            for (index, payload) in self.enumerated() {
                group.addTask { (index, payload.withDigest()) }
            }
            var hashed = self
            for try await (index, payload) in group { hashed[index] = payload }
            return hashed
        }
    }
}

extension Payload {
    /// - Throws: `payloadTooLarge`, which says what to change (ES-P9).
    package static func check(size sizeInBytes: Int, limit: Int) throws(ExternalStorageError) {
        guard sizeInBytes > limit else { return }
        throw ExternalStorageError(
            code: .payloadTooLarge,
            message: "payload size \(sizeInBytes) exceeds maximum \(limit) bytes; "
                + "raise payloadSizeLimit everywhere, or store less"
        )
    }

    /// The payload in the bytes of an object, if they are those that were stored (ES-D3).
    ///
    /// - Parameters:
    ///   - bytes: The bytes.
    ///   - digest: Their SHA-256.
    ///   - expected: What the claim says.
    ///   - place: Where the object is, for errors.
    /// - Throws: `corrupted`.
    package init(
        retrieved bytes: ByteBuffer,
        digest: PayloadDigest,
        expected: PayloadDigest,
        place: @autoclosure () -> String
    ) throws(ExternalStorageError) {
        guard digest == expected else {
            throw ExternalStorageError(
                code: .corrupted,
                message: "integrity check failed [\(place())]: expected sha256:\(expected.hexadecimal), got "
                    + "sha256:\(digest.hexadecimal); the object was changed after it was stored"
            )
        }
        do {
            self = try Payload(serializedBytes: bytes).withDigest(digest)
        } catch {
            throw ExternalStorageError(
                code: .corrupted,
                message: "failed to unmarshal payload [\(place())]: \(error.message)",
                cause: error
            )
        }
    }
}
