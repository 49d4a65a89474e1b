//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Keeps payloads as files under a directory: for one machine, or for a file system that all workers mount.
///
/// The path of a file is the key that the S3 drivers of all SDKs use, its content the serialized payload:
///
/// ```
/// <root>/v0/ns/default/wt/Order/wi/order-1/ri/null/d/sha256/1b84…
/// ```
///
/// - A file appears whole or not at all, and is on the disk before its reference exists: it is written under
///   `<root>/.tmp`, synchronized, renamed, and its directory synchronized.
/// - A payload that is there already is not written again, but its modification time becomes the present: whoever
///   deletes files by age deletes only what nothing has stored for that long. Nothing else is ever deleted; a crash may
///   leave a file under `.tmp`, which is of no use after a minute.
/// - Claims are not trusted: a key never leads out of the root, symbolic links below the root are not followed, and what
///   is read has to match the digest in the claim (ES-D3).
/// - File operations run on a thread pool for blocking work, one permit of the limiter each.
public struct LocalDiskStorageDriver: StorageDriver, Equatable {
    /// How the driver behaves.
    public struct Configuration: Hashable, Sendable {
        /// The name to register under.
        ///
        /// All workers that share histories need the same.
        public var name = "local-disk"
        /// The largest payload that is stored, in bytes; 50 MiB by default.
        ///
        /// What is read may be larger (ES-P9).
        public var payloadSizeLimit = 50 * 1_048_576

        /// The defaults.
        public init() {}
    }

    /// `local-disk`.
    public static let type = "local-disk"

    private let configuration: Configuration
    let files: LocalDiskFiles

    /// The name to register under.
    public var name: String { self.configuration.name }

    /// `local-disk`.
    public var type: String { Self.type }

    /// A driver for an existing directory.
    ///
    /// - Parameters:
    ///   - root: The path of the directory. It may be a symbolic link; below it none is followed.
    ///   - configuration: Name and size limit.
    /// - Throws: ``ExternalStorageError/Code/misconfigured`` if there is no such directory, or
    ///   ``ExternalStorageError/Code/invalidConfiguration`` for an empty name or a size limit below 1.
    public init(root: String, configuration: Configuration = Configuration()) throws(ExternalStorageError) {
        guard !configuration.name.isEmpty else { throw .invalidConfiguration("the name of the driver is empty") }
        guard configuration.payloadSizeLimit >= 1 else {
            throw .invalidConfiguration(
                "payloadSizeLimit must be at least 1 byte, but is \(configuration.payloadSizeLimit)"
            )
        }
        self.configuration = configuration
        self.files = LocalDiskFiles(root: root)
        try self.files.checkRoot()
    }

    /// Writes what is not there yet, and touches what is.
    ///
    /// - Parameters:
    ///   - payloads: What to store.
    ///   - context: Whose they are, and the limiter.
    /// - Returns: One claim per payload, in order: `key`, `hash_algorithm`, `hash_value`.
    /// - Throws: ``ExternalStorageError``: `payloadTooLarge` before anything is written, `forbidden`, `unavailable` (a
    ///   full disk for example), `misconfigured`. `CancellationError` between two files. Files that were written before
    ///   stay behind.
    public func store(
        _ payloads: [Payload],
        context: StorageDriverStoreContext
    ) async throws -> [StorageDriverClaim] {
        for payload in payloads { try self.checkSize(payload.sizeInBytes) }
        return try await self.forAll(payloads, context.limiter) { files, payload in
            let key = StorageObjectKey(digest: payload.digest, target: context.target, style: .file)
            try files.write(payload.serializedBytes, to: key.text)
            return LocalDiskClaim(key: key.text, digest: payload.digest).claim
        }
    }

    /// - Throws: `payloadTooLarge`, which says what to change (ES-P9).
    func checkSize(_ sizeInBytes: Int) throws(ExternalStorageError) {
        guard sizeInBytes > self.configuration.payloadSizeLimit else { return }
        throw ExternalStorageError(
            code: .payloadTooLarge,
            message: "payload size \(sizeInBytes) exceeds the maximum of "
                + "\(self.configuration.payloadSizeLimit) bytes; raise payloadSizeLimit"
        )
    }

    /// Reads files, and checks their digests.
    ///
    /// - Parameters:
    ///   - claims: Where to find them.
    ///   - context: The limiter, and the budget: the size of a file is taken from it before the file is read.
    /// - Returns: One payload per claim, in order.
    /// - Throws: ``ExternalStorageError``: `invalidClaim`, `notFound`, `corrupted`, `forbidden`, `unavailable`;
    ///   `messageTooLarge` if the budget has no room.
    ///   `CancellationError` between two files.
    public func retrieve(
        _ claims: [StorageDriverClaim],
        context: StorageDriverRetrieveContext
    ) async throws -> [Payload] {
        let places = try claims.map { try LocalDiskClaim($0) }
        let files = self.files
        return try await context.retrieveEach(places) { place, room in
            try await context.limiter.withPermit {
                try await BlockingWork.run { try files.readPayload(at: place, into: room) }
            }
        }
    }

    /// Runs `body` for all elements at the same time, as far as the limiter lets them.
    private func forAll<Element: Sendable, Output: Sendable>(
        _ elements: [Element],
        _ limiter: StorageLimiter,
        _ body: @escaping @Sendable (LocalDiskFiles, Element) throws -> Output
    ) async throws -> [Output] {
        let files = self.files
        return try await withThrowingTaskGroup(of: (Int, Output).self) { group in
            for (index, element) in elements.enumerated() {
                group.addTask {
                    try await limiter.withPermit {
                        (index, try await BlockingWork.run { try body(files, element) })
                    }
                }
            }
            var outputs: [Output?] = Array(repeating: nil, count: elements.count)
            for try await (index, output) in group { outputs[index] = output }
            return outputs.compactMap { $0 }
        }
    }
}
