//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import ExternalStorageCore
internal import NIOCore

extension ObjectStoreEngine {
    /// Downloads payloads, all at the same time under the limiter, and verifies each digest (ES-D3).
    ///
    /// - Parameters:
    ///   - objects: Where to find them.
    ///   - context: The limiter, of which one permit is taken per request, and the budget, from which the size of an
    ///     object is taken before its first byte is read (ES-P11).
    /// - Returns: One payload per object, in order.
    /// - Throws: `ExternalStorageError`: `corrupted` if bytes do not match the claim's digest (not repeated), else
    ///   classified by what the store said; `CancellationError`.
    package func retrieve(
        _ objects: [ObjectPlace],
        context: StorageDriverRetrieveContext
    ) async throws -> [Payload] {
        try await context.retrieveEach(objects) { object, room in
            try await self.download(object, context.limiter, into: room)
        }
    }

    /// The chunks of an object, range by range; the digest is verified at the end.
    package func chunks(of object: ObjectPlace, context: StorageDriverRetrieveContext) -> PayloadChunks {
        PayloadChunks(digest: object.digest, place: self.placeText(object)) {
            ObjectChunkReader(engine: self, object: object, limiter: context.limiter)
        }
    }

    /// One request.
    func get(_ object: ObjectPlace, _ reading: ObjectReading, _ limiter: StorageLimiter) async throws -> ObjectPart {
        do {
            return try await limiter.withPermit { try await self.store.get(object.location, reading) }
        } catch let failure as StoreFailure {
            throw failure.externalStorageError("retrieve")
        }
    }

    private func download(
        _ object: ObjectPlace,
        _ limiter: StorageLimiter,
        into room: RetrievalRoom
    ) async throws -> Payload {
        let (body, digest) = try await self.read(object, limiter, into: room)
        return try Payload(
            retrieved: body,
            digest: digest,
            expected: object.digest,
            place: self.placeText(object)
        )
    }

    /// The whole object and the SHA-256 of its bytes; nothing of it is read if there is no room (ES-P11).
    private func read(
        _ object: ObjectPlace,
        _ limiter: StorageLimiter,
        into room: RetrievalRoom
    ) async throws -> (ByteBuffer, PayloadDigest) {
        let limit = self.settings.maximumRetrievalSizeInBytes
        let assembly = ObjectAssembly()
        let partSize = self.settings.downloadPartSizeInBytes
        let reading = ObjectReading(
            range: partSize.map { 0..<$0 },
            maximumSizeInBytes: limit,
            assembly: assembly,
            room: room
        )
        let first = try await self.get(object, reading, limiter)
        let count = assembly.count
        let size = first.sizeOfWhole ?? count
        guard let partSize, size > count else { return assembly.finish() }
        guard size <= limit else {
            throw StoreFailure(
                .tooLarge,
                operation: "retrieve",
                place: self.store.place(of: object.location),
                message: "the object has \(size) bytes, \(limit) are accepted"
            ).externalStorageError("retrieve")
        }
        // The parts after the first, all at the same time.
        try await withThrowingDiscardingTaskGroup { group in
            for start in stride(from: count, to: size, by: partSize) {
                group.addTask {
                    var part = reading
                    part.range = start..<min(start + partSize, size)
                    _ = try await self.get(object, part, limiter)
                }
            }
        }
        return assembly.finish()
    }

    private func placeText(_ object: ObjectPlace) -> String {
        self.store.place(of: object.location).map { "\($0.name)=\($0.value)" }.joined(separator: ", ")
    }
}

/// Reads one object, range by range.
private struct ObjectChunkReader<Store: ObjectStore>: PayloadChunkReader {
    private let engine: ObjectStoreEngine<Store>
    private let object: ObjectPlace
    private let limiter: StorageLimiter
    private let rangeSize: Int
    private var position = 0
    /// The size of the object, once the first answer has told it.
    private var sizeInBytes: Int?

    init(engine: ObjectStoreEngine<Store>, object: ObjectPlace, limiter: StorageLimiter) {
        self.engine = engine
        self.object = object
        self.limiter = limiter
        self.rangeSize = engine.settings.downloadPartSizeInBytes ?? 16 * 1_024 * 1_024
    }

    mutating func next() async throws -> ByteBuffer? {
        guard self.position < self.sizeInBytes ?? .max else { return nil }
        let reading = ObjectReading(
            range: self.position..<(self.position + self.rangeSize),
            maximumSizeInBytes: self.rangeSize
        )
        let part = try await self.engine.get(self.object, reading, self.limiter)
        self.position += part.body.readableBytes
        self.sizeInBytes = part.sizeOfWhole ?? self.position
        // An object that has become shorter meanwhile ends here; the digest tells.
        return part.body.readableBytes == 0 ? nil : part.body
    }
}
